"""Where the styles are: inside an installed package, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["stylesheets"]


def stylesheets(*stems: str) -> list[Path]:
    """Style sheets by their stems, in the order given.

    Raises:
        FileNotFoundError: the installation is incomplete; names the two folders.
    """
    package = Path(__file__).resolve().parents[1]
    places = package / "styles", package.parent / "styles"
    for place in places:
        if (place / "app.tcss").is_file():
            return [place / f"{stem}.tcss" for stem in stems]
    raise FileNotFoundError(f"no styles in {places[0]} or {places[1]}")
