"""Model servers that are not ours, started as programs of their own; where they live."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

AIMOCK = "1.43.0"


def aimock_program() -> list[str]:
    """The command of aimock; the test is skipped without it, but not in CI, which installs it."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = caches / "codeframe-tui-ci" / f"aimock-{AIMOCK}" / "node_modules"
    script = place / "@copilotkit" / "aimock" / "dist" / "cli.js"
    own = place / ".bin" / "node"
    node = str(own) if own.exists() else shutil.which("node")
    if node and script.exists():
        return [node, str(script)]
    if os.environ.get("CODEFRAME_TUI_CI"):
        pytest.fail(f"aimock {AIMOCK} is not at {place}; .ci/run installs it")
    pytest.skip(f"aimock {AIMOCK} (npm) is not installed; .ci/run installs it")


@contextmanager
def aimock(folder: Path, fixtures: Sequence[dict[str, Any]]) -> Iterator[str]:
    """An aimock that answers by these fixtures; gives its address."""
    program = aimock_program()
    (folder / "fixtures").mkdir()
    (folder / "fixtures" / "all.json").write_text(json.dumps({"fixtures": list(fixtures)}))
    command = [*program, "-p", "0", "-f", str(folder / "fixtures"), "-c", "7"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        said = []
        rest = threading.Thread(target=server.stdout.read, daemon=True)
        try:
            for line in server.stdout:
                said.append(line)
                if "listening on " in line:
                    break
            else:
                pytest.fail("aimock did not start:\n" + "".join(said))
            rest.start()  # a full pipe would stop it
            yield said[-1].split("listening on ", 1)[1].strip()
        finally:
            server.kill()
            if rest.is_alive():
                rest.join()
