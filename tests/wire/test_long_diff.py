"""A diff that is longer than a message reaches a verb whole, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.cli import whole
from codeframe_tui.cli.whole import whole_diff
from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.commands import Approve
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowDiff
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.server import Server
from codeframe_tui.wire.session import Bounds
from tests.contract.service_kit import TwoFiles, engine_on, in_review

SIZES = (40, 3, 200)


def long_file() -> FileDiff:
    """Hunks of other sizes than the pages."""
    hunks = tuple(
        Hunk(k, k * 1_000, 1, k * 1_000, size, tuple(("+", f"line {n}") for n in range(size)), "f")
        for k, size in enumerate(SIZES, 1)
    )
    return FileDiff("a.py", Action.MODIFY, "100644", "100644", False, hunks)


@pytest.mark.parametrize("decided", [False, True])
async def test_a_long_diff_comes_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decided: bool
) -> None:
    async def diff(self: TwoFiles, *trees: str, space: bool = True) -> list[FileDiff]:
        return [long_file()]

    monkeypatch.setattr(TwoFiles, "diff", diff)
    monkeypatch.setattr(whole, "MOST_LINES", 50)
    monkeypatch.chdir(tmp_path)
    async with engine_on(tmp_path / "state.db") as engine:
        number = await in_review(engine)
        if decided:
            await engine.submit(Approve(number, parts=Parts(hunks=(("a.py", 2),))))
        server, client = Server(engine, Bounds(message_bytes=3_000)), Client()
        await server.start(Path("s"))
        await client.connect(Path("s"))
        try:
            with pytest.raises(CodeframeError, match="too long"):
                await client.query(ShowDiff(number))
            found = await whole_diff(client, ShowDiff(number), room=45)
            assert found == await engine.query(ShowDiff(number))
        finally:
            await client.close()
            await server.close()
