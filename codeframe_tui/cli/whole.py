"""A whole diff, also when it is longer than a message may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from codeframe_tui.core.change.outline import COLUMNS, unpack_numbers
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import MOST_LINES, ShowDiff, ShowHunkLines
from codeframe_tui.ports import Document, Service

__all__ = ["whole_diff"]

ROOM = 50_000
"""Lines of a long diff that come at once; the others come in pages."""


async def whole_diff(service: Service, query: ShowDiff, room: int = ROOM) -> Document:
    """The answer to a question without room, whatever its length. Raises: CodeframeError."""
    try:
        return await service.query(query)
    except Refused as error:
        if error.code != "too_large":
            raise
    document = await service.query(replace(query, room=room))
    # a newer attempt may come meanwhile: all pages are of this one
    pinned = replace(query, attempt=document["attempt"])
    files = [await _whole_file(service, pinned, file) for file in document["files"]]
    return {**document, "files": files}


async def _whole_file(service: Service, query: ShowDiff, file: Mapping[str, Any]) -> Document:
    whole = {name: value for name, value in file.items() if name != "more"}
    if "more" in file:
        outlined = _outlined(file["more"], len(file["hunks"]) + 1)
        more = [await _hunk(service, query, file["path"], head) for head in outlined]
        whole["hunks"] = [*file["hunks"], *more]
    return whole


def _outlined(more: Mapping[str, Any], k: int) -> Iterator[Document]:
    """Numbers and verdict of each outlined hunk, the first of them number ``k``."""
    verdicts = (verdict for verdict, count in more["verdicts"] for _ in range(count))
    numbers = unpack_numbers(more["outline"])
    for at in range(0, len(numbers), len(COLUMNS)):
        head = dict(zip(COLUMNS, numbers[at : at + len(COLUMNS)], strict=True))
        yield {"k": k + at // len(COLUMNS), **head, "verdict": next(verdicts, None)}


async def _hunk(service: Service, query: ShowDiff, path: str, head: Document) -> Document:
    """A hunk with its heading and lines, as it stands in a document without room."""
    size, verdict = head.pop("size"), head.pop("verdict")
    heading, lines = "", []
    for first in range(0, size, MOST_LINES):
        page = await service.query(
            ShowHunkLines(
                query.number, query.attempt, query.since, path, head["k"], first, MOST_LINES,
                space=query.space,
            )
        )  # fmt: skip
        heading = page["heading"]
        lines += page["lines"]
    return {**head, "heading": heading, "lines": lines, "verdict": verdict}
