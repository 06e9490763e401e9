"""A disk without room is told in one line, with what to do, and the log stays off the terminal."""

from __future__ import annotations

import errno
import io
import logging
import os
from pathlib import Path

import pytest

from codeframe_tui.adapters import log
from codeframe_tui.cli.verb import ended
from codeframe_tui.headless.output import Output


def broken(number: int) -> None:
    raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_takes_nothing_is_what_the_environment_lacks(number: int) -> None:
    stderr = io.StringIO()
    assert ended(lambda: broken(number), Output(as_json=False, stderr=stderr)) == 5
    said = stderr.getvalue()
    assert said.startswith(f"error: the state cannot be written: {os.strerror(number)}\nhint: ")


def test_other_errors_of_the_system_are_faults() -> None:
    with pytest.raises(OSError, match="Input/output"):
        ended(lambda: broken(errno.EIO), Output(as_json=False))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_log_that_cannot_be_written_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    handler = log.configure(Path("/dev/full"))
    logging.getLogger("codeframe_tui").error("nobody reads this")
    log.close(handler)
    assert capfd.readouterr().err == ""
