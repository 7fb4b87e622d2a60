# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import gi

gi.require_version("PullToPush", "1")
gi.require_version("PullToPushTesting", "1")
