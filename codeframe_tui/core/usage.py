"""Tokens and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["PRICES", "Price", "Usage", "cost_usd", "most_usd", "total_cost"]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more replies; ``input_tokens`` excludes cached ones, as the API counts."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def sent_tokens(self) -> int:
        """All tokens of the request, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write: float


PRICES: Mapping[str, Price] = {
    "claude-opus": Price(5.0, 25.0, 0.5, 6.25),
    "claude-sonnet": Price(3.0, 15.0, 0.3, 3.75),
    "claude-haiku": Price(1.0, 5.0, 0.1, 1.25),
    "scripted": Price(0.0, 0.0, 0.0, 0.0),
}
"""Prices by the longest matching start of the model's name; settings may replace them."""


def cost_usd(usage: Usage | None, model: str, prices: Mapping[str, Price] = PRICES) -> float | None:
    """Money for a usage; None when it or the model's price is unknown."""
    names = [name for name in prices if model.startswith(name)]
    if usage is None or not names:
        return None
    price = prices[max(names, key=len)]
    return (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + usage.cache_write_tokens * price.cache_write
    ) / 1_000_000


def most_usd(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """The most that a call can cost: nothing cached, all of it written; None = price unknown."""
    plain = cost_usd(Usage(input_tokens, output_tokens), model)
    cached = cost_usd(Usage(0, output_tokens, cache_write_tokens=input_tokens), model)
    return None if plain is None or cached is None else max(plain, cached)


def total_cost(costs: list[float | None]) -> float | None:
    """Sum; one unknown part makes the sum unknown."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
