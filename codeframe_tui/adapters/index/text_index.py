"""Words and definitions of every file of a tree, kept by content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from codeframe_tui.adapters.index.describer import describe
from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.core.context import SHOWN, Document, Packed, Symbol, pack, rank, words
from codeframe_tui.ports import TreeEntry, Workspaces

__all__ = ["TextIndex"]

MAX_SYMBOLS = 200


class TextIndex(Searcher):
    """Fulfils the port CodeIndex.

    What is known of a file is kept by its blob, so only new content is read again.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__()
        self._workspaces = workspaces
        self._known: dict[str, Document | None] = {}
        self._learning = asyncio.Lock()

    async def context(
        self, text: str, budget_tokens: int, tree: str | None = None
    ) -> dict[str, Any]:
        """Ranked files, packed into the budget; see the port."""
        tree = tree or (await self._workspaces.snapshot()).tree
        documents = await self._documents(tree)
        ranked = await asyncio.to_thread(rank, text, documents)
        best = [found.path for found in ranked[:SHOWN]]
        texts = {path: await self._text(tree, path) for path in best}
        packed, cut = await asyncio.to_thread(pack, ranked, texts, budget_tokens)
        wanted = frozenset(words(text))
        symbols = [
            _symbol_entry(path, symbol)
            for path in best
            for symbol in documents[path].symbols
            if not wanted.isdisjoint(words(symbol.name))
        ]
        if len(symbols) > MAX_SYMBOLS:
            cut.append(f"{len(symbols) - MAX_SYMBOLS} more definitions")
        files = [_file_entry(file) for file in packed]
        return {
            "files": files,
            "symbols": symbols[:MAX_SYMBOLS],
            "budget": budget_tokens,
            "cut": cut,
        }

    async def find(self, name: str) -> dict[str, Any]:
        """Definitions by exact name, else by start, else by part, whatever the case."""
        tree = (await self._workspaces.snapshot()).tree
        documents = await self._documents(tree)
        hits = await asyncio.to_thread(_named, name, documents)
        cut = [f"{len(hits) - MAX_SYMBOLS} more definitions"] if len(hits) > MAX_SYMBOLS else []
        return {"symbols": [_symbol_entry(*hit) for hit in hits[:MAX_SYMBOLS]], "cut": cut}

    async def _documents(self, tree: str) -> dict[str, Document]:
        entries = await self._workspaces.entries(tree)
        regular = {p: e for p, e in entries.items() if e.mode in {"100644", "100755"}}
        async with self._learning:
            await self._learn(tree, regular)
        known = {path: self._known.get(entry.blob) for path, entry in regular.items()}
        return {path: document for path, document in known.items() if document is not None}

    async def _learn(self, tree: str, entries: Mapping[str, TreeEntry]) -> None:
        new = {e.blob: path for path, e in entries.items() if e.blob not in self._known}
        if not new:
            return
        await describe(self._contents(tree, new), self._known)
        live = {entry.blob for entry in entries.values()}
        if len(self._known) > 4 * len(live) + 10_000:
            self._known = {blob: d for blob, d in self._known.items() if blob in live}

    async def _contents(
        self, tree: str, paths: Mapping[str, str]
    ) -> AsyncIterator[tuple[str, str, bytes]]:
        for blob, path in paths.items():
            yield blob, path, await self._workspaces.read(tree, path) or b""

    async def _text(self, tree: str, path: str) -> str:
        return (await self._workspaces.read(tree, path) or b"").decode("utf-8", "replace")


def _named(name: str, documents: Mapping[str, Document]) -> list[tuple[str, Symbol]]:
    hits: dict[int, list[tuple[str, Symbol]]] = {}
    low = name.lower()
    for path in sorted(documents):
        for symbol in documents[path].symbols:
            if low in symbol.name.lower():
                hits.setdefault(_distance(name, symbol.name), []).append((path, symbol))
    return hits[min(hits)] if hits else []


def _distance(name: str, found: str) -> int:
    low, found_low = name.lower(), found.lower()
    if low == found_low:
        return int(name != found)
    return 2 if found_low.startswith(low) else 3


def _symbol_entry(path: str, symbol: Symbol) -> dict[str, Any]:
    return {
        "name": symbol.name,
        "kind": symbol.kind,
        "path": path,
        "line": symbol.line,
        "signature": symbol.signature,
    }


def _file_entry(file: Packed) -> dict[str, Any]:
    return {
        "path": file.ranked.path,
        "score": round(file.ranked.score, 3),
        "reasons": list(file.ranked.reasons),
        "tokens": file.tokens,
        "form": file.form,
        "text": file.text,
    }
