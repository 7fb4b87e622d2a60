# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Threads that share a cooperator which PyGObject keeps, since it has an attribute."""

import faulthandler
import threading

from doubles import PATIENCE_SECONDS, Collector, ListProducer, settle
from gi.repository import GLib, PullToPush

N_TIMES = 300


def ask(context):
    """Each call takes a reference, which makes PyGObject change its own."""
    for _ in range(N_TIMES):
        PullToPush.Cooperator.ref_for_context(context, GLib.PRIORITY_DEFAULT_IDLE)


def make(context):
    """Each makes a stream, which asks for the cooperator in its constructor."""
    context.push_thread_default()
    for _ in range(N_TIMES):
        PullToPush.PullToPush(producer=ListProducer(), consumer=Collector())
    context.pop_thread_default()


def replace(context):
    """Each makes a cooperator, and drops it."""
    for _ in range(N_TIMES):
        PullToPush.Cooperator.ref_for_context(context, GLib.PRIORITY_LOW)


def test_a_cooperator_with_an_attribute_is_asked_for_by_threads():
    context = GLib.MainContext.new()
    cooperator = PullToPush.Cooperator.ref_for_context(context, GLib.PRIORITY_DEFAULT_IDLE)
    cooperator.attribute = "mine"

    # A thread that waits for a lock may hold the interpreter's, so that nothing in Python can end this.
    faulthandler.dump_traceback_later(PATIENCE_SECONDS, exit=True)
    threads = [threading.Thread(target=call, args=[context]) for call in (ask, make, ask, replace)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faulthandler.cancel_dump_traceback_later()

    again = PullToPush.Cooperator.ref_for_context(context, GLib.PRIORITY_DEFAULT_IDLE)
    assert again is cooperator
    assert again.attribute == "mine"
    settle()
