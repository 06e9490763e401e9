"""Glob patterns over relative paths: ``**`` crosses folders, ``*`` does not. Pure."""

from __future__ import annotations

import re

__all__ = ["compile_glob"]

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_FORMS = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


def compile_glob(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression for `re.Pattern.fullmatch`.

    Many stars make matching slow: match patterns of strangers where that can be ended.

    Raises:
        re.error: a range such as ``[z-a]`` has no meaning.
    """
    tokens = _TOKEN.findall(pattern.removeprefix("./"))
    return re.compile("".join(map(_form, tokens)), re.DOTALL)


def _form(token: str) -> str:
    if token in _FORMS:
        return _FORMS[token]
    if len(token) > 2 and token.startswith("["):
        negated = token[1] == "!"
        inside = token[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[")
        return f"[{'^' if negated else ''}{inside}]"
    return re.escape(token)
