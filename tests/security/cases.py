"""Attacks as data: one file of `corpora/` a family, each case with its expected outcome."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

__all__ = ["CORPORA", "cases", "parameters"]

CORPORA = Path(__file__).with_name("corpora")


def cases(family: str) -> list[dict[str, Any]]:
    """All cases of a family; ids are unique."""
    found = tomllib.loads((CORPORA / f"{family}.toml").read_text(encoding="utf-8"))["case"]
    names = [case["id"] for case in found]
    assert len(names) == len(set(names)), "an id is there twice"
    return list(found)


def parameters(family: str) -> list[Any]:
    """The same as parameters of a test."""
    return [pytest.param(case, id=case["id"]) for case in cases(family)]
