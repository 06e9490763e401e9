"""Replacing files of a copy, all or none of them."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters import files
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.service.hand import _rewrite

LARGE = b"too much\n"
"""What the disk has no room for."""


def test_a_disk_that_fills_up_in_the_midst_leaves_every_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = files.stage

    def full(parent: int, name: str, content: bytes, *more: Any, **named: Any) -> None:
        if content == LARGE:
            raise OSError(errno.ENOSPC, "no space left on device")
        stage(parent, name, content, *more, **named)

    monkeypatch.setattr(files, "stage", full)
    (tmp_path / "a.py").write_bytes(b"a\n")
    (tmp_path / "b.py").write_bytes(b"b\n")
    (tmp_path / "b.py").chmod(0o755)
    with pytest.raises(CodeframeError, match="no space"):
        _rewrite(
            DirectoryFiles(tmp_path),
            {
                "a.py": (b"a\n", b"other\n", "100755"),
                "b.py": (b"b\n", None, "100644"),
                "c.py": (None, b"new\n", "100644"),
                "d.py": (None, LARGE, "100644"),
            },
        )
    held = {p.name: (p.read_bytes(), p.stat().st_mode & 0o111) for p in tmp_path.iterdir()}
    assert held == {"a.py": (b"a\n", 0), "b.py": (b"b\n", 0o111)}
