"""What must not be told: the values of our keys, and what looks like somebody's token.

The one place that knows. It looks after the sanitiser: a sequence that a terminal swallows must not
hide a key from it. File contents and proposals are never rewritten here; `Secrets.held` names the
key that they hold, and who asks refuses them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache, partial
from typing import Any, TypeVar, cast
from urllib.parse import quote

from codeframe_tui.core.text import plain

__all__ = ["HIDDEN", "NOTHING", "Held", "Secrets", "Stream"]

HIDDEN = "[redacted]"
_SHORTEST = 8
"""Characters that a key has at least: a local server's "test" stands in many words."""
_STRONG = 16
"""Characters from which on a value is no word: files that hold it are refused, parts are hidden."""
_PART = 12
"""Characters of a key's beginning or end that tell it; of a long one a quarter."""
_HELD = 512
"""Characters of a stream without a space that are held back at most."""
_WINDOW = 40
"""Characters in which the scheme of a header is looked for."""
_LONG = 16_384
"""Characters that a private key may have."""
_ODD = re.compile(r"[^\t\n -~]")
_SPACE = re.compile(r"\s")
_ENDED = re.compile("-----END [A-Z ]*-----")
_KEEPS = re.compile(r"(?i)auth|key|token|secret|cookie|password|credential|session")
"""Names of headers that keep a secret."""
_SCHEME = re.compile(r"(?i)(?:\bauthorization:\s+(?:(?:bearer|basic)\s+)?|\b(?:bearer|basic)\s+)\Z")
_PREFIX = re.compile(r"sk-ant-[a-z]+\d*-|sk-")
"""What all keys of a provider begin with."""
_BEYOND = 4
"""Characters after it that a beginning has at least."""
_NAMES = re.compile(r"ANTHROPIC_\w*(?:KEY|TOKEN|HEADERS)")
_TOKENS = tuple(
    (tuple(needles.split("|")), re.compile(pattern, re.VERBOSE))
    for needles, pattern in (  # a pattern is slow, so that one of its needles must be there
        (
            "-----BEGIN",
            # to its end; of one without an end what a key is written with, as in `x in pem`:
            # its headers and lines, whose ends may be written as in a text of code
            r"""-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----(?s:(?:[^-]|-(?!----))*+-----END\ [A-Z ]*PRIVATE
            \ KEY-----|(?:(?:\s|\\[nr])*+[\w-]{1,40}:\ [^\n\\]{0,200}){0,8}+
            (?:(?:\s|\\[nr])*+[A-Za-z0-9+/=]{16,}+)+)""",
        ),
        ("sk-", r"\bsk-(?!container-id-)(?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{16,}"),
        ("k_live_|k_test_", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}"),
        ("ghp_|gho_|ghs_|ghu_|ghr_", r"\bgh[opsur]_[A-Za-z0-9]{20,}"),
        ("github_pat_|glpat-", r"\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"),
        ("AKIA|ASIA", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("xox|xapp-", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}"),
        ("AIza|ya29.", r"\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}"),
        ("hf_|npm_", r"\bhf_[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{30,}"),
        ("pypi-|SG.", r"\bpypi-[\w-]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"),
        ("eyJ", r"(?<![\w-])eyJ[\w-]{8,2048}\.[\w-]{8,2048}\.[\w-]{8,}"),
        (
            "/#|ws://|wss://|localhost|127.0.0.1|[::1]",
            r"""(?:\bwss?://[^\s/\#]++|(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)/?
            \#(?P<value>[\w-]{16,})""",
        ),
        ("asic |ASIC ", r"(?i)(?<=\bauthorization:\ basic\ )[A-Za-z0-9+/=]{8,}"),
        ("earer |EARER ", r"(?i)(?<=\bbearer\ )(?=[a-z.~+/=_-]{0,64}\d)[\w.~+/=-]{8,}"),
        ("://", r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
        (
            # as `env` prints it: code has spaces or a call
            "KEY=|TOKEN=|SECRET=|PASSWORD=|PASSWD=",
            r"""(?m)^(?:export\ )?
            (?:[A-Z][A-Z0-9_]*)?(?:(?:API|SECRET|ACCESS|PRIVATE)_?KEY|TOKEN|SECRET|PASSWORD|PASSWD
            |KEY(?==[^\d\n]{0,64}\d))  # `PRIMARY_KEY=customer` is none
            =["']?(?P<value>[^\s"'()$]{8,})(?=["']?[\ \t]*$)""",
        ),
    )
)
_ASSIGNED = re.compile(
    r"""(?ix) (?: api[_-]?key | (?:auth|access)[_-]?token | secret | passw(?:or)?d )
    ["']? \s*[:=]\s* ["']? (?P<value>[^\s"',;]{6,})"""
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """One of our keys in a content.

    Attributes:
        name: of the variable that has it.
        line: where it begins, from 1.
    """

    name: str
    line: int


class Secrets:
    """The values of our keys.

    Args:
        values: name -> value; what is too short to be a key is none.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        found = ((name, value) for name, value in (values or {}).items() if len(value) >= _SHORTEST)
        # one may begin with another: the longest comes first
        self._values = tuple(sorted(found, key=lambda pair: len(pair[1]), reverse=True))
        self._strong = tuple(pair for pair in self._values if len(pair[1]) >= _STRONG)

    @classmethod
    def of(cls, environment: Mapping[str, str], more: Mapping[str, str] | None = None) -> Secrets:
        """The model's keys in an environment, and others."""
        found: dict[str, str] = {}
        for name, value in environment.items():
            if name.endswith("HEADERS") and _NAMES.fullmatch(name):  # lines of `Name: value`
                for number, line in enumerate(value.splitlines(), 1):
                    header, _, told = line.partition(":")
                    if _KEEPS.search(header):
                        found |= {f"{name} ({number}{nth})": v for nth, v in _kept(header, told)}
            elif _NAMES.fullmatch(name):
                found[name] = value
        return cls(found | dict(more or {}))

    @property
    def mark(self) -> str:
        """Tells whether the keys are those of another time; too short to tell anything of them."""
        return hashlib.sha256(repr(self._strong).encode()).hexdigest()[:8] if self._strong else ""

    def withhold(self, value: T) -> T:
        """A text, or a value of any depth, without our keys.

        Only of those that no file holds which the model sees: what it reads must be what is there.
        """
        return _within(value, partial(_without_values, self._strong)) if self._strong else value

    def redact(self, value: T) -> T:
        """The same with short ones, and without what looks like anybody's token."""
        if not isinstance(value, str):  # one look at all of it is quick, and mostly enough
            whole = "\n".join(_texts(value))
            if self.redact(whole) == whole:
                return value
        return _within(value, lambda text: _without_tokens(_without_values(self._values, text)))

    def redact_line(self, text: str) -> str:
        """The same for a line of a log, where what is assigned to a secret's name goes too."""
        return _ASSIGNED.sub(_hide, self.redact(text))

    def held(self, content: bytes) -> Held | None:
        """Which of our keys a content holds, and where; only what is long enough to be sure."""
        for name, value in self._strong:
            if (at := content.find(value.encode())) >= 0:
                return Held(name, content.count(b"\n", 0, at) + 1)
        return None

    def begun(self, text: str) -> int:
        """Where one of our keys may have begun that goes on after this text; else its length."""
        forms = [form for _, value in self._strong for form in _forms(value)]
        longest = max(map(len, forms), default=0)
        for start in range(max(0, len(text) - longest + 1), len(text)):
            if any(form.startswith(text[start:]) for form in forms):
                return start
        return len(text)

    def name_in(self, value: object) -> str:
        """Name of the key that stands anywhere in a value; empty when there is none."""
        texts = list(_texts(value)) if self._strong else []
        for name, secret in self._strong:
            if any(form in text for text in texts for form in _forms(secret)):
                return name
        return ""


NOTHING = Secrets()
"""Knows no key of ours."""


class Stream:
    """Redacts a text that comes in pieces: what may go on is held back, but never for long.

    Args:
        ours: only our keys are hidden, and nothing is held back but the beginning of one.
    """

    def __init__(self, secrets: Secrets, *, ours: bool = False) -> None:
        self._hide = secrets.withhold if ours else secrets.redact
        self._end = secrets.begun if ours else _safe_end
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be told by now."""
        text = self._held + text
        end = self._end(text)
        self._held = text[end:]
        return self._hide(text[:end])

    def rest(self) -> str:
        """What was held back."""
        text, self._held = self._held, ""
        return self._hide(text)


def _kept(header: str, told: str) -> Iterator[tuple[str, str]]:
    """What a header keeps, each with which of several it is: its last word, as in `Bearer …`."""
    if "cookie" not in header.lower():
        yield from (("", word) for word in told.split()[-1:])
        return
    for nth, cookie in enumerate(told.split(";"), 1):
        yield f".{nth}", cookie.partition("=")[2].strip()


def _safe_end(text: str) -> int:
    """Where nothing that is secret can go on: after the last space, outside a private key."""
    begun = text.rfind("-----BEGIN")
    ended = _ENDED.search(text, begun) if begun >= 0 else None
    if begun >= 0 and ended is None and len(text) - begun < _LONG:
        return begun
    space = _SPACE.search(text[: -_HELD - 1 : -1])
    if space:
        end = max(len(text) - space.start(), ended.end() if ended else 0)
        named = _SCHEME.search(text[max(0, end - _WINDOW) : end])  # it tells what the next word is
        return end - len(named.group()) if named else end
    return len(text) if len(text) > _HELD else 0


def _without_values(values: Sequence[tuple[str, str]], text: str) -> str:
    """It is looked for in what a person would see, else in what there is."""
    if not values:
        return text
    bare = _bare(text)
    told = _hidden(values, bare)
    return told if told != bare or bare == text else _hidden(values, text)


def _bare(text: str) -> str:
    return plain(text) if _ODD.search(text) else text


def _hidden(values: Sequence[tuple[str, str]], text: str) -> str:
    for _, value in values:
        for form in _forms(value):
            text = text.replace(form, HIDDEN)
    for _, value in values:
        if len(value) >= _STRONG:
            text = _without_parts(text, value)
    return text


@cache
def _forms(value: str) -> tuple[str, ...]:
    """How a value may be written."""
    coded = base64.b64encode(value.encode()).decode("ascii").rstrip("=")
    return tuple(dict.fromkeys((value, coded, quote(value, safe=""))))


def _without_parts(text: str, value: str) -> str:
    """Without the beginnings and ends of a value that was cut."""
    least = max(_PART, len(value) // 4)
    known = _PREFIX.match(value)
    beyond = known.end() + _BEYOND if known else 0  # else every key of the provider begins so
    text = _without_heads(text, value, max(least, beyond), HIDDEN)
    if value[-least:] not in text:
        return text
    return _without_heads(text[::-1], value[::-1], least, HIDDEN[::-1])[::-1]


def _without_heads(text: str, value: str, least: int, mark: str) -> str:
    """Without every beginning of a value, of at least so many characters."""
    head, told, at = value[:least], list[str](), 0
    while (found := text.find(head, at)) >= 0:
        end = found + least
        while end - found < len(value) and text[end : end + 1] == value[end - found]:
            end += 1
        told += (text[at:found], mark)
        at = end
    return "".join((*told, text[at:])) if told else text


def _without_tokens(text: str) -> str:
    """They are looked for in what a person would see; without one the text stays as it is."""
    told = bare = _bare(text)
    for needles, pattern in _TOKENS:
        if any(needle in told for needle in needles):
            told = pattern.sub(_hide, told)
    return text if told == bare else told


def _hide(match: re.Match[str]) -> str:
    whole, value = match.group(), match.groupdict().get("value")
    return HIDDEN if value is None else whole[: -len(value)] + HIDDEN


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _within(value: T, change: Callable[[str], str]) -> T:
    """A value with its texts changed; what does not change is the same object."""
    return cast(T, _changed(value, change))


def _changed(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - of any depth
    match value:
        case str():
            text = change(value) if type(value) is str else value  # an enum's member is no text
            return value if text == value else text
        case Mapping():
            made = {_changed(key, change): _changed(each, change) for key, each in value.items()}
            return value if made == value else made
        case list() | tuple():
            items = [_changed(each, change) for each in value]
            if all(new is old for new, old in zip(items, value, strict=True)):
                return value
            return items if isinstance(value, list) else tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        made = {name: _changed(each, change) for name, each in told.items()}
        new = {name: each for name, each in made.items() if each is not told[name]}
        return replace(value, **new) if new else value
    return value
