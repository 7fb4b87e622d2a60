# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# What remains of PyGObject where its own stubs are not installed: anything goes.

from typing import Any

def __getattr__(name: str) -> Any: ...
