# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Work in small pieces, written in Python."""

import gc
import threading
import weakref

import pytest
from doubles import FINISHED, MORE, PENDING, run_until, settle, wait
from gi.repository import Gio, GLib, PullToPush

State = PullToPush.StreamState
Error = PullToPush.Error


def cooperate(function, *data):
    return PullToPush.Cooperator.ref_default().cooperate(function, *data)


def test_runs_until_finished():
    steps = []

    def step(*_):
        steps.append(len(steps))
        return MORE if len(steps) < 10 else FINISHED

    task = cooperate(step)
    assert wait(task) is True
    assert steps == list(range(10))
    assert task.get_state() == State.FINISHED


def test_gets_its_data():
    seen = []

    def step(*data):
        seen.append(data)
        return FINISHED

    wait(cooperate(step, "mine"))
    assert seen == [("mine",)]


def test_two_tasks_take_turns():
    order = []

    def worker(name):
        def step(*_):
            order.append(name)
            return MORE if order.count(name) < 50 else FINISHED

        return step

    first, second = cooperate(worker("a")), cooperate(worker("b"))
    wait(first)
    wait(second)
    assert order.count("a") == order.count("b") == 50
    assert order.index("b") < 50


def test_pause_resume_and_stop():
    counted = []

    def step(*_):
        counted.append(1)
        return MORE

    task = cooperate(step)
    run_until(lambda: counted)
    task.pause()
    assert task.get_state() == State.PAUSED
    settle()
    n_steps = len(counted)
    settle()
    assert len(counted) == n_steps
    task.resume()
    run_until(lambda: len(counted) > n_steps)
    task.stop()
    with pytest.raises(GLib.Error) as caught:
        wait(task)
    assert caught.value.matches(Error.quark(), Error.STOPPED)
    assert task.get_state() == State.STOPPED


def test_pending_and_ready_from_another_thread():
    answers = [PENDING, FINISHED]
    task = cooperate(lambda *_: answers.pop(0))
    run_until(lambda: task.get_state() == State.WAITING)
    thread = threading.Thread(target=task.ready)
    thread.start()
    assert wait(task) is True
    thread.join()


def raise_own(*_):
    raise GLib.Error.new_literal(Gio.io_error_quark(), "no more", Gio.IOErrorEnum.BUSY)


def raise_foreign(*_):
    raise ValueError("nothing C has ever heard of")


@pytest.mark.parametrize("step", [raise_own, raise_foreign, lambda *_: None, lambda *_: 42])
def test_whatever_goes_wrong_is_an_error(step, monkeypatch):
    monkeypatch.setattr("sys.excepthook", lambda *args: None)
    task = cooperate(step)
    with pytest.raises(GLib.Error) as caught:
        wait(task)
    assert task.get_state() == State.FAILED
    assert caught.value.message == task.get_error().message
    if step is raise_own and caught.value.domain == "g-io-error-quark":
        assert caught.value.message == "no more"
    else:
        assert caught.value.matches(Error.quark(), Error.FAILED)


def test_the_function_is_let_go():
    class Work:
        def __call__(self, *_):
            return FINISHED

    work = Work()
    watcher = weakref.ref(work)
    task = cooperate(work)
    del work
    wait(task)
    del task
    settle()
    gc.collect()
    assert watcher() is None


def test_cooperator_of_the_context():
    cooperator = PullToPush.Cooperator.ref_default()
    assert cooperator is PullToPush.Cooperator.ref_for_context(None, GLib.PRIORITY_DEFAULT_IDLE)
    assert cooperator.get_slice() == PullToPush.SLICE_DEFAULT
    assert cooperator.get_priority() == GLib.PRIORITY_DEFAULT_IDLE
    settle()
    assert not cooperator.get_active()


def test_clock_in_python():
    now = [0]

    def clock(*_):
        now[0] += 1000
        return now[0]

    cooperator = PullToPush.Cooperator.new(None, GLib.PRIORITY_DEFAULT)
    cooperator.set_clock(clock)
    answers = [MORE, MORE, FINISHED]
    assert wait(cooperator.cooperate(lambda *_: answers.pop(0))) is True
    assert now[0] > 0
