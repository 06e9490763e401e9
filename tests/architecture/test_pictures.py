"""The pictures of the README are those of the program as it is."""

from __future__ import annotations

import pytest

from tests.architecture.pictures import FOLDER, PICTURES, ROOT, held


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_readme_is_how_it_looks(name: str) -> None:
    shown = (FOLDER / f"{name}.svg").read_text()
    assert shown == held(name), "run python -m tests.architecture.pictures"
    assert f"docs/pictures/{name}.svg" in (ROOT / "README.md").read_text()
