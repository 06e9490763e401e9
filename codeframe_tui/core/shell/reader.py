"""The grammar of a shell: commands, and what holds them together."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codeframe_tui.core.shell.calculated import NOT_NAMED, calculated, check_text, printed
from codeframe_tui.core.shell.conditions import Condition, in_brackets
from codeframe_tui.core.shell.documents import document
from codeframe_tui.core.shell.parts import OTHERS, RESERVED, SPLIT, Hidden, Part, Word
from codeframe_tui.core.shell.variables import NUMBER, SETS, TYPED, set_to
from codeframe_tui.core.shell.words import ENDS, Words

__all__ = ["Reader"]

_REDIRECTION = re.compile(r"(?:\d+|\{\w+\})?(<<<|<<-|<<|<>|<&|>>|>\||>&|<|>)|(&>>?)", re.ASCII)
_ELSEWHERE = frozenset({"&>", "&>>"})
"""Elsewhere the end of a command that runs on, and then the start of the next one."""
_SOCKETS = ("/dev/tcp", "/dev/udp")
_WORD = re.compile(r"(?:[a-z]+|[{}!])(?=[ \t\n;&|<>()]|\Z)")
_LIST = re.compile(SETS.pattern + r"\(", re.ASCII)
_FUNCTION = re.compile(r"[ \t]*\([ \t]*\)")


class Reader(Words):
    """Reads commands."""

    def __init__(
        self, text: str, found: list[Part], depth: int, values: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text, found, depth, values)
        self._due: list[tuple[str, bool, bool, Part]] = []
        self._condition = Condition()
        self._unreached = False  # whether no shell runs what follows that does not know ``[[``

    def inner(self, text: str) -> None:
        """See `Words.inner`."""
        inner = Reader(text, self.found, self.depth + 1, self.values)
        inner.commands("")

    def commands(self, end: str) -> None:
        """See `Words.commands`; without a bracket, up to the end of the text."""
        outer, self._due, start = self._due, [], self.at
        condition, self._condition = self._condition, Condition()
        self._list(frozenset({end}))
        if self._due:
            raise Hidden("a here-document has no end")
        if outer and "\n" in self.text[start : self.at]:
            raise Hidden("a here-document begins before something of several lines")
        self.at += len(end)
        self._due, self._condition = outer, condition

    def _list(self, ends: frozenset[str]) -> str:
        """Read commands up to one of the reserved words or signs; it is not read, but given."""
        while True:
            self._between()
            word = self._reserved() or self._sign()
            if word in ends:
                return word
            if word in {")", ";;", ";", "&", "|", ""}:
                raise Hidden(f"{word!r} stands in a strange place" if word else "it is cut off")
            self._and_or()
            self._blanks()
            self.whole()
            if self.peek() in {";", "&"} and self.peek(2) not in {";;", ";&"}:
                self.at += 1

    def _sign(self) -> str:
        if self.peek(2) in {";;", ";&"}:
            return ";;"
        return self.peek() if self.peek() in {")", ";", "&", "|", ""} else "word"

    def _and_or(self) -> None:
        sign, unreached = "", False
        while True:
            begins = sign in {"", "&&"} and self.text.startswith("[[", self.at)
            begins = begins and not self._condition.open
            self._unreached = unreached
            self._pipeline()
            self._blanks()
            if self.peek(2) in {"&&", "||"}:
                sign = self.peek(2)
            elif self.peek() == "|":
                sign = "|&" if self.peek(2) == "|&" else "|"
            else:
                return
            self.at += len(sign)
            unreached = sign == "&&" and self._condition.open and (begins or unreached)
            self._between()

    def _pipeline(self) -> None:
        while self._reserved() == "!":
            self._expect("!")
        self._command()

    def _command(self) -> None:
        self.deeper()
        match self._reserved():
            case "":
                if self.peek() == "(" and self._condition.open:
                    part = self.keep(Part([Word("[[")]))
                    in_brackets(self, part, self._condition, "&" if self._unreached else "")
                elif self.peek() == "(":
                    self._subshell()
                else:
                    self._simple()
            case "{":
                self._enclosed("{", "}")
            case "if":
                self._if()
            case "while" | "until" as word:
                self._enclosed(word, "do")
                self._list(frozenset({"done"}))
                self._expect("done")
            case "for":
                self._for()
            case "case":
                self._case()
            case "function":
                self._expect("function")
                defined = self.word().text
                if found := _FUNCTION.match(self.text, self.at):
                    self.at = found.end()
                self._defines(self.keep(Part()), defined)
            case word:
                raise Hidden(f"{word!r} stands in a strange place")
        self._redirections()
        self.depth -= 1

    def _between(self) -> None:
        """Skip blanks, comments and line ends; here-documents begin after a line end."""
        self._blanks()
        while self.peek() == "\n":
            self._line_end()
            self._blanks()

    def _blanks(self) -> None:
        while True:
            if self.peek() in {" ", "\t"}:
                self.at += 1
            elif self.peek(2) == "\\\n":
                self.at += 2
            elif self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _reserved(self) -> str:
        """The reserved word that comes next, where a command may begin; empty = none."""
        found = _WORD.match(self.text, self.at)
        if found is None or found.group() not in RESERVED:
            return ""
        if found.group() in OTHERS:
            raise Hidden(f"{found.group()!r} is not known to every shell")
        return found.group()

    def _expect(self, word: str) -> None:
        if self._reserved() != word:
            raise Hidden(f"{word!r} is missing")
        self.at += len(word)
        self._blanks()

    def _enclosed(self, start: str, end: str) -> None:
        self._expect(start)
        self._list(frozenset({end}))
        self._expect(end)

    def _if(self) -> None:
        word = "if"
        while word in {"if", "elif"}:
            self._enclosed(word, "then")
            word = self._list(frozenset({"elif", "else", "fi"}))
        if word == "else":
            self._enclosed(word, "fi")
        else:
            self._expect("fi")

    def _for(self) -> None:
        self._expect("for")
        if self.peek(2) == "((":
            if not self.arithmetic(";"):
                raise Hidden("a loop has no end")
            part = Part()
        else:
            name, part = self.word().text, self.keep(Part())
            set_to(part, name, "$words")
        self._between()
        if self._reserved() == "in":
            self._expect("in")
            start = self.at
            while self.peek() not in {"\n", ";", ""}:
                self._value()
                self._blanks()
            values, commands = printed(self.text[start : self.at])
            part.prints += part.sets if commands else []
            if all(map(NUMBER.fullmatch, values.split())):
                part.texts.clear()
        if self.peek() == ";":
            self.at += 1
        self._between()
        self._enclosed("do", "done")

    def _case(self) -> None:
        self._expect("case")
        self.word()
        self._between()
        self._expect("in")
        self._between()
        while self._reserved() != "esac":
            self._pattern()
            if self._list(frozenset({";;", "esac"})) == ";;":
                self.at += 2 + (self.peek(3) == ";;&")
            self._between()
        self._expect("esac")

    def _pattern(self) -> None:
        """Such as ``a | b )``."""
        if self.peek() == "(":
            self.at += 1
        while True:
            self._blanks()
            self.word()
            self._blanks()
            if self.peek() != "|":
                break
            self.at += 1
        if self.peek() != ")":
            raise Hidden("a pattern of a case has no end")
        self.at += 1

    def _listed(self) -> None:
        """The words of ``name=(…)``, where a shell knows lists."""
        self.at += 1
        self._between()
        while self.peek() != ")":
            start = self.at
            self._value()
            if self.text[start] == "[":
                self.keep(calculated(self.text[start + 1 : self.at].partition("]")[0]))
            self._between()
        self.at += 1

    def _value(self) -> None:
        """Read a word that a variable is set to."""
        check_text(self.word())

    def _subshell(self) -> None:
        self.whole()
        if self.peek(2) == "((":  # some shells calculate, others start what stands there
            start = self.at + 2
            if not self.arithmetic():
                raise Hidden("(( is something else in other shells")
            self.inner(self.text[start : self.at - 2])
            return
        self.at += 1
        self.commands(")")

    def _defines(self, part: Part, name: str) -> None:
        if name == "[[":
            raise Hidden("a function stands for a word that some shells know")
        part.defines.append(name)
        self._between()
        if not self._reserved() and self.peek() != "(":
            raise Hidden("a function has no body")
        self._command()

    def _simple(self) -> None:
        part, start, unreached = self.keep(Part()), self.at, self._unreached
        while not self._is_end():
            found = _FUNCTION.match(self.text, self.at)
            if found is None and self.peek() == "(" and part.words and self._condition.open:
                in_brackets(self, part, self._condition, "&|<>\n")
            elif found is None and self.peek() == "(" and part.words == [Word("time")]:
                self._subshell()  # other shells run nothing of a text with a bracket there
                return
            elif self.peek() == "(":
                if found is None or len(part.words) != 1 or part.sets or part.writes:
                    raise Hidden("a ( stands in a strange place")
                part.words, defined = [], part.words[0].text
                self.at = found.end()
                self._defines(part, defined)
                return
            else:
                self._piece_of(part)
            self._blanks()
        if self.at == start:
            raise Hidden("a command is missing")
        if (
            unreached
            and part.words
            and (not part.words[0].known or part.words[0].text[:1] in {"", "-"})
        ):
            part.words.insert(0, Word("[["))  # a piece of one, in each shell

    def _is_end(self) -> bool:
        return self.peek() in {"", "\n", ";", "|", ")"} or (
            self.peek() == "&" and self.peek(2) != "&>"
        )

    def _piece_of(self, part: Part) -> None:
        if self.peek(2) not in {"<(", ">("} and (found := _REDIRECTION.match(self.text, self.at)):
            self.at = found.end()
            self._redirection(part, found.group(1) or found.group(2))
        elif part.name in TYPED and (sets := _LIST.match(self.text, self.at)):
            self.at = sets.end() - 1
            self._listed()
            part.words.append(Word(sets.group()[:-1], known=False))
        elif not part.words and (sets := SETS.match(self.text, self.at)):
            self.at = sets.end()
            if self.peek() == "(":
                self._listed()
            elif self.peek() not in ENDS | {""}:
                self._value()
            value, commands = printed(self.text[sets.end() : self.at])
            set_to(part, sets.group(1), value)
            part.prints += part.sets[-1:] if commands else []
        else:
            start = self.at
            made = self.made()
            word = made.word()
            if not part.words and not made.quoted and word.text in RESERVED:
                raise Hidden(f"{word.text!r} stands in a strange place")
            part.words.append(word)
            raw = self.text[start : self.at].replace(SPLIT, "")
            if len(part.words) == 1 and SETS.match(raw):
                raise Hidden("the line ends within the name of a variable")
            for each in self._condition.add(raw, word, first=len(part.words) == 1):
                self.keep(each)
            if raw[0] == "{" and not word.known and self.peek() in {"<", ">"}:
                raise Hidden(NOT_NAMED)

    def _redirections(self) -> None:
        """Those after a loop or a bracket."""
        part = Part()
        self._blanks()
        while found := _REDIRECTION.match(self.text, self.at):
            self.at = found.end()
            self._redirection(part, found.group(1) or found.group(2))
            self._blanks()
        if part.writes:
            self.keep(part)

    def _redirection(self, part: Part, sign: str) -> None:
        self.whole()
        self._blanks()
        start = self.at
        made = self.made()
        target = made.word()
        match sign:
            case "<<" | "<<-":
                if not target.known or "$" in self.text[start : self.at]:
                    raise Hidden("a here-document has no known end")
                self._due.append((target.text, made.quoted, sign == "<<-", part))
            case "<<<":
                check_text(target)
                part.given = target
            case "<" if not target.known or target.text.startswith(_SOCKETS):
                part.writes.append(target)  # some shells open a connection
            case "<" | "<&":
                part.given = None
            case ">&" if target.known and (target.text.isdigit() or target.text == "-"):
                pass
            case _:
                part.writes.append(target)
        self._blanks()
        if sign in _ELSEWHERE and not self._is_end():
            raise Hidden(f"{sign} before more words is something else in other shells")

    def _line_end(self) -> None:
        self.at += 1
        due, self._due = self._due, []
        for end, quoted, tabs, part in due:
            text, self.at = document(self.text, self.at, end, quoted=quoted, tabs=tabs)
            part.given = Word(text) if quoted else self.body(text)
