"""A small /etc for the sandbox, copied once: one bind is much cheaper than one for each file."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

__all__ = ["UID", "make_etc"]

UID = 1000
"""The user that commands see; whoever they really are outside."""

FILES = ("ld.so.cache", "group", "nsswitch.conf", "hosts", "localtime", "ssl/openssl.cnf")
FOLDERS = ("ssl/certs", "pki/tls/certs", "pki/ca-trust/extracted", "alternatives")


def make_etc(place: Path, home: Path) -> None:
    """Fill ``place`` anew with what programs look up: names, libraries, certificates, no keys.

    Args:
        place: a folder of ours; replaced.
        home: HOME inside, for the one user's line of passwd.
    """
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    place.chmod(0o755)
    for name in FOLDERS:
        with contextlib.suppress(OSError, shutil.Error):
            shutil.copytree(Path("/etc", name), place / name, symlinks=True)
    for name in FILES:
        with contextlib.suppress(OSError):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path("/etc", name), place / name)
    line = f"worker:x:{UID}:{UID}::{home}:/bin/sh\n"
    (place / "passwd").write_text(line, encoding="utf-8")
    for folder in (path for path in place.rglob("*") if path.is_dir() and not path.is_symlink()):
        folder.chmod(0o755)
