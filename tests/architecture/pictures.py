"""``docs/pictures`` from pictures that tests hold. ``python -m tests.architecture.pictures``."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
HELD = ROOT / "tests" / "tui" / "__snapshots__" / "test_faces"
FOLDER = ROOT / "docs" / "pictures"
PICTURES = {
    "review": ("200x50-dark", "judged"),
    "question": ("120x40-dark", "answer"),
    "small": ("80x24-light", "diff"),
}
"""Name in the README -> size and look, state."""


def held(name: str) -> str:
    """What a picture must be."""
    look, state = PICTURES[name]
    return (HELD / f"test_every_state_looks_as_meant[{look}][{state}].svg").read_text()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in PICTURES:
        (FOLDER / f"{each}.svg").write_text(held(each))
