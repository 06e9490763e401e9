"""A tiny parent of the cockpit, for the end that a program cannot answer itself.

Theory of operation: before anything is shown the process divides. The child becomes the cockpit;
the parent is what the shell knows, seals its memory as the cockpit does, and only waits. Both are
in one process group, so what the terminal sends to its foreground reaches the cockpit as ever; what
somebody sends to the parent alone is handed on. When the cockpit stops, so does the parent, and the
shell takes over a terminal that was given back before; when it ends by itself, its exit code is the
parent's. When it is killed, the parent gives the terminal back, and then dies in the same way. When
it is the parent that is killed, or the terminal goes away, the cockpit gets the signal of a lost
terminal.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

from codeframe_tui.tui.terminal import RESTORE

__all__ = ["divide"]

_HANDED_ON = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
"""Each may come twice, as to a whole group; the cockpit takes the second for the first."""
_NAME = b"cft-guardian"
"""Of the parent, as `ps` and `pkill` know it."""
_PATIENCE = 1.0
"""Seconds for what a whole group was sent to have its effect on the cockpit."""
_LOOK = 0.01
"""Seconds between two looks whether it goes on again."""


def divide() -> None:
    """Go on in a child, whose terminal is given back whatever happens; the parent never returns.

    Input and output must be a terminal.
    """
    saved = termios.tcgetattr(0)
    theirs, ours = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        _take_name()
        _Parent(child, saved).watch()
    os.close(ours)
    threading.Thread(target=_await_loss, args=(theirs,), daemon=True).start()


def _take_name() -> None:
    """Who kills the cockpit by its name must not kill the parent with it. Linux only."""
    with suppress(OSError):
        name = os.open("/proc/self/comm", os.O_WRONLY)
        os.write(name, _NAME)
        os.close(name)


def _await_loss(parent: int) -> None:
    """Wait until the parent is killed or the terminal is gone, then tell the main thread."""
    lost = select.poll()
    for end in (0, parent):
        lost.register(end, 0)  # hanging up is told unasked
    while not (found := lost.poll())[0][1] & (select.POLLHUP | select.POLLERR):
        lost.unregister(found[0][0])  # a system that cannot look at terminals in this way
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGHUP)


class _Parent:
    """What is left of the process that the shell started.

    Args:
        child: the cockpit.
        saved: the modes of the terminal, as they were before.
    """

    def __init__(self, child: int, saved: list[Any]) -> None:
        self._child = child
        self._saved = saved

    def watch(self) -> NoReturn:
        """Wait for the child's end, and end like it."""
        for number in _HANDED_ON:
            signal.signal(number, self._hand_on)
        for number in (signal.SIGTTIN, signal.SIGTTOU):  # a stop of the group: the child's alone
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTSTP, self._may_stop)
        signal.signal(signal.SIGALRM, self._stop_child)
        from codeframe_tui.adapters.memory import seal  # noqa: PLC0415 - the child does not wait

        seal()  # its environment is the cockpit's
        while True:
            _, status = os.waitpid(self._child, os.WUNTRACED)
            while os.WIFSTOPPED(status):
                status = self._stop()
            if not os.WIFCONTINUED(status):
                self._end(status)

    def _hand_on(self, number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, number)

    def _may_stop(self, _number: int, _frame: FrameType | None) -> None:
        """The group's stop is the child's too, which must not be told to stop twice."""
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)

    def _stop_child(self, _number: int, frame: FrameType | None) -> None:
        self._hand_on(signal.SIGTSTP, frame)

    def _stop(self) -> int:
        """Stop until somebody lets it go on, and the child with it; what became of the child."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        end = time.monotonic() + _PATIENCE
        while True:
            pid, status = os.waitpid(self._child, os.WNOHANG | os.WCONTINUED | os.WUNTRACED)
            if pid:
                return status
            if time.monotonic() > end:  # only the parent was told
                self._hand_on(signal.SIGCONT, None)
                end += _PATIENCE
            time.sleep(_LOOK)

    def _end(self, status: int) -> NoReturn:
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            self._give_back(number)
            _die(number)
        os._exit(os.WEXITSTATUS(status))

    def _give_back(self, number: int) -> None:
        """The terminal as a shell expects it; one that takes no bytes is left alone in the end."""
        signal.signal(signal.SIGALRM, lambda *_: _die(number))
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, self._saved)
            termios.tcflush(0, termios.TCIOFLUSH)
            os.write(1, RESTORE)


def _die(number: int) -> NoReturn:
    """As the child did, so that a shell says the same; one core dump is enough."""
    import resource  # noqa: PLC0415 - at the very end

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # SIGKILL has no other way
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
