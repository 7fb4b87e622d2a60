# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be awaited on a GLib main loop, with asyncio or without."""

import asyncio
import contextlib
import inspect
import sys
import threading

from gi.repository import GLib

from .errors import cancelled_error, report_unhandled, was_asked_for

# The task of ours whose coroutine runs right now in a thread, and that of asyncio around it; and why a
# generator is being closed.
driving = threading.local()


@contextlib.contextmanager
def closing_for(reason):
    """What is stopped in this block is stopped for this reason: it travels upstream (rule E11)."""
    before = getattr(driving, "reason", None)
    driving.reason = reason
    try:
        yield
    finally:
        driving.reason = before


def closing_reason():
    """Why what runs here is being closed, or None if it is not."""
    return getattr(driving, "reason", None)


def running_asyncio_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def asyncio_task():
    return None if running_asyncio_loop() is None else asyncio.current_task()


def is_driven_here():
    """Whether a task of ours drives the caller; asyncio may in a main loop that was run from there."""
    return getattr(driving, "task", None) is not None and driving.around is asyncio_task()


def check_loop():
    """Raises if the asyncio loop that runs here is known never to run GLib's, which ends every wait."""
    loop = running_asyncio_loop()
    if loop is not None and type(loop).__module__.split(".")[0] in ("asyncio", "uvloop"):
        raise RuntimeError(
            f"This waits for GLib's main loop, which does not run under the {type(loop).__name__} of "
            f"{type(loop).__module__}. Start the coroutine with PullToPush.run(), or run an asyncio loop on "
            "GLib's, such as that of gi.events in PyGObject 3.50 and newer"
        )


class Future:
    """What will be there later: a result, or an exception.

    ``await`` it in a coroutine that :func:`run` or :func:`spawn` drives, or in one of asyncio, whose
    loop must then run on GLib's. It belongs to one thread.
    """

    def __init__(self):
        self._callbacks = []
        self._done = False
        self._result = None
        self._exception = None
        self._seen = False

    def __class_getitem__(cls, _):
        """For annotations, such as Future[int]."""
        return cls

    def done(self):
        return self._done

    def result(self):
        """The result; raises the exception if there is one."""
        self._check_done()
        if self._exception is not None:
            raise self._exception
        return self._result

    def exception(self):
        """The exception, or None if all is well."""
        self._check_done()
        return self._exception

    def add_done_callback(self, callback):
        """Calls callback(self) once it is done; at once if it is."""
        if not callable(callback):
            raise TypeError(f"add_done_callback() needs a function, not {type(callback).__name__}")
        if self._done:
            self._call([callback])
        else:
            self._callbacks.append(callback)

    def set_result(self, result):
        self._finish(result, None)

    def set_exception(self, exception):
        if not isinstance(exception, BaseException):
            raise TypeError(f"set_exception() needs an exception, not {type(exception).__name__}")
        self._finish(None, exception)

    def _check_done(self):
        self._seen = True
        if not self._done:
            raise RuntimeError("There is no result yet: await it, or add a callback")

    def _finish(self, result, exception):
        if self._done:
            return
        self._done, self._result, self._exception = True, result, exception
        callbacks, self._callbacks = self._callbacks, []
        self._call(callbacks)

    def _call(self, callbacks):
        """Calls all of them: one that raises keeps no other from being called."""
        leaving = None
        for callback in callbacks:
            try:
                callback(self)
            except (KeyboardInterrupt, SystemExit) as exception:
                leaving = exception
            except BaseException as exception:  # pylint: disable=broad-except
                report_unhandled("a callback of a Future", exception)
        if leaving is not None:
            try:
                raise leaving
            finally:
                # The traceback refers to this frame.
                leaving = None

    def __await__(self):
        if not self._done:
            yield from self._wait()
        return self.result()

    def _wait(self):
        try:
            yield from self._suspend()
        except BaseException as exception:
            # The coroutine does not wait any more, and nobody else would end what it waited for.
            if self._stop_source() and isinstance(exception, asyncio.CancelledError) and not self._done:
                # When the cancellation arrives, all has ended. A second one does not wait for that.
                yield from self._suspend()
            raise

    def _suspend(self):
        if is_driven_here() or running_asyncio_loop() is None:
            yield self
        else:
            check_loop()
            future = running_asyncio_loop().create_future()
            self.add_done_callback(lambda _: future.done() or future.set_result(None))
            yield from future.__await__()

    def _stop_source(self):
        """Stops what the future stands for; returns whether there is something to stop."""
        return False

    def __del__(self):
        # No failure is silent.
        exception = getattr(self, "_exception", None)
        if exception is not None and not self._seen and not was_asked_for(exception):
            report_unhandled("a Future: the exception was never retrieved", exception)


class EndFuture(Future):
    """The end of what can be stopped: a coroutine that is cancelled while it waits cancels that."""

    def __init__(self, stop):
        super().__init__()
        self._stop = stop

    def _finish(self, result, exception):
        self._stop = None
        super()._finish(result, exception)

    def _stop_source(self):
        if self._stop is None:
            return False
        # Whoever stops it knows how it ends.
        self._seen = True
        reason = closing_reason()
        self._stop(cancelled_error() if reason is None else reason)
        return True


class Task(Future):
    """Drives a coroutine, from its first step, which is taken at once."""

    def __init__(self, coroutine):
        super().__init__()
        self._coroutine = coroutine
        self._context = GLib.MainContext.ref_thread_default()
        self._waits_for = None
        self._cancelled = False
        self._step(coroutine.send, None)

    def cancel(self):
        """Raises CancelledError where it stands, so that its finally clauses run."""
        if self._done:
            return
        if self._coroutine.cr_running:
            self._cancelled = True
        else:
            self._step(self._coroutine.throw, asyncio.CancelledError())

    def _stop_source(self):
        self.cancel()
        return True

    def _step(self, advance, what):
        self._waits_for = None
        before = getattr(driving, "task", None), getattr(driving, "around", None)
        driving.task, driving.around = self, asyncio_task()
        try:
            waits_for = advance(what)
        except StopIteration as stop:
            self.set_result(stop.value)
        except BaseException as exception:  # pylint: disable=broad-except
            # Without this frame, which refers to the task, which would keep itself.
            self.set_exception(exception.with_traceback(exception.__traceback__.tb_next))
        else:
            self._wait_for(waits_for)
        finally:
            driving.task, driving.around = before

    def _wait_for(self, waits_for):
        if self._cancelled:
            self._cancelled = False
            self._step(self._coroutine.throw, asyncio.CancelledError())
        elif isinstance(waits_for, Future):
            self._waits_for = waits_for
            waits_for.add_done_callback(self._resume)
        elif asyncio.isfuture(waits_for) and running_asyncio_loop() is not None:
            # It began before there was a loop of asyncio, which now runs on GLib's.
            waits_for._asyncio_future_blocking = False  # pylint: disable=protected-access
            self._waits_for = waits_for
            waits_for.add_done_callback(self._resume)
        elif waits_for is None:
            source = GLib.Idle()
            self._waits_for = source
            source.set_callback(lambda *_: self._resume(source))
            source.attach(self._context)
        else:
            name = type(waits_for).__name__
            error = TypeError(
                f"A {name} cannot be awaited here. PullToPush.run() and spawn() drive what "
                "PullToPush makes; for what asyncio makes, run an asyncio loop on GLib's."
            )
            self._step(self._coroutine.throw, error)

    def _resume(self, there):
        # What it was cancelled from, comes in vain.
        if there is self._waits_for:
            self._step(self._coroutine.send, None)
        return GLib.SOURCE_REMOVE


class AsyncioTask(Future):
    """The same, driven by the asyncio loop that runs in this thread."""

    def __init__(self, awaitable):
        super().__init__()
        self._task = asyncio.ensure_future(awaitable)
        self._task.add_done_callback(self._take)

    def cancel(self):
        self._task.cancel()

    def _stop_source(self):
        self._task.cancel()
        return True

    def _take(self, task):
        if task.cancelled():
            self.set_exception(asyncio.CancelledError())
        elif task.exception() is not None:
            self.set_exception(task.exception())
        else:
            self.set_result(task.result())


async def wait_for(awaitable):
    return await awaitable


def is_awaitable(thing):
    return isinstance(thing, Future) or inspect.isawaitable(thing)


def check_awaitable(awaitable, who):
    if not is_awaitable(awaitable):
        raise TypeError(f"{who}() needs a coroutine, not {type(awaitable).__name__}")


def spawn(awaitable):
    """Starts a coroutine on the main loop that runs, or will run, in this thread.

    Its first step is taken at once. Returns what can be awaited, asked and cancelled; if nobody
    does, an exception that comes out is shown as one that nobody caught.
    """
    if isinstance(awaitable, (Task, AsyncioTask)):
        return awaitable
    check_awaitable(awaitable, "spawn")
    coroutine = awaitable if inspect.iscoroutine(awaitable) else wait_for(awaitable)
    return Task(coroutine) if running_asyncio_loop() is None else AsyncioTask(coroutine)


def spawn_inside(loop, awaitable, tasks):
    """The same when the loop runs: where PyGObject has one of asyncio on it, that drives."""

    def start(*_):
        tasks.append(spawn(awaitable))
        tasks[0].add_done_callback(lambda _: loop.quit())
        return GLib.SOURCE_REMOVE

    source = GLib.Idle(priority=GLib.PRIORITY_HIGH)
    source.set_callback(start)
    source.attach(loop.get_context())


def run(awaitable):
    """Runs a coroutine until it is done, in the thread-default main context.

    Returns its result and raises its exception. Ctrl-C ends it like any other program.
    """
    check_awaitable(awaitable, "run")
    if not is_driven_here():
        try:
            check_loop()
        except RuntimeError:
            if inspect.iscoroutine(awaitable):
                awaitable.close()
            raise
    loop = GLib.MainLoop.new(GLib.MainContext.ref_thread_default(), False)
    tasks = []
    if "gi.events" in sys.modules:
        spawn_inside(loop, awaitable, tasks)
    else:
        tasks.append(spawn(awaitable))
        tasks[0].add_done_callback(lambda _: loop.quit())
    try:
        if not tasks or not tasks[0].done():
            loop.run()
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()
            if not task.done():
                # What it awaited ends first; another Ctrl-C does not wait for that.
                loop.run()
    return tasks[0].result()
