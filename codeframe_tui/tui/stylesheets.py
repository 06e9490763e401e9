"""Where the styles are: inside an installed package, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["stylesheets"]


def stylesheets() -> list[Path]:
    """All style sheets, in order of name, ``app.tcss`` first.

    Raises:
        FileNotFoundError: the installation is incomplete; names the two folders.
    """
    package = Path(__file__).resolve().parents[1]
    places = package / "styles", package.parent / "styles"
    for place in places:
        if (place / "app.tcss").is_file():
            return sorted(place.glob("*.tcss"), key=lambda path: (path.stem != "app", path.stem))
    raise FileNotFoundError(f"no styles in {places[0]} or {places[1]}")
