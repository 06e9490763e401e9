"""The program's options and the table of verbs."""

from __future__ import annotations

from pathlib import Path

import click

from codeframe_tui import __version__
from codeframe_tui.cli.verb import App

__all__ = ["program"]


@click.group(
    epilog="Without a verb the cockpit opens: codeframe-tui [PROJECT]. "
    "Example: codeframe-tui add 'Retry on 429'",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--project", type=click.Path(path_type=Path), help="Default: the current folder.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where state and logs lie.")
@click.option(
    "--sandbox",
    type=click.Choice(["bwrap", "rlimits", "none"]),
    help="The weakest sandbox you consent to.",
)
@click.option(
    "--remote",
    metavar="URL|FILE",
    envvar="CODEFRAME_TUI_REMOTE",
    help="Use the engine that `serve` offers there, for verbs that need one.",
)
@click.version_option(__version__, prog_name="codeframe-tui")
@click.pass_context
def program(
    context: click.Context,
    project: Path | None,
    state_dir: Path | None,
    sandbox: str | None,
    remote: str | None,
) -> None:
    """Supervise an autonomous backend worker from one terminal."""
    app = context.ensure_object(App)
    app.project, app.state_dir, app.sandbox, app.remote = project, state_dir, sandbox, remote
