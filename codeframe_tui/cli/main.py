"""The way in from the command line."""

from __future__ import annotations

from collections.abc import Sequence

import click

from codeframe_tui.cli import queue, review, serve, system, trust, work
from codeframe_tui.cli.group import program
from codeframe_tui.cli.verb import App
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.headless.output import Output

__all__ = ["main"]

ROOMS = (queue, review, serve, system, trust, work)
"""Each registers its verbs when it is imported."""


def main(arguments: Sequence[str], app: App | None = None) -> int:
    """Run one verb; returns the exit code (CONTRACT §2)."""
    try:
        code = program.main(
            list(arguments), "codeframe-tui", standalone_mode=False, obj=app or App()
        )
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        _tell(error, as_json="--json" in arguments)
        return 2
    except click.Abort:
        return 130
    except SystemExit as ended:
        return int(ended.code or 0)
    return code if isinstance(code, int) else 0


def _tell(error: click.ClickException, *, as_json: bool) -> None:
    context = getattr(error, "ctx", None)
    hint = f"see `{context.command_path} --help`" if context else "see `codeframe-tui --help`"
    Output(as_json=as_json).error(WrongUse(error.format_message(), hint=hint))
