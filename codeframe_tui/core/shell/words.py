"""The words of a shell: quotes, expansions and what stands in them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from codeframe_tui.core.shell.parts import Hidden, Part, Word, count
from codeframe_tui.core.shell.variables import NAME

__all__ = ["ENDS", "Words"]

MAX_DEPTH = 40
"""Levels of what stands in what."""
ENDS = frozenset(" \t\n;&|<>()")
_SPECIAL = frozenset("@*#?-$!0123456789")
_ARITHMETIC = re.compile(r"[\w\s+\-*/%<>=!&|^~?:(),]*", re.ASCII)
_SET = re.compile(
    r"(?:\+\+|--)\s*+(?P<after>[A-Za-z_]\w*+)|"
    r"(?<!\w)\d*+(?P<before>[A-Za-z_]\w*+)\s*+(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))",
    re.ASCII,
)
"""Where a variable is set in ``((…))``."""
_VALUE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)
_PIECED = re.compile(r"[\w}]\$|\}\w|\$\{?\d", re.ASCII)
_SET_IN_BRACES = re.compile(r"(!?)(\w+)(?:\[[^\]}$`\[]*+(?:[}$`\[]|\]:{0,2}=)|:{0,2}=)", re.ASCII)
_PLAIN = re.compile(r"[^\s;&|<>()'\"\\$`*?\[\]{}~]+")
_IN_QUOTES = re.compile(r'[^"\\$`]+')


def _counted(text: str) -> bool:
    """Whether a shell that calculates with a text runs something: all in time by its length."""
    place = text.find("[")
    return place >= 0 and (text.find("$(", place) >= 0 or text.find("`", place) >= 0)


class _Made:
    """A word as it is put together."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.known = True
        self.open = self.runs = self.quoted = False

    def add(self, text: str) -> None:
        if self.known:
            self.text.append(text)

    def unknown(self, *, open_: bool = False, runs: bool = True) -> None:
        self.known = False
        self.open = self.open or open_
        self.runs = self.runs or runs

    def word(self) -> Word:
        return Word("".join(self.text), self.known, self.open, self.runs)


class Words(ABC):
    """Reads words from a place in a text on. All methods raise `Hidden`."""

    def __init__(self, text: str, found: list[Part], depth: int) -> None:
        self.text, self.found, self.depth = text, found, depth - 1
        self.at = 0
        self.deeper()

    @abstractmethod
    def commands(self, end: str) -> None:
        """Read commands up to a closing bracket, and that too."""

    @abstractmethod
    def inner(self, text: str) -> None:
        """Read another text of commands as a part of this one."""

    def keep(self, part: Part) -> Part:
        """Keep a part that was found. Raises: Hidden, where there are too many."""
        self.found.append(part)
        count(self.found)
        return part

    def deeper(self) -> None:
        """Go one level down; who does it comes back."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Hidden("too much stands in each other")

    def peek(self, size: int = 1) -> str:
        """What comes next; empty at the end."""
        return self.text[self.at : self.at + size]

    def word(self) -> Word:
        """The next word, however it is quoted."""
        return self.made().word()

    def made(self) -> _Made:
        """The next word, and whether any of it is quoted."""
        made, start = _Made(), self.at
        while self.at < len(self.text):
            char = self.peek()
            if plain := _PLAIN.match(self.text, self.at):
                self.at = plain.end()
                made.add(plain.group())
            elif self.peek(2) in {"<(", ">("}:
                self.at += 2
                self._nested()
                made.unknown()
            elif char in ENDS:
                break
            else:
                self._piece(made, char)
        if self.at == start:
            raise Hidden(f"{self.peek()!r} stands where a word is expected")
        if made.known and _counted("".join(made.text)):
            raise Hidden("a shell that calculates with this text runs what stands in it")
        return made

    def _piece(self, made: _Made, char: str) -> None:
        self.at += 1
        match char:
            case "\\":
                self._escaped(made)
            case "'":
                made.add(self._until("'"))
                made.quoted = True
            case '"':
                made.quoted = True
                self._double(made)
            case "$":
                self._dollar(made, quoted=False)
            case "`":
                self._backticks(quoted=False)
                made.unknown(open_=True)
            case "[" if self.peek() in {"", "["} | ENDS:
                made.add(char)
            case "*" | "?" | "[":
                made.unknown(open_=True, runs=False)
            case "{" if self.peek() not in {"}", ""} | ENDS:
                made.unknown(open_=True, runs=False)  # some shells make several words of it
            case "~" | "{" | "}" | "]":
                made.add(char)
            case _:
                raise Hidden("it has blanks that are none to a shell")

    def _escaped(self, made: _Made) -> None:
        char = self.peek()
        if not char:
            raise Hidden("it ends with a backslash")
        self.at += 1
        if char != "\n":
            made.add(char)
            made.quoted = True

    def _until(self, end: str) -> str:
        place = self.text.find(end, self.at)
        if place < 0:
            raise Hidden(f"a {end} is not closed")
        found = self.text[self.at : place]
        self.at = place + 1
        return found

    def _double(self, made: _Made, end: str = '"') -> None:
        """The rest of what stands in double quotes; of a here-document where there is no end."""
        while self.at < len(self.text):
            if plain := _IN_QUOTES.match(self.text, self.at):
                self.at = plain.end()
                made.add(plain.group())
                continue
            char = self.peek()
            self.at += 1
            if char == end:
                return
            match char:
                case "\\":
                    self._in_quotes_escaped(made)
                case "$":
                    self._dollar(made, quoted=True)
                case "`":
                    self._backticks(quoted=bool(end))
                    made.unknown()
                case _:
                    made.add(char)
        if end:
            raise Hidden(f"a {end} is not closed")

    def _in_quotes_escaped(self, made: _Made) -> None:
        char = self.peek()
        self.at += len(char)
        if char in {"$", "`", '"', "\\"} and char:
            made.add(char)
        elif char != "\n":
            made.add("\\" + char)

    def _dollar(self, made: _Made, *, quoted: bool) -> None:
        if self.peek(2) == "((" and self.arithmetic():
            made.unknown(open_=not quoted)
        elif self.peek() == "(":
            self.at += 1
            self._nested()
            made.unknown(open_=not quoted)
        elif self.peek() == "{":
            self.at += 1
            self._braces(quoted=quoted)
            made.unknown(open_=not quoted)
        elif name := NAME.match(self.text, self.at):
            self.at = name.end()
            made.unknown(open_=not quoted)
        elif self.peek() in _SPECIAL and self.peek():
            open_ = not quoted or self.peek() == "@"
            self.at += 1
            made.unknown(open_=open_)
        elif self.peek() in {"'", '"'} and self.peek() and not quoted:
            self._dialect(made)
        else:
            made.add("$")

    def _dialect(self, made: _Made) -> None:
        """``$'…'`` and ``$"…"``, which shells read in different ways."""
        char = self.peek()
        self.at += 1
        if char == '"':
            self._double(_Made())
        elif "\\" in self._until("'"):
            raise Hidden("$'…' with a backslash is something else in other shells")
        made.unknown()

    def _nested(self) -> None:
        self.deeper()
        self.commands(")")
        self.depth -= 1

    def _backticks(self, *, quoted: bool) -> None:
        inner: list[str] = []
        escaped = {"$", "`", "\\"} | ({'"'} if quoted else set())
        while (char := self.peek()) != "`":
            if not char:
                raise Hidden("a ` is not closed")
            self.at += 1
            if char == "\\" and self.peek() in escaped:
                char = self.peek()
                self.at += 1
            inner.append(char)
        self.at += 1
        self.inner("".join(inner))

    def arithmetic(self, more: str = "") -> bool:
        """Read ``((…))``; nothing is read where brackets show that it is something else.

        Args:
            more: signs that may stand in it besides those of numbers and variables.
        """
        level, start = 0, self.at + 2
        for place in range(start, len(self.text)):
            char = self.text[place]
            level += (char == "(") - (char == ")")
            if level < 0:
                break
        else:
            raise Hidden("a ( is not closed")
        if self.text[place : place + 2] != "))":
            return False
        text = self.text[start:place]
        if _PIECED.search(text):
            raise Hidden("it calculates with what is only known when it runs")
        inside = _VALUE.sub(r" \1\2 ", text)
        if not _ARITHMETIC.fullmatch(inside.translate(dict.fromkeys(map(ord, more)))):
            raise Hidden("it calculates with more than numbers and variables")
        names = NAME.findall(inside)
        sets = [found["after"] or found["before"] for found in _SET.finditer(inside)]
        if inside != text and (sets or _SET.search(_VALUE.sub("", text))):
            sets = names  # a value may be empty, and what stands beside it is set
        self.keep(Part(sets=sets, counts=names))
        self.at = place + 2
        return True

    def _braces(self, *, quoted: bool) -> None:
        """The rest of ``${…}``: what stands there may run commands, too."""
        self.deeper()
        made = _Made()
        if sets := _SET_IN_BRACES.match(self.text, self.at):
            name = "" if sets.group(1) else sets.group(2)
            self.keep(Part(sets=[name], texts=[name]))
        while (char := self.peek()) != "}":
            if not char:
                raise Hidden("a ${ is not closed")
            self.at += 1
            match char:
                case "\\":
                    self.at += 1
                case "'":
                    if quoted or set(self._until("'")) & set("$`}"):
                        raise Hidden("shells read quotes within ${…} in different ways")
                case '"':
                    self._double(made)
                case "$":
                    self._dollar(made, quoted=quoted)
                case "`":
                    self._backticks(quoted=False)
                case "@" if self.peek(2)[1:] == "}":
                    raise Hidden("${…@…} may run what a variable holds")
                case _:
                    pass
        self.at += 1
        self.depth -= 1

    def body(self, text: str) -> Word:
        """A here-document whose end is not quoted: what stands in it may run commands."""
        return type(self)(text, self.found, self.depth + 1).rest()

    def rest(self) -> Word:
        """All that is left, as if it stood in double quotes that have no end."""
        made = _Made()
        self._double(made, end="")
        return made.word()
