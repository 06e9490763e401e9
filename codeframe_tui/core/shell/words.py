"""The words of a shell: quotes, expansions and what stands in them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

from codeframe_tui.core.shell.calculated import calculated, in_braces, printed
from codeframe_tui.core.shell.parts import SPLIT, Hidden, Part, Word, count

__all__ = ["ENDS", "Words"]

MAX_DEPTH = 40
"""Levels of what stands in what."""
ENDS = frozenset(" \t\n;&|<>()")
_SPECIAL = frozenset("@*#?-$!0123456789")
_NUMBERS = frozenset("#?$")
"""Those that are one word, always."""
_CUT = re.compile(r"&?\\\n|\((?:\\\n)+\(")
_NAMED = re.compile(r"([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}", re.ASCII)
_GOES_ON = re.compile(r"(?<!\})[:[]|[^\0-\x7f]")
"""After the name of a variable, what some shells take for a part of it, or for what to take."""
_MANY = re.compile(r"(?:\A|\{)!?\w*@|[$[]@", re.ASCII)
"""What is several words between quotes, too, in ``${…}``."""
_PLAIN = re.compile(r"[^\s;&|<>()'\"\\$`*?\[\]{}~]+")
_IN_BRACES = re.compile(r"\d*\}|[ \t\n;&|<>()]|\Z", re.ASCII)
"""After a ``{`` of which no shell makes several words."""
_ESCAPED = re.compile(r"(?:[^\\]|\\.)*+", re.DOTALL)
_BY_NAME = re.compile(r"(?:[^\\]|\\[^0-7xuUcCM])*+", re.DOTALL)
"""A text in ``$'…'`` of which no sign is told by its number."""
_IN_QUOTES = re.compile(r'[^"\\$`]+')


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

    def __init__(
        self, text: str, found: list[Part], depth: int, values: Mapping[str, str] | None = None
    ) -> None:
        self.text, self.found, self.depth = text, found, depth - 1
        self.values = values or {}
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

    def whole(self) -> None:
        """Raises: Hidden, where the line ends within a sign, or right after it."""
        if _CUT.match(self.text, self.at):
            raise Hidden("the line ends within a sign")

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
                if not made.known:
                    raise Hidden(f"what stands before {self.peek(2)} is only known when it runs")
                self.at += 2
                self._nested()
                made.add("/dev/fd/")
                made.unknown()
            elif char in ENDS:
                break
            else:
                self._piece(made, char)
        if self.at == start:
            raise Hidden(f"{self.peek()!r} stands where a word is expected")
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
            case "{" if not _IN_BRACES.match(self.text, self.at):
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
        name = _NAMED.match(self.text, self.at)
        self.whole()
        if (
            name
            and (name[1] or name[2]) in self.values
            and not _GOES_ON.match(self.text, name.end())
        ):
            self.at = name.end()
            if self.peek(2) == SPLIT:
                raise Hidden("the line ends within the name of a variable")
            made.add(self.values[name[1] or name[2]])
            made.quoted = True
        elif self.peek(2) == "((" and self.arithmetic():
            made.unknown(open_=not quoted)
        elif self.peek() == "(":
            self.at += 1
            self._nested()
            made.unknown(open_=not quoted)
        elif self.peek() == "{":
            self.at += 1
            many = self._braces(quoted=quoted)
            made.unknown(open_=many or not quoted)
        elif self.peek() == "[":
            self._old_arithmetic()
            made.unknown(open_=not quoted)
        elif name and name[1]:
            self.at = name.end()
            made.unknown(open_=not quoted)
        elif self.peek() in _SPECIAL and self.peek():
            open_ = self.peek() == "@" or (not quoted and self.peek() not in _NUMBERS)
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
        else:
            text = self._until("'")
            if not _ESCAPED.fullmatch(text):
                raise Hidden("$'…' with a \\' ends elsewhere in other shells")
            if not _BY_NAME.fullmatch(text) or ("[" in text and set(text) & set("\\$`")):
                raise Hidden("a shell that calculates with this text runs what stands in it")
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
        text, commands = printed(self.text[start:place])
        part = self.keep(calculated(text, more))
        for each in commands:
            part.counts.append("()")
            self.inner(each)
        self.at = place + 2
        return True

    def _old_arithmetic(self) -> None:
        """``$[…]``, with which some shells calculate: it is read again as what it is elsewhere."""
        end = self.text.find("]", self.at)
        if end < 0:
            raise Hidden("a $[ is not closed")
        self.keep(calculated(self.text[self.at + 1 : end]))

    def _braces(self, *, quoted: bool) -> bool:
        """The rest of ``${…}``, in which commands may run, too; whether it may be many words."""
        self.deeper()
        made, start = _Made(), self.at
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
                case "@" if self.peek(2)[1:] == "}" and self.peek() != "]":
                    raise Hidden("${…@…} may run what a variable holds")
                case _:
                    pass
        body = self.text[start : self.at]
        if SPLIT in body:
            raise Hidden("the line ends within ${…}")
        for part in in_braces(body):
            self.keep(part)
        self.at += 1
        self.depth -= 1
        return _MANY.search(body) is not None

    def body(self, text: str) -> Word:
        """A here-document whose end is not quoted: what stands in it may run commands."""
        return type(self)(text, self.found, self.depth + 1).rest()

    def rest(self) -> Word:
        """All that is left, as if it stood in double quotes that have no end."""
        made = _Made()
        self._double(made, end="")
        return made.word()
