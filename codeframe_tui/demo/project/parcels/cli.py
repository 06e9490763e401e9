"""The command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from parcels.errors import ParcelError
from parcels.parcel import Parcel, parse_size
from parcels.quotes import quote
from parcels.tracking import is_valid


def build_parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    parser = argparse.ArgumentParser(prog="parcels")
    commands = parser.add_subparsers(dest="command", required=True)
    price = commands.add_parser("quote", help="what a parcel costs")
    price.add_argument("--size", required=True, help="in centimetres, like 40x30x20")
    price.add_argument("--weight", required=True, type=int, help="in grams")
    price.add_argument("origin")
    price.add_argument("destination")
    check = commands.add_parser("check", help="whether a tracking number is well formed")
    check.add_argument("number")
    return parser


def main(argv: Sequence[str]) -> int:
    """Run a command; returns the exit code."""
    options = build_parser().parse_args(argv)
    try:
        return show_quote(options) if options.command == "quote" else show_check(options)
    except ParcelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def show_quote(options: argparse.Namespace) -> int:
    """Print a quote line by line."""
    parcel = Parcel(*parse_size(options.size), options.weight)
    offer = quote(parcel, options.origin, options.destination)
    for text, amount in offer.lines:
        print(f"{text:<20}{amount!s:>10}")
    print(f"{'total':<20}{offer.total!s:>10}")
    return 0


def show_check(options: argparse.Namespace) -> int:
    """Say whether a number is valid."""
    valid = is_valid(options.number)
    print("valid" if valid else "not valid")
    return 0 if valid else 1
