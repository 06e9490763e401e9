"""Replacing files of a copy, all or none of them."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.service.hand import _rewrite


class Full(DirectoryFiles):
    """A disk that has no room for ``d.py``."""

    def write(self, path: str, content: bytes, mode: str | None = None) -> None:
        if path == "d.py":
            raise OSError(errno.ENOSPC, "no space left on device")
        super().write(path, content, mode)


def test_a_disk_that_fills_up_in_the_midst_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a\n")
    (tmp_path / "b.py").write_bytes(b"b\n")
    (tmp_path / "b.py").chmod(0o755)
    with pytest.raises(OSError, match="no space"):
        _rewrite(
            Full(tmp_path),
            {
                "a.py": (b"a\n", b"other\n", "100755"),
                "b.py": (b"b\n", None, "100644"),
                "c.py": (None, b"new\n", "100644"),
                "d.py": (None, b"new\n", "100644"),
            },
        )
    held = {p.name: (p.read_bytes(), p.stat().st_mode & 0o111) for p in tmp_path.iterdir()}
    assert held == {"a.py": (b"a\n", 0), "b.py": (b"b\n", 0o111)}
