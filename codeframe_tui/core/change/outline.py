"""Hunks without their text, in few bytes: so that a diff of any size opens at once.

A reader gets the lines of the first hunks, and of all that follow only an outline: five numbers of
each hunk and one sign of each line. With these every row has its place, kind and number; the text
of a page is asked for when it comes into sight.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from base64 import b64decode, b64encode

__all__ = ["COLUMNS", "pack_numbers", "pack_signs", "unpack_numbers", "unpack_signs"]

COLUMNS = ("old_start", "old_lines", "new_start", "new_lines", "size")
"""What the numbers of a hunk are; ``size`` counts its lines, notes included."""


def pack_numbers(numbers: array[int]) -> str:
    """Numbers below 2**32 as text."""
    return b64encode(_little(array("I", numbers)).tobytes()).decode("ascii")


def unpack_numbers(text: str) -> array[int]:
    """The numbers again. Raises: ValueError."""
    numbers = array("I")
    numbers.frombytes(b64decode(text))
    return _little(numbers)


def pack_signs(signs: bytes) -> str:
    """Signs of lines, a byte each, as text."""
    return b64encode(zlib.compress(signs, 1)).decode("ascii")


def unpack_signs(text: str, count: int) -> str:
    """The signs again. Raises: ValueError when it is not that many."""
    try:
        unpacker = zlib.decompressobj()
        signs = unpacker.decompress(b64decode(text), count + 1).decode("ascii")
    except zlib.error as error:
        raise ValueError(f"no signs of lines: {error}") from error
    if len(signs) != count:
        raise ValueError(f"{len(signs)} signs for {count} lines")
    return signs


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
