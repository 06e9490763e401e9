"""Flags that only the program's own runs can show."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from codeframe_tui.core.evidence.proof import other_bodies
from codeframe_tui.core.evidence.support import Decides, is_helper
from codeframe_tui.core.evidence.testconfig import is_test_config
from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.evidence.verification import Flag, Verification
from codeframe_tui.core.flags.change import flag

__all__ = ["run_flags"]


def run_flags(found: Verification, touched: Collection[str], tests: TestFiles) -> Iterator[Flag]:
    """What the runs show of tests, each test once, of their reports and support.

    Args:
        found: the verdict.
        touched: paths that the proposal changes.
        tests: which files are tests.
    """
    now = {case.id: case.body for case in found.green.tests}
    for test in other_bodies(found.red.tests, now):
        path, _, name = test.partition("::")
        text = f"{name} does something else on the proposal than on the base"
        yield flag("test_two_faced", path, None, text)
    why = found.message.partition(";")[0]
    if found.reason == "tampered":
        yield flag("run_tampered", next(iter(touched), ""), None, why)
    if found.reason == Decides.CONFIG:
        path = next(filter(is_test_config, touched), "")
        yield flag("test_config_decides", path, None, why)
    if found.reason == Decides.SUPPORT:
        side = [path for path in touched if tests.is_support(path)]
        path = next((path for path in touched if is_helper(path, tests)), next(iter(side), ""))
        yield flag("test_support_decides", path, None, why)
