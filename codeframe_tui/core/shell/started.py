"""Programs that start other programs, and which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import normpath

from codeframe_tui.core.shell.calculated import check_text
from codeframe_tui.core.shell.git import check_settings
from codeframe_tui.core.shell.parts import ANYTHING, RESERVED, SHELLS, Hidden, Part, Word
from codeframe_tui.core.shell.variables import MAKERS, SETS, set_by, set_to

__all__ = ["started"]

MAX_CARRIERS = 20
"""Programs that start each other, of one part."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a program is told what to start.

    Attributes:
        flags: letters of options that take no value.
        valued: letters of options whose value follows.
        names: long options without a value, and, with ``=``, those whose value may follow.
        operands: words between its options and the program.
    """

    flags: str = ""
    valued: str = ""
    names: str = ""
    operands: int = 0


_CARRIERS: Mapping[str, _Way] = {
    "builtin": _Way(),
    "command": _Way("p"),
    "doas": _Way("nLs", "Cu"),
    "env": _Way("i0v", "u", "ignore-environment null debug unset="),
    "exec": _Way("cl", "a"),
    "ionice": _Way("t", "cnp", "ignore class= classdata="),
    "nice": _Way("0123456789", "n", "adjustment="),
    "nohup": _Way(),
    "setsid": _Way("cfw", "", "ctty fork wait"),
    "stdbuf": _Way("", "ioe", "input= output= error="),
    "sudo": _Way(
        "AbEHnPSsiKkBN",
        "CDghpRrtTUu",
        "non-interactive set-home preserve-env login stdin user= group=",
    ),
    "time": _Way("pvq", "", "portability verbose quiet"),
    "timeout": _Way("v", "ks", "foreground preserve-status verbose kill-after= signal=", 1),
    "xargs": _Way(
        "0rtpxo",
        "IELnPsda",
        "null no-run-if-empty verbose interactive exit open-tty arg-file= delimiter= max-args= "
        "max-procs= max-chars=",
    ),
}
_RUNNERS: Mapping[str, _Way] = {
    "hatch": _Way(),
    "pdm": _Way(),
    "pipenv": _Way(),
    "poetry": _Way(),
    "rye": _Way(),
    "uv": _Way(
        "qv",
        "p",
        "quiet frozen locked no-sync offline isolated all-extras dev no-dev active no-project "
        "all-groups with= with-editable= extra= group= python= package= env-file= directory= "
        "project=",
    ),
}
"""With ``run`` before what they start, in an environment that they may set up first."""
_INTERPRETERS: Mapping[str, tuple[str, ...]] = {
    "lua": ("-e", "-v"),
    "node": ("-e", "-p", "-v", "--eval", "--print", "--version", "--test"),
    "perl": ("-e", "-E", "-v"),
    "php": ("-r", "-v"),
    "python": ("-c", "-m", "-V", "-h", "--version", "--help"),
    "ruby": ("-e", "-v", "--version"),
}
_NUMBERED = re.compile(r"[\d.]+\Z")
_LAUNCHERS = frozenset(
    {
        "at", "batch", "bwrap", "capsh", "chroot", "chrt", "crontab", "dbus-run-session", "entr",
        "faketime", "firejail", "flock", "gdb", "ltrace", "npx", "numactl", "parallel",
        "proxychains", "rlwrap", "run-parts", "runuser", "script", "setarch",
        "setpriv", "ssh-agent", "start-stop-daemon", "strace", "systemd-run", "taskset",
        "torsocks", "unbuffer", "unshare", "nsenter", "valgrind", "watch", "xvfb-run",
    }
)  # fmt: skip
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
    if name in _LAUNCHERS:
        raise Hidden(f"{name!r} starts other programs in ways that are not known")
    if name in MAKERS:
        set_by(part)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(part, read)
    if name in SHELLS:
        return _shell(part, read)
    if name in _CARRIERS:
        return _carried(part, read)
    if _NUMBERED.sub("", name) in _INTERPRETERS:
        return _interpreter(part)
    if name in _RUNNERS and len(part.words) > 1 and part.words[1].text == "run":
        place = _operand(part.words, _RUNNERS[name], 2)
        return [part, *started(part.starts(place), read)]
    return [part]


def _operand(words: list[Word], way: _Way, first: int = 1) -> int:
    """The place of what is started, after all options and operands of what starts it."""
    names = way.names.split()
    place = first
    while place < len(words):
        if words[place].text[:1] not in {"", "-"} and not words[place].open:
            break  # no option, whatever else it is
        text = _certain(words[place])
        if text == "--":
            place += 1
            break
        if len(text) < 2 or not text.startswith("-"):
            break
        if text.startswith("--"):
            name, equals, _ = text[2:].partition("=")
            if f"{name}=" in names:
                place += not equals
            elif name not in names:
                raise Hidden(f"{text!r} is no option of {words[0].text!r} that is known")
        else:
            place += _cluster(text[1:], way, words[0].text)
        place += 1
    for word in words[first : place + way.operands]:
        if word.open:
            raise Hidden("which words are options is only known when it runs")
    return place + way.operands


def _certain(word: Word) -> str:
    if not word.known:
        raise Hidden("which program is started is only known when it runs")
    return word.text


def _cluster(letters: str, way: _Way, program: str) -> int:
    """How many more words some options in one word take."""
    for place, letter in enumerate(letters):
        if letter in way.flags:
            continue
        if letter not in way.valued:
            raise Hidden(f"'-{letter}' is no option of {program!r} that is known")
        return int(place == len(letters) - 1)
    return 0


def _carried(part: Part, read: Callable[[str], None]) -> list[Part]:
    words, name = part.words, part.name
    if name == "command" and len(words) > 1 and words[1].text in {"-v", "-V"}:
        part.carries = True
        return [part]
    first = 2 if name == "env" and len(words) > 1 and words[1].text == "-" else 1
    place = _operand(words, _CARRIERS[name], first)
    if name == "env":
        part.sets += _values(words[:place], _CARRIERS[name], "u", "unset")
    if name in {"env", "sudo"}:
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
            *_filled(inner.words, _values(words[:place], _CARRIERS[name], "I")),
            ANYTHING,
        ]
    return [part, *started(inner, read)]


def _values(options: Sequence[Word], way: _Way, letter: str, name: str = "") -> list[str]:
    """What follows each option of a letter or of a long name, in its word or in the next."""
    long = f"|--{name}(?:=|\\Z)" if name else ""
    option = re.compile(rf"(?:-[{way.flags}]*{letter}{long})(.*)", re.DOTALL)
    texts = [word.text for word in options]
    found = [(place, option.match(text)) for place, text in enumerate(texts)]
    return [each.group(1) or "".join(texts[place + 1 : place + 2]) for place, each in found if each]


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
    while words and (text := _certain(words[0])).startswith(("-", "+")) and len(text) > 1:
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
            read(_certain(script[0]) if script else "")
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
    read(" ".join(_certain(word) for word in part.words[1:]))
    return [part]


def _trap(part: Part, read: Callable[[str], None]) -> list[Part]:
    words = part.words[1:]
    if words and _certain(words[0]) == "--":
        words = words[1:]
    if words and not words[0].text.startswith("-") and not words[0].text.isdigit():
        read(_certain(words[0]))
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
    del read
    check_settings(part.words)
    return [part]


_SPECIAL: Mapping[str, Callable[[Part, Callable[[str], None]], list[Part]]] = {
    ".": _source,
    "eval": _eval,
    "find": _find,
    "git": _git,
    "source": _source,
    "trap": _trap,
}
