"""Variables that a text sets, and whether a shell may calculate with what it holds.

A shell that calculates with a variable runs what stands in brackets in its value: only variables
that hold numbers, or come from outside of the text, are calculated with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from codeframe_tui.core.shell.calculated import NAME, check_text, named
from codeframe_tui.core.shell.parts import SHELLS, Hidden, Part, Word

__all__ = [
    "MAKERS",
    "NUMBER",
    "SETS",
    "TYPED",
    "check_counted",
    "keeps",
    "set_at_first",
    "set_by",
    "set_to",
]

SETS = re.compile(r"([A-Za-z_]\w*)\+?=", re.ASCII)
"""The start of a word that sets a variable."""
NUMBER = re.compile(
    r'"?(?:-?\d*|\{\d+\.\.\d+\}|\$[#?]|\$\{(?:#\w+|[#!]\w+\[[@*]\])\}|\$\(\([^()`]*\)\))"?',
    re.ASCII,
)
"""A number, or what a shell calculates, as it stands in the text."""
_KEEPERS = frozenset({"export", "declare", "typeset", "local", "readonly", "unset"})
MAKERS = _KEEPERS | {"read", "getopts", "mapfile", "readarray", "let", "printf"}
"""Builtins that set the variables that they are told."""
TYPED = frozenset({"declare", "typeset", "local", "readonly"})
"""Those that a list may be given to."""
_LISTS = frozenset({"mapfile", "readarray"})
_VALUED = {"read": "dinNptu", **dict.fromkeys(_LISTS, "dnOsuc")}
"""Letters of their options whose value is the next word."""
_ALWAYS_NAMES = frozenset({"export", "readonly"})
"""What they are given is a name and no element, or an error."""
_NAMED_BY = {"test": re.compile("-v"), "[": re.compile("-v"), "wait": re.compile("-[fn]*p")}
"""Options after which a variable is told by others."""
_INTEGERS = frozenset({"RANDOM", "SRANDOM", "SECONDS", "OPTIND", "HISTCMD"})
"""Shells calculate with whatever these are set to."""
_EXPANDED = frozenset({"PS0", "PS1", "PS4", "BASH_ENV"})
"""Shells run what stands in these by themselves."""
_NAMES = frozenset({"aliases", "commands", "functions", "galiases", "saliases"})
"""Lists of some shells, in which names stand for programs."""
_PLAIN = re.compile(r"[\w+:./ -]*|\"[\w+:./ -]*\"|'(?:[\w+:./ >#()-]|\$\w+|\$\{\w+\})*'", re.ASCII)
_TOLD = (MAKERS - {"printf"}) | {
    "test", "[", "[[", "set", "shift", "ulimit", "wait", "exit", "return", "eval", ".", "source",
    "integer", "print",
}  # fmt: skip
"""Those whose words a shell may calculate with, or with what they set."""
_BY_ITSELF = frozenset(
    {
        "_", "REPLY", "OPTARG", "PWD", "OLDPWD", "MAPFILE", "BASH_REMATCH", "DIRSTACK", "FUNCNAME",
        "BASH_ARGV", "BASH_ARGV0", "BASH_COMMAND", "BASH_EXECUTION_STRING", "BASH_SOURCE",
    }
)  # fmt: skip

_OF_SHELLS = (
    _BY_ITSELF | _INTEGERS | {"IFS", "UID", "EUID", "PPID", "LINENO", "GROUPS", "SHELLOPTS"}
)
"""They may hold something else than what they are set to, or decide where words end."""
_TIED = frozenset(
    {
        "ARGC", "CDPATH", "EGID", "FIGNORE", "FPATH", "GID", "HISTCHARS", "HOST", "MAILPATH",
        "MANPATH", "MATCH", "MBEGIN", "MEND", "MODULE_PATH", "PATH", "PROMPT", "PROMPT2", "PROMPT3",
        "PROMPT4", "PS1", "PS2", "PS3", "PS4", "PSVAR", "TTY", "USERNAME", "WATCH", "argv",
        "cdpath", "fignore", "fpath", "histchars", "mailpath", "manpath", "match", "mbegin", "mend",
        "module_path", "path", "pipestatus", "prompt", "psvar", "signals", "status", "watch",
    }
)  # fmt: skip
"""Some shells set these by themselves, or together with another one."""
_SETTERS = frozenset(
    {
        "compound", "enum", "float", "getln", "global", "integer", "nameref", "print", "private",
        "set", "strftime", "sysread", "vared", "wait", "zformat", "zparseopts", "zregexparse",
        "zstat", "zstyle", "zselect", "ztcp",
    }
)  # fmt: skip
"""What sets variables that it is told, in some shells only."""
_AT_FIRST = re.compile(
    r"(?:[ \t\n]|\#[^\n]*\n|set\ -[eux]+(?:o\ pipefail)?[ \t]*[;\n])*+"
    r"(?P<name>[A-Za-z_]\w*)=(?P<quote>[\"']?)(?P<value>[\w./:@%+-]+)(?P=quote)"
    r"[ \t]*(?:;(?!;)|\n|&&)",
    re.ASCII,
)
"""One word that a variable is set to, whatever happens, before anything else of a text runs."""


def set_at_first(text: str) -> dict[str, str]:
    """The variables that a text begins with, and the word that each is set to."""
    values: dict[str, str] = {}
    place = 0
    while found := _AT_FIRST.match(text, place):
        if found["name"] not in _TIED:
            values[found["name"]] = found["value"]
        place = found.end()
    return values


def keeps(parts: Iterable[Part], names: Collection[str]) -> bool:
    """Whether each of some variables is set once only, as far as the parts of a text tell."""
    sets: Counter[str] = Counter()
    for part in parts:
        sets.update(part.sets)
        sets.update(_told(part))
        if part.name in _ALWAYS_NAMES:  # the rest of a name may be in a variable
            sets[""] += any(not word.known and "=" not in word.text for word in part.words)
    others = sets[""] or any(sets[name] for name in _OF_SHELLS)
    return not others and all(sets[name] == 1 for name in names)


def _told(part: Part) -> Iterator[str]:
    """Names that a part may set in some shells; empty = any."""
    if part.name == "echo":
        return
    words = part.words[1:]
    if part.name in {".", "source"} and not part.carries:  # a file, which may set any
        yield ""
    if part.name == "set" and words[:1] == [Word("--")]:
        return
    for word in words:
        if part.name in _SETTERS and not word.known:
            yield ""
        yield from NAME.findall(word.text)
        if word.text.startswith("-"):
            yield from NAME.findall(word.text[2:])


def set_to(part: Part, name: str, value: str) -> None:
    """Keep that a part sets a variable to a text, as it is written. Raises: Hidden."""
    _check_expanded(name, value)
    part.sets.append(name)
    if not NUMBER.fullmatch(value):
        part.texts.append(name)


def _check_expanded(name: str, value: str) -> None:
    """Raises: Hidden, where shells run what stands in a value, which is given as it is written."""
    if name == "PROMPT_COMMAND" or (name in _EXPANDED and not _PLAIN.fullmatch(value)):
        raise Hidden(f"shells run what stands in {name}")
    if name.partition("[")[0] in _NAMES and ("[" in name or value[:1] in {"(", "$"}):
        raise Hidden(f"a name in {name} may stand for another program")


def set_by(part: Part) -> None:
    """Keep what one of `MAKERS` sets.

    Raises: Hidden, where it is not known what, or with what it calculates.
    """
    words = _names(part)
    if part.name == "let":
        if not all(word.known for word in words):
            raise Hidden("it calculates with what is only known when it runs")
        part.counts += [name for word in words for name in NAME.findall(word.text)]
    elif part.name == "printf":
        words = _printed(part.words[1:3])
    for word in words:
        name, equals, value = word.text.partition("=")
        part.sets.append(name)
        if part.name == "let":
            continue
        if part.name not in _ALWAYS_NAMES:
            part.counts += named(word)
        if not equals and word.known and part.name in _KEEPERS:
            continue
        _check_expanded(name, f"'{value}'" if equals and word.known else "$")
        if not (equals and word.known and NUMBER.fullmatch(value)):
            part.texts.append(name)


def _names(part: Part) -> list[Word]:
    """The words that say what is set, and to what; where it calculates with them, that is kept."""
    letters = {letter for word in part.words if _option(word) for letter in word.text}
    if part.name in _LISTS and "C" in letters:
        raise Hidden(f"{part.name!r} may run what it is told")
    if part.name in TYPED and "n" in letters:
        raise Hidden("a name may stand for another variable")
    valued = _VALUED.get(part.name, "")
    words, skips = [], False
    for word in part.words[1:]:
        if not _option(word) and (word.open or not skips):
            words.append(word)
        skips = _option(word) and word.text[-1] in valued
    if part.name == "getopts":
        words = words[1:2]
    if part.name in TYPED and "i" in letters:
        part.counts += [word.text.partition("=")[0] for word in words]
    return words


def _option(word: Word) -> bool:
    return word.text.startswith("-") and not word.open


def _printed(words: Sequence[Word]) -> list[Word]:
    """What ``printf -v NAME`` sets, from its first two words."""
    option = words[0] if words else Word("")
    if option.open and "-v".startswith(option.text):
        return [Word("=")]  # anything
    if not option.text.startswith("-v"):
        return []
    attached = option.text != "-v" or not option.known
    return [Word(option.text[2:], option.known)] if attached else [*words[1:]]


def check_counted(parts: Iterable[Part]) -> None:
    """Raises: Hidden, where a variable that is calculated with may hold what a shell runs."""
    parts = list(parts)
    told = _TOLD.union(SHELLS, *(part.defines for part in parts))
    for part in parts:
        _check_words(part, texts=part.name in told or "" in told)
    counted = {name for part in parts for name in part.counts}
    unsafe = _BY_ITSELF.union(*(part.texts for part in parts))
    if any(part.defines for part in parts):  # a function may stand for a program
        unsafe = unsafe.union({"()"}, *(part.prints for part in parts))
    if (counted and "" in unsafe) or (counted | _INTEGERS) & unsafe:
        raise Hidden("it calculates with a variable that may hold more than a number")


def _check_words(part: Part, *, texts: bool) -> None:
    """Keep what a part calculates with. Raises: Hidden, where that, or what it is told, runs."""
    sign = _NAMED_BY.get(part.name)
    for place, word in enumerate(part.words[1:], 1):
        if texts:
            check_text(word)
        if sign and place + 1 < len(part.words) and sign.fullmatch(word.text):
            part.counts += named(part.words[place + 1])
