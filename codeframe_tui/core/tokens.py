"""What texts cost in tokens: by what the model counted before, else estimated. Pure.

A model's tokenizer cannot be had. Its API counts a request on demand, but packing asks for every
form of every file, each a request of its own with its own wait and limit, sent before any cap of
money is looked at, and many gateways know no such call. Every reply counts all that it answers for
nothing, so the bytes of that tell how many of them make a token.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from codeframe_tui.core.usage import Usage

__all__ = ["GUESS", "Asked", "Gauge", "Learned", "size"]

_LEAST, _MOST = 2.0, 8.0
"""Bytes that can make a token; who counts otherwise, say without what was cached, is not heard."""
_NEWEST = 20
"""Replies that the gauge of a model follows."""
_STEADY = 0.05
"""Part by which what replies counted must be off the gauge to move it: each move may shorten a
conversation in another place, and what is cached of it is lost."""
_SURE = {"model": 0.9, "estimate": 0.75}
"""Part of the bytes of a token that is reckoned with where tokens must not be too few."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """How many bytes make a token.

    Attributes:
        by: ``model`` where its replies counted them, else ``estimate``.
    """

    bytes_each: float
    by: str = "model"

    def tokens(self, value: object) -> int:
        """Tokens of a text or a JSON value, rounded up."""
        return math.ceil(size(value) / self.bytes_each)

    def at_most(self, value: object) -> int:
        """As `tokens`, rather too many than too few."""
        return math.ceil(size(value) / (self.bytes_each * _SURE[self.by]))


GUESS = Gauge(4.0, "estimate")
"""Of a model that has not replied yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply answers: the name under which its model was asked, and the bytes sent."""

    model: str
    size: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What the replies of a model told of its tokens.

    Attributes:
        ratios: bytes of a token, by the newest replies, the newest last.
    """

    gauge: Gauge = GUESS
    ratios: tuple[float, ...] = ()

    def after(self, asked: Asked, usage: Usage | None) -> Learned:
        """With one more reply."""
        ratio = asked.size / usage.sent_tokens if usage and usage.sent_tokens else 0.0
        if not _LEAST <= ratio <= _MOST:
            return self
        ratios = (*self.ratios, round(ratio, 4))[-_NEWEST:]
        usual = sorted(ratios)[(len(ratios) - 1) // 2]  # of two the one that counts more
        now = self.gauge.bytes_each
        stays = bool(self.ratios) and abs(usual - now) <= _STEADY * now
        return Learned(self.gauge if stays else Gauge(usual), ratios)

    def kept(self) -> str:
        """In the form in which it is stored."""
        return json.dumps([self.gauge.bytes_each, *self.ratios])

    @classmethod
    def read(cls, kept: object) -> Learned:
        """From what `kept` gave; nothing is learned from anything else."""
        try:
            now, *ratios = (float(each) for each in json.loads(str(kept)))
        except (ValueError, TypeError, RecursionError):
            return cls()
        if not ratios or not all(_LEAST <= each <= _MOST for each in (now, *ratios)):
            return cls()
        return cls(Gauge(now), tuple(ratios))


def size(value: object) -> int:
    """Bytes of a text, or of a JSON value whose texts are not escaped, as a model reads them."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return 2 + sum(size(name) + size(each) + 8 for name, each in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(size(each) + 2 for each in value)
    return len(json.dumps(value))
