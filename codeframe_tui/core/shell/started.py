"""Programs that start other programs, and which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import normpath

from codeframe_tui.core.shell.calculated import check_text
from codeframe_tui.core.shell.git import check_settings, git_operands
from codeframe_tui.core.shell.parts import ANYTHING, RESERVED, SHELLS, Hidden, Part, Word
from codeframe_tui.core.shell.variables import MAKERS, SETS, set_by, set_to
from codeframe_tui.core.shell.ways import (
    CARRIERS,
    certain,
    check_told,
    named_by,
    operand,
    run_by,
    texts_of,
    values,
)

__all__ = ["started"]

MAX_CARRIERS = 20
"""Programs that start each other, of one part."""


_INTERPRETERS: Mapping[str, tuple[str, ...]] = {
    "lua": ("-e", "-v"),
    "node": ("-e", "-p", "-v", "--eval", "--print", "--version", "--test"),
    "perl": ("-e", "-E", "-v"),
    "php": ("-r", "-v"),
    "python": ("-c", "-m", "-V", "-h", "--version", "--help"),
    "ruby": ("-e", "-v", "--version"),
}
_NUMBERED = re.compile(r"[\d.]+\Z")
_STATE = frozenset({"alias", "bind", "compgen", "complete", "enable", "hash"})
"""Builtins after which a name may stand for another program."""
_FED = re.compile(r"(?:\A|\bdev/)stdin\Z|(?:\A|\bfd/)\d+\Z", re.ASCII)
"""Names under which what is open already is read as a file, also by who went to their folder."""
_TEMPLATES = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


def started(part: Part, read: Callable[[str], None]) -> list[Part]:
    """A part, and the parts that it starts.

    Args:
        part: as it stands in the text.
        read: reads another text of commands, and keeps what it starts.

    Raises:
        Hidden: what it starts cannot be told.
    """
    if not part.words:
        return [part]
    if not part.words[0].known:
        raise Hidden("the name of a program is only known when it runs")
    if part.words[0].text == "-" or (part.outer and part.words[0].text.startswith(("-", "+"))):
        raise Hidden(f"{part.words[0].text!r} stands where a program is expected")
    level, outer = 0, part.outer
    while outer is not None:
        level, outer = level + 1, outer.outer
    if level > MAX_CARRIERS:
        raise Hidden("too many programs start each other")
    name = part.name
    if name in _STATE and len(part.words) > 1:
        raise Hidden(f"after {name!r} a name may stand for another program")
    for text in texts_of(name, part.words):
        read(text)
    check_told(name, part.words)
    if name in MAKERS:
        set_by(part)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(part, read)
    if name in SHELLS:
        return _shell(part, read)
    if name in CARRIERS:
        return _carried(part, read)
    if _NUMBERED.sub("", name) in _INTERPRETERS:
        return _interpreter(part)
    return [part, *_run(part, read)]


def _run(part: Part, read: Callable[[str], None]) -> Iterator[Part]:
    """What a part starts where it is one of `RUNNERS`."""
    for place, way in run_by(part.name, part.words):
        if way.called:
            options = [Word(certain(word)) for word in part.words[:place]]
            for text in values(options, way, *way.called.split()):
                read(text)
        inner = part.starts(place)
        inner.words = named_by(inner.words, way)
        if way.text and inner.words and inner.words[0].text[:1] == "-":
            raise Hidden(f"{inner.words[0].text!r} may be an option of {part.name!r}")
        if way.text or (inner.words and " " in inner.words[0].text):
            read(" ".join(map(certain, inner.words)))
        else:
            yield from started(inner, read)


def _carried(part: Part, read: Callable[[str], None]) -> list[Part]:
    words, name = part.words, part.name
    if name == "command" and len(words) > 1 and words[1].text in {"-v", "-V"}:
        part.carries = True
        return [part]
    first = 2 if name == "env" and len(words) > 1 and words[1].text == "-" else 1
    place = operand(words, CARRIERS[name], first)
    if name == "env":
        part.sets += values(words[:place], CARRIERS[name], "u", "unset")
    if name in {"env", "sudo", "cross-env"}:
        while place < len(words) and "=" in words[place].text:
            found = SETS.match(words[place].text)
            if found is None:
                raise Hidden(f"{words[place].text!r} sets no variable that is known")
            if words[place].open:
                raise Hidden("which words set variables is only known when it runs")
            known = words[place].known
            check_text(words[place])
            set_to(part, found.group(1), words[place].text[found.end() :] if known else "text")
            place += 1
    part.carries = True
    if place >= len(words):
        return [part]
    inner = part.starts(place)
    if name == "time" and (inner.name in RESERVED or SETS.match(inner.words[0].text)):
        raise Hidden(f"{name!r} before {inner.name!r} is something else in other shells")
    if name == "xargs":
        inner.words = [
            *_filled(inner.words, values(words[:place], CARRIERS[name], "I")),
            ANYTHING,
        ]
    return [part, *started(inner, read)]


def _filled(words: list[Word], marks: Iterable[str]) -> list[Word]:
    """Words of which parts are filled in by the program that starts them."""
    filled, marks = [], set(marks)
    if len(marks) > MAX_CARRIERS:
        raise Hidden("too much of it is filled in by the program that starts it")
    for word in words:
        places = [word.text.find(mark) for mark in marks if mark in word.text]
        filled.append(Word(word.text[: min(places)], known=False) if places else word)
    return filled


def _shell(part: Part, read: Callable[[str], None]) -> list[Part]:
    """A shell: what is given to it with ``-c`` or as a here-document is read, too."""
    words = part.words[1:]
    if part.name == "busybox":
        return [part, *started(part.starts(1), read)] if words else [part]
    asks = False
    while words and (text := certain(words[0])).startswith(("-", "+")) and len(text) > 1:
        words = words[1:]
        if text == "--":
            break
        if text.startswith("--"):
            if text not in {"--norc", "--noprofile", "--login", "--posix", "--version", "--help"}:
                raise Hidden(f"{text!r} is no option of {part.name!r} that is known")
            asks = asks or text in {"--version", "--help"}
            continue
        if "i" in text and text.startswith("-"):
            raise Hidden(f"{part.name!r} runs what its own settings say before anything else")
        if "c" in text:
            part.carries = True
            script = words[text.lower().count("o") :]
            if script and script[0].text.startswith(("-", "+")):
                raise Hidden(f"shells read options after '-c' of {part.name!r} in different ways")
            read(certain(script[0]) if script else "")
            return [part]
        words = words[text.lower().count("o") :]
        if "s" in text:
            words = []
            break
    if asks or (words and not _may_be_fed(part, words[0])):
        return [part]  # a file, as with any other program
    return _fed(part, words, read)


def _source(part: Part, read: Callable[[str], None]) -> list[Part]:
    words = part.words[1:]
    words = words[1:] if words and words[0].text == "--" else words
    return _fed(part, words, read) if words and _may_be_fed(part, words[0]) else [part]


def _may_be_fed(part: Part, file: Word) -> bool:
    """Whether a file that a part runs may be what it is given."""
    filled = not file.known and (part.given is not None or (file.open and not file.runs))
    name = f"{file.text}0" if file.text.endswith("/") else file.text  # as for ``<(a)``
    return filled or _FED.search(normpath(name)) is not None


def _fed(part: Part, words: Sequence[Word], read: Callable[[str], None]) -> list[Part]:
    """What runs all that it is given, perhaps by the name that this has as a file."""
    own = not words or (words[0].known and normpath(words[0].text) in {"/dev/stdin", "/dev/fd/0"})
    if not own or part.given is None or not part.given.known:
        raise Hidden(f"what {part.name!r} reads and runs is not in the text")
    part.carries = True
    read(part.given.text)
    return [part]


def _eval(part: Part, read: Callable[[str], None]) -> list[Part]:
    part.carries = True
    read(" ".join(certain(word) for word in part.words[1:]))
    return [part]


def _trap(part: Part, read: Callable[[str], None]) -> list[Part]:
    words = part.words[1:]
    if words and certain(words[0]) == "--":
        words = words[1:]
    if words and not words[0].text.startswith("-") and not words[0].text.isdigit():
        read(certain(words[0]))
    return [part]


def _find(part: Part, read: Callable[[str], None]) -> list[Part]:
    if any(word.runs and word.open for word in part.words):
        raise Hidden("what 'find' does is only known when it runs")
    texts = [word.text if word.known else "" for word in part.words]
    parts = [part]
    last = max((n for n, word in enumerate(part.words) if word.text in {";", "+"}), default=0)
    place = 1
    while place < len(texts):
        if texts[place] in _TEMPLATES:
            ends = (n for n in range(place + 1, len(texts)) if _ends(texts, n))
            end = next(ends, 0)
            if not end:
                raise Hidden(f"{texts[place]!r} has no end")
            inner = part.starts(place + 1, end)
            inner.words = _filled(inner.words, ["{}"])
            parts += started(inner, read)
            place = end
        elif last > place and _may_start(part.words[place], part.words[place + 1]):
            raise Hidden("what 'find' starts is only known when it runs")
        place += 1
    return parts


def _may_start(first: Word, following: Word) -> bool:
    """Whether a word may be one of `_TEMPLATES`, with a program after it."""
    if first.known or not any(each.startswith(first.text) for each in _TEMPLATES):
        return False
    return not following.text.startswith(("-", "(", "!", ")"))


def _ends(texts: Sequence[str], place: int) -> bool:
    """Whether a command that ``find`` starts ends there."""
    return texts[place] == ";" or texts[place - 1 : place + 1] == ["{}", "+"]


def _interpreter(part: Part) -> list[Part]:
    """One that is told to run what it reads must be given it in the text."""
    codes = _INTERPRETERS[_NUMBERED.sub("", part.name)]
    for word in part.words[1:]:
        if word.text == "-":
            break
        if not word.text.startswith("-") or word.text.startswith(codes) or word.text[-1] in "ce":
            return [part]
    if part.given is None:
        raise Hidden(f"what {part.name!r} reads and runs is not in the text")
    return [part]


def _git(part: Part, read: Callable[[str], None]) -> list[Part]:
    check_settings(part.words)
    rest = git_operands(part.words)[1]
    verbs = [word.text for word in rest if not word.text.startswith("-")][:2]
    for text in texts_of(f"git {verbs[0]}" if verbs else "", rest):
        read(text)
    if verbs not in (["bisect", "run"], ["submodule", "foreach"]):
        return [part]
    quiet = (n for n, word in enumerate(rest) if word.text[:1] != "-" and word.text not in verbs)
    place = next(quiet, len(rest))
    if verbs[0] == "submodule" and place == len(rest) - 1:
        read(certain(rest[place]))
        return [part]
    return [part, *started(part.starts(len(part.words) - len(rest) + place), read)]


_SPECIAL: Mapping[str, Callable[[Part, Callable[[str], None]], list[Part]]] = {
    ".": _source,
    "eval": _eval,
    "find": _find,
    "git": _git,
    "source": _source,
    "trap": _trap,
}
