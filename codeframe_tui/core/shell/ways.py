"""How programs are told which other programs to start: one table for each manner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codeframe_tui.core.shell.parts import Hidden, Word

__all__ = [
    "CARRIERS",
    "LAUNCHERS",
    "RUNNERS",
    "TOLD",
    "Way",
    "certain",
    "check_told",
    "named_by",
    "operand",
    "run_by",
    "texts_of",
    "values",
]


@dataclass(frozen=True, slots=True)
class Way:
    """How a program is told what to start.

    Attributes:
        flags: letters of options that take no value.
        valued: letters of options whose value follows.
        names: long options without a value, and, with ``=``, those whose value may follow.
        operands: words between its options and the program.
        called: a letter and a long name of an option whose value is a text of commands.
        module: whether ``-m`` and a module of Python, or ``-``, may stand for the program.
        before: a sign that may end what stands before the name of the program in its word.
        after: signs of which one may begin what stands after it, as its version.
        text: whether what follows is a text of commands, in one word or in several.
        answers: whether ``true`` or ``false`` may be the value of an option without one.
    """

    flags: str = ""
    valued: str = ""
    names: str = ""
    operands: int = 0
    called: str = ""
    module: bool = False
    before: str = ""
    after: str = ""
    text: bool = False
    answers: bool = False


CARRIERS: Mapping[str, Way] = {
    "arch": Way("0123456789_armx"),
    "builtin": Way(),
    "caffeinate": Way("dimsu", "tw"),
    "catchsegv": Way(),
    "chronic": Way("ve"),
    "command": Way("p"),
    "cross-env": Way(),
    "doas": Way("nLs", "Cu"),
    "eatmydata": Way(),
    "env": Way("i0v", "u", "ignore-environment null debug unset="),
    "exec": Way("cl", "a"),
    "ionice": Way("t", "cnp", "ignore class= classdata="),
    "nice": Way("0123456789", "n", "adjustment="),
    **dict.fromkeys(("nocorrect", "noglob"), Way()),
    "nohup": Way(),
    "setsid": Way("cfw", "", "ctty fork wait"),
    "stdbuf": Way("", "ioe", "input= output= error="),
    "sudo": Way(
        "AbEHnPSsiKkBN",
        "CDghpRrtTUu",
        "non-interactive set-home preserve-env login stdin user= group=",
    ),
    "time": Way("pvq", "", "portability verbose quiet"),
    "xargs": Way(
        "0rtpxo",
        "IELnPsda",
        "null no-run-if-empty verbose interactive exit open-tty arg-file= delimiter= max-args= "
        "max-procs= max-chars=",
    ),
    **dict.fromkeys(
        ("timeout", "gtimeout"),
        Way("v", "ks", "foreground preserve-status verbose kill-after= signal=", 1),
    ),
}
"""They do nothing but to start what follows."""
_VERSION = "@=~<>!["
_CONDA = Way("v", "np", "no-capture-output live-stream verbose name= prefix= cwd=")
_NPX = Way(
    "yq",
    "pcw",
    "yes no quiet package= call= workspace= workspaces",
    called="c call",
    after=_VERSION,
    answers=True,
)
_NPM = replace(_NPX, valued="cw")  # of which ``-p`` is no option with a value
_PNPM = Way("cr", "F", "shell-mode recursive package= filter=", after=_VERSION, answers=True)
_UV = (
    "quiet frozen locked no-sync offline isolated all-extras dev no-dev active no-project "
    "all-groups with= with-editable= extra= group= python= package= env-file= directory= project= "
    "from= no-cache refresh"
)
_UVX = Way("qvn", "pw", _UV, after=_VERSION)
_SSH_FLAGS = "46AaCfGgKkMNnqsTtVvXxYy"
RUNNERS: Mapping[str, Way | None] = {
    "npx": _NPX,
    **dict.fromkeys(("npm exe", "npm exec", "npm x"), _NPM),
    **dict.fromkeys(("pnpm exec", "pnpm dlx", "pnpm recursive exec", "pnpx"), _PNPM),
    **dict.fromkeys(("yarn exec", "yarn dlx"), Way("q", "p", "quiet package=", after=_VERSION)),
    **dict.fromkeys(("bunx", "bun x"), Way("", "", "bun package=", after=_VERSION)),
    **dict.fromkeys(("uvx", "uv tool run"), _UVX),
    **dict.fromkeys(("conda run", "mamba run", "micromamba run"), _CONDA),
    **dict.fromkeys(("pyenv exec", "rbenv exec", "asdf exec", "rye run", "pdm run"), Way()),
    **dict.fromkeys(("mise exec", "mise x", "nvm exec", "fnm exec", "tox exec"), None),
    "bundle exec": Way("", "", "keep-file-descriptors gemfile="),
    "corepack": Way(after=_VERSION),
    **dict.fromkeys(("doppler run", "foreman run", "honcho run", "op run"), Way()),
    "direnv exec": Way(operands=1),
    "dotenv": Way("", "efpv"),
    "dotenv run": Way(),
    "dotenvx run": Way("q", "f", "quiet overload env-file="),
    "flock": Way("sxeunoFv", "wE", "shared exclusive nonblock nb close timeout= wait=", 1),
    "hatch run": Way(before=":"),
    "npm explore": Way(operands=1),
    "pipenv run": Way(),
    "pipx run": Way("qv", "", "verbose quiet no-cache spec= python= pip-args=", after=_VERSION),
    "pixi run": Way("qv", "e", "frozen locked environment= manifest-path="),
    "poetry run": Way(),
    "ssh": Way(_SSH_FLAGS, "BbcDEeFIiJLlmOopQRSWw", operands=1, text=True),
    "uv run": Way("qv", "p", _UV, module=True),
    "volta run": Way("", "", "node= npm= yarn= bundled-npm no-yarn"),
}
"""With the words that come before what they start, which they may get or set up first.

None stands for those that tell it in ways that are not known.
"""
_OF: dict[str, list[tuple[list[str], Way | None]]] = {}
for _words, _way in RUNNERS.items():
    _name, *_verbs = _words.split()
    _OF.setdefault(_name, []).append((_verbs, _way))
LAUNCHERS = frozenset(
    {
        "at", "batch", "bwrap", "capsh", "chroot", "chrt", "crontab", "csh", "dbus-run-session",
        "elvish", "entr", "expect", "fakeroot", "faketime", "firejail", "fish", "gdb", "ltrace",
        "nu", "numactl", "parallel", "perf", "powershell", "proxychains", "pwsh", "rlwrap",
        "run-parts", "runuser", "screen", "script", "setarch", "setpriv", "ssh-agent",
        "start-stop-daemon", "strace", "systemd-run", "taskset", "tcsh", "tmux", "torsocks",
        "toybox", "unbuffer", "unshare", "nsenter", "valgrind", "watch", "xonsh", "xvfb-run",
    }
)  # fmt: skip
_EDITOR = r"\+(?!\d*\Z)|-c|--cmd|-S|-s\Z"
_MAKE = r"\.?SHELL\w*\s*[:?+!]*=|-E|--ev|.*\$[({](?:shell|eval)\b|-\Z|(?:-f|--[fm]\w*=)(?:-|/dev/)"
_SSH = (
    rf"-[{_SSH_FLAGS}]*+F|"
    rf"(?:-[{_SSH_FLAGS}]*+o)?\s*+(?i:\w+command|include|match|\w+provider|xauthlocation)(?:[\s=]|\Z)"
)
TOLD: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("ex", "gvim", "nvim", "vi", "view", "vim", "vimdiff"), re.compile(_EDITOR)),
    **dict.fromkeys(("make", "gmake"), re.compile(_MAKE, re.DOTALL)),
    "less": re.compile(r"\+.*[!|]", re.DOTALL),
    "ssh": re.compile(_SSH),
}
"""Words after which a program may start any other."""
_EXEC = r"(?:-[a-zA-Z]*?x|--exe?c?(?=[=]|\Z))"
_UPLOAD = r"(?:-u|--upl[a-z-]*|--exe[a-z]*)"
_TEXTS: Mapping[str, str] = {
    **dict.fromkeys(("git clone", "git fetch", "git ls-remote", "git pull"), _UPLOAD),
    "git difftool": r"(?:-x|--extc[a-z]*)",
    "git filter-branch": r"(?:--[a-z-]+-filter|--setup)",
    "git grep": r"(?:-[a-zA-Z]*?O|--op[a-z-]*)",
    "git rebase": _EXEC,
    "nodemon": r"(?:-x|--exec)",
    "rsync": r"(?:-[a-zA-Z]*?e|--rsh)",
    "script": r"(?:-[a-zA-Z]*?c|--com[a-z]*)",
    "sort": r"(?:--com[a-z-]*)",
    "tar": r"(?:-[a-zA-Z]*?[IF]|--(?:use|to|inf|new|rsh)[a-z-]*|--checkpoint-action=exec)",
}
"""Options whose value is a text of commands, in their word or in the next."""
_ALL_TEXTS = frozenset({"concurrently", "hyperfine"})
"""Each of their words may be one."""


def texts_of(name: str, words: Sequence[Word]) -> Iterator[str]:
    """Texts of commands that a program is told, by its name or that of one that it is a part of.

    Raises:
        Hidden: one of them is only known when it runs.
    """
    option = re.compile(_TEXTS.get(name, "(?!)"))
    for place, word in enumerate(words):
        if name in _ALL_TEXTS and place:
            yield certain(word).partition("=")[2] if word.text[:1] == "-" else certain(word)
        elif found := option.match(word.text):
            value = certain(word)[found.end() :].removeprefix("=")
            yield value or "".join(map(certain, words[place + 1 : place + 2]))


def check_told(name: str, words: Sequence[Word]) -> None:
    """Raises: Hidden, where a program is told to start others in ways that are not known."""
    if name in LAUNCHERS:
        raise Hidden(f"{name!r} starts other programs in ways that are not known")
    if name in TOLD:
        for word in words[1:]:
            if TOLD[name].match(word.text):
                raise Hidden(f"{word.text!r} of {name!r} may start any program")


def run_by(name: str, words: Sequence[Word]) -> Iterator[tuple[int, Way]]:
    """Where what one of `RUNNERS` starts stands, and how it is told.

    Raises:
        Hidden: it is not known.
    """
    for verbs, way in _OF.get(name, ()):
        size = len(verbs)
        last = len(words) if verbs and words[1:2] and words[1].text[:1] in {"", "-", "+"} else 2
        texts = [word.text for word in words[: last + size]]
        places = [n + size for n in range(1, last) if texts[n : n + size] == verbs]
        if places and (way is None or len(places) > 1):
            raise Hidden(f"{name!r} starts other programs in ways that are not known")
        if places and way:
            place = operand(words, way, places[0])
            yield place + (words[place : place + 1] == [Word("--")]), way


def named_by(words: list[Word], way: Way) -> list[Word]:
    """The program that one of `RUNNERS` starts, as if it stood alone, from its words."""
    if way.module and words and words[0].text in {"-m", "--module"}:
        return [Word("python"), Word("-m"), *words[1:]]
    if way.module and words and words[0] == Word("-"):
        return [Word("python"), *words]
    if not words or not words[0].known:
        return words
    folder, slash, name = words[0].text.rpartition("/")
    if way.before:
        name = name.partition(way.before)[2] or name
    ends = (name.find(sign, 1) for sign in way.after)
    name = name[: min((end for end in ends if end > 0), default=None)]
    return [replace(words[0], text=folder + slash + name), *words[1:]]


def operand(words: Sequence[Word], way: Way, first: int = 1) -> int:
    """The place of what is started, after all options and operands of what starts it."""
    names = way.names.split()
    place = first
    while place < len(words):
        if words[place].text[:1] not in {"", "-"} and not words[place].open:
            break  # no option, whatever else it is
        text = certain(words[place])
        if text == "--":
            place += 1
            break
        if way.module and text in {"-m", "--module"}:
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
        if way.answers and words[place : place + 1] and words[place].text in _ANSWERS:
            raise Hidden(f"{words[place].text!r} may be what {text!r} is set to")
    for word in words[first : place + way.operands]:
        if word.open:
            raise Hidden("which words are options is only known when it runs")
    return place + way.operands


_ANSWERS = frozenset({"true", "false", "null"})


def certain(word: Word) -> str:
    """The text of a word. Raises: Hidden, where it is not known."""
    if not word.known:
        raise Hidden("which program is started is only known when it runs")
    return word.text


def _cluster(letters: str, way: Way, program: str) -> int:
    """How many more words some options in one word take."""
    for place, letter in enumerate(letters):
        if letter in way.flags:
            continue
        if letter not in way.valued or (way.answers and place and letter == "p"):
            raise Hidden(f"'-{letter}' is no option of {program!r} that is known")
        return int(place == len(letters) - 1)
    return 0


def values(options: Sequence[Word], way: Way, letter: str, name: str = "") -> list[str]:
    """What follows each option of a letter or of a long name, in its word or in the next."""
    long = f"|--{name}(?:=|\\Z)" if name else ""
    option = re.compile(rf"(?:-[{way.flags}]*{letter}{long})(.*)", re.DOTALL)
    texts = [word.text for word in options]
    found = [(place, option.match(text)) for place, text in enumerate(texts)]
    return [each.group(1) or "".join(texts[place + 1 : place + 2]) for place, each in found if each]
