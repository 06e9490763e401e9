"""Find the one JSON object of an answer in the text of a model, strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from codeframe_tui.core.errors import InvalidAnswer

__all__ = ["find_answer"]

MAX_BYTES = 8 * 2**20
MAX_FAILURES = 200

_START = re.compile(r'\{(?=\s*["}])')
_MEANT = re.compile(r'\{\s*"(?:files|explanation)"\s*:')
_FORM = 'answer with one JSON object {"files": [...], "explanation": "..."}'


def find_answer(text: str) -> dict[str, Any]:
    """The one object with ``files``; prose, a fence and other objects around it are skipped.

    Raises:
        InvalidAnswer: none or several, broken JSON, or more than `MAX_BYTES`.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidAnswer(
            f"the answer is larger than {MAX_BYTES // 2**20} MiB; send less at once"
        )
    if not text.strip():
        raise InvalidAnswer(f"the answer is empty; {_FORM}")
    found = list(_objects(text))
    answers = [value for value in found if "files" in value]
    if len(answers) > 1:
        raise InvalidAnswer(f"there are {len(answers)} JSON objects with files; send exactly one")
    if answers:
        return answers[0]
    if any("explanation" in value for value in found):
        raise InvalidAnswer(f"files is missing; {_FORM}")
    raise InvalidAnswer(f"there is no JSON object with files in the answer; {_FORM}")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Outermost JSON objects; a bounded number of places may only look like one."""
    place = failures = wasted = 0
    while match := _START.search(text, place):
        start = match.start()
        try:
            value, place = _DECODER.raw_decode(text, start)
        except _BrokenError as error:
            fault, end = str(error), len(text)
        except json.JSONDecodeError as error:
            fault, end = f"{error.msg} at line {error.lineno} column {error.colno}", error.pos
        except RecursionError:
            fault, end = "it is nested too deeply", len(text)
        else:
            yield value
            continue
        failures += 1
        wasted += end - start
        if _MEANT.match(text, start) or failures > MAX_FAILURES or wasted > 4 * len(text) + 2**16:
            raise InvalidAnswer(f"the answer is not valid JSON: {fault}")
        place = start + 1


class _BrokenError(ValueError):
    """The text is JSON for a lenient reader only."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _BrokenError(f"the key {key[:80]!a} stands twice in one object")
            seen.add(key)
    return value


def _no_constant(name: str) -> NoReturn:
    raise _BrokenError(f"{name} is no JSON value")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise _BrokenError(f"a number with {len(digits)} digits is not meant")
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer
)
