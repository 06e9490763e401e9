"""What a shell calculates with, which runs what stands in brackets there.

A value such as ``a[$(b)]`` starts ``b`` where a shell takes it for a number: in ``((…))``, in the
place of an element, in ``${x:from}``, beside the ``-eq`` of ``[[``, as the name of what is set. So
it is known of each of them which variables decide it, and all else is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeframe_tui.core.shell.parts import Hidden, Part, Word

__all__ = ["NAME", "NOT_NAMED", "calculated", "check_text", "in_braces", "named", "printed"]

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ARITHMETIC = re.compile(r"[\w\s+\-*/%<>=!&|^~?:(),]*", re.ASCII)
_SET = re.compile(
    r"(?:\+\+|--)\s*+(?P<after>[A-Za-z_]\w*+)|"
    r"(?<!\w)\d*+(?P<before>[A-Za-z_]\w*+)\s*+(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))",
    re.ASCII,
)
"""Where a variable is set in ``((…))``."""
_PIECED = re.compile(r"[\w}]\$|\}\w|\$\{?\d", re.ASCII)
_INNER = re.compile(r"\$(\(\([^()]*+\)\))")
_LENGTH = re.compile(r"\$[#?]|\$\{#\w+(?:\[[@*]\])?\}", re.ASCII)
_VALUE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:\[\d+\]|:?-\d+)?\})", re.ASCII)
_IN_BRACES = re.compile(
    r"(?P<sign>[!#](?=[\w@*]))?(?P<name>\w+|[@*])(?P<index>\[(?P<inner>[^][]*)\]|\[)?", re.ASCII
)
_SETS = re.compile(r":{0,2}=")
NOT_NAMED = "which variable it is about is only known when it runs"
_QUOTED = r"""'[^'()-][^'()]*'|"[^"()`$\\-][^"()`$\\]*"|[\w.][\w.-]*"""
_NUMBERS = "|".join(
    (
        r"""wc -[lwcmL](?: *< *"?[\w./~${}-]+"?)?(?: *\| *tr -d (?:' '|" "))?""",
        r"wc -[lwcmL] [\w.][\w./-]* *\| *awk '\{ ?print \$1;? ?\}'",
        r"nproc|tput (?:cols|lines)|id -[ug]|seq(?: \d+){1,3}",
        r"""date (?:-u )?(?P<quote>["']?)\+(?:%[sYmdHMSj])+(?P=quote)""",
        rf"grep -[iEFvwx]*c[iEFvwx]* (?:{_QUOTED})(?: [\w.][\w./-]*)?",
        r"git rev-list --count(?: [\w.@^][\w./@^~-]*)+",
    )
)
"""What prints numbers and nothing else."""
_OUTPUT = re.compile(
    r"""\$\((?P<commands>(?:(?:2>(?:/dev/null|&1)|'[^'()]*'|"[^"()`\\]*"|"""
    rf"""[^()<>&;|`\\\n#'"])++\|)* *(?:{_NUMBERS}) *)\)""",
    re.ASCII,
)
"""The output of such a program, and perhaps of others before it in a pipe, of which it reads."""
_UNKNOWN = "it calculates with what is only known when it runs"


def check_text(word: Word) -> None:
    """Raises: Hidden, where a shell that calculates with a word runs something."""
    place = word.text.find("[")
    if place >= 0 and (word.text.find("$(", place) >= 0 or word.text.find("`", place) >= 0):
        raise Hidden("a shell that calculates with this text runs what stands in it")


def calculated(text: str, more: str = "") -> Part:
    """The variables that are set, and those that decide it, where a shell calculates with a text.

    Args:
        text: as it is written; quotes around all of it mean nothing.
        more: signs that may stand in it besides those of numbers and variables.

    Raises:
        Hidden: it may be more than numbers and variables.
    """
    if text[:1] == '"' == text[-1:] and len(text) > 1:
        text = text[1:-1]
    if _PIECED.search(text):
        raise Hidden(_UNKNOWN)
    text = _LENGTH.sub("0", _INNER.sub(r"\1", text))
    inside = _VALUE.sub(r" \1\2 ", text)
    if not _ARITHMETIC.fullmatch(inside.translate(dict.fromkeys(map(ord, more)))):
        raise Hidden("it calculates with more than numbers and variables")
    names = NAME.findall(inside)
    sets = [found["after"] or found["before"] for found in _SET.finditer(inside)]
    if inside != text and (sets or _SET.search(_VALUE.sub("", text))):
        sets = names  # a value may be empty, and what stands beside it is set
    return Part(sets=sets, counts=names)


def printed(text: str) -> tuple[str, list[str]]:
    """A text that is calculated with, and the commands in it whose output surely is a number.

    Args:
        text: as it is written; instead of them it has `$#`, which is one, too.
    """
    return _OUTPUT.sub("$#", text), [found["commands"] for found in _OUTPUT.finditer(text)]


def in_braces(text: str) -> Iterator[Part]:
    """What ``${…}`` sets and calculates with, from what stands in it. Raises: Hidden."""
    if text[:1] in {" ", "\t", "\n", "|", "("}:
        raise Hidden("some shells run what stands in ${ …}")
    found = _IN_BRACES.match(text)
    if found is None:
        return
    name, rest = found["name"], text[found.end() :]
    if found["index"] and found["inner"] not in {"@", "*"}:
        if found["inner"] is None:
            raise Hidden(_UNKNOWN)
        yield calculated(found["inner"])
    listed = found["inner"] in {"@", "*"} or rest in {"@", "*"}
    if found["sign"] == "!" and not listed:
        if not NAME.fullmatch(name):
            raise Hidden(_UNKNOWN)
        yield Part(counts=[name])
    if rest.startswith(":") and rest[1:2] not in {"-", "=", "?", "+", ":"}:
        yield calculated(rest[1:])
    if _SETS.match(rest):
        set_ = "" if found["sign"] else name
        yield Part(sets=[set_], texts=[set_])


def named(word: Word) -> list[str]:
    """The variables that decide which one a word names: none, or those of its element.

    Raises:
        Hidden: it is only known when it runs.
    """
    if not word.known and "=" not in word.text:
        raise Hidden(NOT_NAMED)
    _, bracket, index = word.text.partition("=")[0].partition("[")
    return calculated(index.removesuffix("+").removesuffix("]")).counts if bracket else []
