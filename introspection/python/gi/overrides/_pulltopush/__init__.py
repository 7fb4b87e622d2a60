# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the override of PullToPush is made of; import gi.repository.PullToPush instead."""
