# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds of a stream. C knows one hold of each name; here, each block has one of its own."""

import threading

# In the instance's dictionary of a stream.
HOLDS = "_ptp_holds"


class Holds:
    """The holds of one stream that were taken in Python, by name."""

    def __init__(self):
        # hold() and release() may be called in any thread.
        self.lock = threading.RLock()
        self.tokens = {}


class Token:
    """What the stream keeps of a hold, which keeps the stream."""

    def __init__(self):
        self.entered = False


class Hold:
    """One hold of a stream, which ends with the block that it opens, or by hand."""

    def __init__(self, stream, name, token):
        self._stream = stream
        self._token = token
        self.name = name

    def __repr__(self):
        return f"<Hold {self.name!r}{' (released)' if self._stream is None else ''}>"

    def release(self):
        """Releases it, once."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream._release_token(self.name, self._token)  # pylint: disable=protected-access

    def __enter__(self):
        self._token.entered = True
        return self

    def __exit__(self, *_):
        self.release()


class Holding:
    """What can be held. The class of C comes behind this one, and has the holds themselves."""

    def hold(self, name):
        """Takes the hold at once; in a ``with`` statement, until the end of the block.

        Holds of the same name are separate: the stream runs when the last one is released.
        """
        token = Token()
        holds = self._holds()
        with holds.lock:
            super().hold(name)
            holds.tokens.setdefault(name, set()).add(token)
        return Hold(self, name, token)

    def release(self, name):
        """Releases every hold of this name, except for those of blocks that still run."""
        holds = self._holds()
        with holds.lock:
            self._keep(name, {token for token in holds.tokens.get(name, ()) if token.entered})

    def _holds(self):
        return vars(self).setdefault(HOLDS, Holds())

    def _release_token(self, name, token):
        holds = self._holds()
        with holds.lock:
            tokens = holds.tokens.get(name, set())
            if token in tokens:
                self._keep(name, tokens - {token})

    def _keep(self, name, tokens):
        if tokens:
            self._holds().tokens[name] = tokens
        else:
            self._holds().tokens.pop(name, None)
            super().release(name)
