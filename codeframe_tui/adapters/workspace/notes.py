"""What was left out and why, in bounded lines."""

from __future__ import annotations

from codeframe_tui.core.text import clean_line

__all__ = ["Notes"]

_SHOWN = 20


class Notes:
    """Collects pairs of path and reason; many paths with one reason end in one line."""

    def __init__(self) -> None:
        self._paths: dict[str, list[str]] = {}

    def add(self, path: str, reason: str) -> None:
        """Note one path, or the whole when it is empty."""
        self._paths.setdefault(reason, []).append(path)

    def lines(self) -> tuple[str, ...]:
        """One line each, grouped by reason."""
        lines = []
        for reason, paths in self._paths.items():
            lines += [
                f"{clean_line(path)}: {reason}" if path else reason for path in paths[:_SHOWN]
            ]
            if len(paths) > _SHOWN:
                lines.append(f"{len(paths) - _SHOWN} more: {reason}")
        return tuple(lines)
