"""What the customer pays."""

from __future__ import annotations

from dataclasses import dataclass

from parcels.errors import ParcelError
from parcels.money import Money, total

TAX_PERCENT = 19


@dataclass(frozen=True)
class Line:
    """One position, before tax."""

    text: str
    amount: Money


@dataclass(frozen=True)
class Invoice:
    """A numbered list of positions."""

    number: int
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise ParcelError("an invoice needs at least one line")

    @property
    def net(self) -> Money:
        """The sum before tax."""
        return total([line.amount for line in self.lines])

    @property
    def tax(self) -> Money:
        """The sum of the taxes on the lines, each rounded to the cent."""
        return total([line.amount.percent(TAX_PERCENT) for line in self.lines])

    @property
    def gross(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax

    def render(self) -> str:
        """The invoice as text, amounts right-aligned."""
        rows = [(line.text, str(line.amount)) for line in self.lines]
        rows.append(("net", str(self.net)))
        rows.append((f"tax {TAX_PERCENT} %", str(self.tax)))
        rows.append(("to pay", str(self.gross)))
        width = max(len(text) for text, _ in rows)
        body = "\n".join(f"{text:<{width}}  {amount:>10}" for text, amount in rows)
        return f"Invoice {self.number}\n{body}\n"
