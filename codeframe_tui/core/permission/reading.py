"""Forms of git that only read, of subcommands that otherwise change a repository or reach out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codeframe_tui.core.shell import Part, git_operands

__all__ = ["only_reads"]

_WORD = r"\0[^-\0][^\0]*"
_SHOWN = r"--(?:sort|format|color|column|date|pretty)=[^\0]*|--no-color"
_LISTED = r"--list|--(?:no-)?(?:contains|merged)|--points-at"
"""After these, a name is what is looked for; without them, it is what is made."""
_LOGGED = rf"{_SHOWN}|-n\0?\d+|-\d+|-p|--patch|--stat|--oneline|--name-only|--name-status|--all"
_CONFIG = (
    r"(?:\0(?:--(?:global|local|system|worktree|show-origin|show-scope|name-only|null|bool|int|"
    r"path|type=\w+)|-z))*"
)
_FORMS: Mapping[str, str] = {
    "bisect": r"\0log",
    "branch": rf"(?:\0(?:-[arvi]+|--all|--remotes|--verbose|--show-current|{_SHOWN}))*"
    rf"(?:\0(?:{_LISTED})(?:\0(?:{_SHOWN})|{_WORD})*)?",
    "config": rf"{_CONFIG}\0(?:--list|-l|list){_CONFIG}|(?!\0edit\Z){_WORD}"
    rf"|{_CONFIG}\0(?:--get(?:-all|-regexp)?|get){_CONFIG}(?:{_WORD}){{1,2}}",
    "reflog": rf"(?:\0show(?:{_WORD})?)?(?:\0(?:{_LOGGED}))*",
    "remote": rf"|\0(?:-v|--verbose)|\0get-url(?:\0--(?:all|push))?{_WORD}",
    "stash": rf"\0list(?:\0(?:{_LOGGED}))*|\0show(?:\0(?:{_LOGGED}|-u|\d+|stash@\{{\d+\}}))*",
    "submodule": rf"|\0status(?:\0(?:--cached|--recursive)|{_WORD})*",
    "symbolic-ref": rf"(?:\0(?:--short|-q|--quiet))*{_WORD}",
    "tag": rf"(?:\0(?:{_SHOWN}))*"
    rf"(?:\0(?:-l|-n\d*|{_LISTED})(?:\0(?:-n\d*|{_SHOWN})|{_WORD})*)?",
    "worktree": r"\0list(?:\0(?:--porcelain|-v|--verbose|-z))*",
}
"""What follows a subcommand, each word after a NUL, which no word of a shell has."""
_READS = {verb: re.compile(form, re.DOTALL) for verb, form in _FORMS.items()}
_PLAIN = frozenset({"-C", "-c", "--no-pager"})
"""Options of git itself, of which `core.shell` looks at the settings."""


def only_reads(part: Part) -> bool:
    """Whether it is a form of git that reads what the repository holds, and does no more."""
    if part.name != "git":
        return False
    options, rest = git_operands(part.words)
    if any(option[0].text not in _PLAIN or any(w.open for w in option) for option in options):
        return False
    if not rest or rest[0].text not in _READS or not all(word.known for word in rest):
        return False
    return _READS[rest[0].text].fullmatch("".join(f"\0{w.text}" for w in rest[1:])) is not None
