"""What the replies of each model told of its tokens, kept over restarts."""

from __future__ import annotations

from codeframe_tui.core.tokens import Asked, Gauge, Learned
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.switches import in_force
from codeframe_tui.service.unit import Unit
from codeframe_tui.settings import Settings

__all__ = ["gauge", "learn"]


def gauge(tables: Tables, settings: Settings, model: str | None = None) -> Gauge:
    """See `ports.Ledger.gauge`."""
    return _learned(tables, model or in_force(tables, settings).model).gauge


def learn(unit: Unit, asked: Asked, usage: Usage | None) -> None:
    """Take in what a reply counted."""
    before = _learned(unit.tables, asked.model)
    after = before.after(asked, usage)
    if after != before:
        unit.tables.settings.set(_name(asked.model), after.kept())


def _learned(tables: Tables, model: str) -> Learned:
    return Learned.read(tables.settings.get(_name(model)))


def _name(model: str) -> str:
    return f"tokens of {model}"
