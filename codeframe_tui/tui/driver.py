"""Textual's driver for a real terminal, for which a terminal that is gone is no fault."""

from __future__ import annotations

import os
import signal

from textual.drivers.linux_driver import LinuxDriver

__all__ = ["TerminalDriver"]


class TerminalDriver(LinuxDriver):
    """Reads keys in a thread of its own; what fails there ends the app as anything else does."""

    def _sigtstp_application(self, *_: object) -> None:
        """Stop between two deeds of the loop: one that draws has a lock that stopping needs."""
        if (loop := self._app._loop) is not None:  # noqa: SLF001
            loop.call_soon_threadsafe(super()._sigtstp_application)

    def run_input_thread(self) -> None:
        """Read until the app ends, or the terminal is gone."""
        try:
            super().run_input_thread()
        except OSError:
            os.kill(os.getpid(), signal.SIGHUP)  # whoever closed it may not have sent one
        except Exception as error:  # noqa: BLE001 - told in the app's own thread
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001
