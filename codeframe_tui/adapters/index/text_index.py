"""Words and definitions of every file of a tree, kept by content."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.core.context import Document, rank, skeleton, symbols_of, tokens, words
from codeframe_tui.ports import TreeEntry, Workspaces

__all__ = ["TextIndex"]

MAX_BYTES = 512 * 1024
"""Larger files are not indexed; generated files are the rule there."""
BODIES, SKELETONS, NAMES = 5, 15, 20
"""How many of the best files are given whole, as definitions, and by name."""


class TextIndex(Searcher):
    """Fulfils the port CodeIndex.

    What is known of a file is kept by its blob, so only new content is read again.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__()
        self._workspaces = workspaces
        self._known: dict[str, Document | None] = {}

    async def context(
        self, text: str, budget_tokens: int, tree: str | None = None
    ) -> dict[str, Any]:
        """Ranked files, packed into the budget; see the port."""
        tree = tree or (await self._workspaces.snapshot()).tree
        documents = await self._documents(tree)
        ranked = await asyncio.to_thread(rank, text, documents)
        files: list[dict[str, Any]] = []
        cut: list[str] = []
        left = budget_tokens
        for place, found in enumerate(ranked[: BODIES + SKELETONS + NAMES]):
            form, body = await self._form(tree, found.path, place)
            cost = tokens(body)
            if cost > left:
                cut.append(f"{found.path}: {form} of {cost} tokens did not fit")
                form, body, cost = "name", "", tokens(found.path)
            left -= cost
            entry = {"path": found.path, "score": round(found.score, 3), "form": form}
            files.append({**entry, "reasons": list(found.reasons), "tokens": cost, "text": body})
        if len(ranked) > len(files):
            cut.append(f"{len(ranked) - len(files)} more files with a lower score")
        symbols = [
            s for f in files[:BODIES] for s in _symbol_documents(f["path"], documents[f["path"]])
        ]
        return {"files": files, "symbols": symbols, "budget": budget_tokens, "cut": cut}

    async def find(self, name: str) -> dict[str, Any]:
        """Definitions by exact name, else by start, else by part, whatever the case."""
        tree = (await self._workspaces.snapshot()).tree
        documents = await self._documents(tree)
        found = [s for p, d in sorted(documents.items()) for s in _symbol_documents(p, d)]
        low = name.lower()
        for fits in (
            lambda n: n == name,
            lambda n: n.lower() == low,
            lambda n: n.lower().startswith(low),
            lambda n: low in n.lower(),
        ):
            hits = [symbol for symbol in found if fits(symbol["name"])]
            if hits:
                return {"symbols": hits}
        return {"symbols": []}

    async def _documents(self, tree: str) -> dict[str, Document]:
        entries = await self._workspaces.entries(tree)
        regular = {p: e for p, e in entries.items() if e.mode in {"100644", "100755"}}
        await self._learn(tree, regular)
        known = {path: self._known[entry.blob] for path, entry in regular.items()}
        return {path: document for path, document in known.items() if document is not None}

    async def _learn(self, tree: str, entries: Mapping[str, TreeEntry]) -> None:
        live = {entry.blob for entry in entries.values()}
        new = {e.blob: path for path, e in entries.items() if e.blob not in self._known}
        for blob, path in new.items():
            content = await self._workspaces.read(tree, path)
            self._known[blob] = await asyncio.to_thread(_document, path, content or b"")
        if len(self._known) > 4 * len(live) + 10_000:
            self._known = {blob: d for blob, d in self._known.items() if blob in live}

    async def _form(self, tree: str, path: str, place: int) -> tuple[str, str]:
        if place >= BODIES + SKELETONS:
            return "name", ""
        text = (await self._workspaces.read(tree, path) or b"").decode("utf-8", "replace")
        if place < BODIES:
            return "body", text
        return "skeleton", skeleton(text)


def _document(path: str, content: bytes) -> Document | None:
    if len(content) > MAX_BYTES or b"\0" in content[:8192]:
        return None
    text = content.decode("utf-8", "replace")
    found = words(text)
    symbols = symbols_of(text) if path.endswith((".py", ".pyi")) else ()
    return Document(Counter(found), len(found), symbols)


def _symbol_documents(path: str, document: Document) -> list[dict[str, Any]]:
    return [
        {"name": s.name, "kind": s.kind, "path": path, "line": s.line, "signature": s.signature}
        for s in document.symbols
    ]
