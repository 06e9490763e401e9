"""Each import contract turns red when its rule is broken on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAULTS = {
    "imports point down": ("worker/verify.py", "import codeframe_tui.service"),
    "no circles": ("core/text.py", "import codeframe_tui.core.commit"),
    "core is pure": ("core/task.py", "import asyncio"),
    "only the cockpit knows Textual": ("service/__init__.py", "import textual"),
    "what the cockpit shows is computed without Textual": (
        "tui/present/__init__.py",
        "import rich.text",
    ),
    "the cockpit imports nothing heavy": ("tui/app.py", "import pydantic"),
    "one adapter knows the SDK": ("worker/ask.py", "import anthropic"),
    "one adapter knows the database": ("service/__init__.py", "import sqlite3"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "codeframe_tui", folder / "codeframe_tui")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("contract", FAULTS)
def test_a_planted_fault_breaks_its_contract(house: Path, contract: str) -> None:
    place, fault = FAULTS[contract]
    target = house / "codeframe_tui" / place
    sound = target.read_text()
    try:
        target.write_text(f"{sound}\n{fault}\n")
        done = lint(house)
    finally:
        target.write_text(sound)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout
