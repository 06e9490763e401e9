"""The program. The cockpit starts without loading what only verbs need."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeframe_tui.adapters.project import Project
    from codeframe_tui.core.errors import CodeframeError

VERBS = frozenset(
    {
        "acknowledge", "add", "answer", "approve", "attach", "blockers", "cancel", "comment",
        "config", "demo", "diff", "distrust", "doctor", "edit", "engine", "events", "explain",
        "hold", "import", "index", "issue", "list", "note", "redo", "reject", "release", "retry",
        "run", "serve", "show", "trust", "undo", "usage", "worker",
    }
)  # fmt: skip
VALUED = ("--project", "--state-dir", "--sandbox")
HINT = "see `codeframe-tui --help`"
SANDBOXES = ("bwrap", "rlimits", "none")


def main() -> int:
    """The console script; returns the exit code."""
    _open_missing_streams()
    options, rest = _split(sys.argv[1:])
    if options is None or (rest and (len(rest) > 1 or rest[0] in VERBS or rest[0][:1] == "-")):
        return _verb(sys.argv[1:])
    return _cockpit(Path(rest[0]) if rest else None, options)


def _open_missing_streams() -> None:
    """Give closed standard streams a place, so that no file or socket gets their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _split(arguments: list[str]) -> tuple[dict[str, str] | None, list[str]]:
    """Global options before the first other word, and the rest; None when they are wrong."""
    options: dict[str, str] = {}
    words = list(arguments)
    while words:
        name, given, value = words[0].partition("=")
        if name not in VALUED:
            break
        if not given and len(words) < 2:
            return None, words
        options[name] = value if given else words[1]
        words = words[1:] if given else words[2:]
    if options.get("--sandbox", "none") not in SANDBOXES:
        return None, words
    return options, words


def _verb(arguments: list[str]) -> int:
    from codeframe_tui.adapters.memory import seal  # noqa: PLC0415 - loads ctypes
    from codeframe_tui.cli import main as run_verb  # noqa: PLC0415 - loads click
    from codeframe_tui.cli.faults import report_faults  # noqa: PLC0415

    seal()
    report_faults(as_json="--json" in arguments)
    return run_verb(arguments)


def _cockpit(folder: Path | None, options: dict[str, str]) -> int:
    from codeframe_tui.core.errors import CodeframeError  # noqa: PLC0415 - after the verbs

    try:
        return _open(_project(folder, options), options.get("--sandbox"))
    except CodeframeError as error:
        return _told(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody shall read its traceback
        from codeframe_tui.adapters.project import state_root  # noqa: PLC0415
        from codeframe_tui.adapters.reports import failure  # noqa: PLC0415 - after the picture

        return _told(failure(state_root() / "log", "cockpit", error))


def _project(folder: Path | None, options: dict[str, str]) -> Project:
    from codeframe_tui.adapters.project import open_project  # noqa: PLC0415 - after the verbs
    from codeframe_tui.core.errors import WrongUse  # noqa: PLC0415

    named, state_dir = options.get("--project"), options.get("--state-dir")
    if folder is not None and not folder.is_dir():
        raise WrongUse(f"there is no verb and no folder {str(folder)!r}", hint=HINT)
    project = open_project(
        folder or (Path(named) if named else None), Path(state_dir) if state_dir else None
    )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse("the cockpit needs a terminal", hint=HINT)
    return project


def _told(error: CodeframeError) -> int:
    from codeframe_tui.core.text import clean  # noqa: PLC0415 - after the verbs

    sys.stderr.write(f"error: {clean(error.message)}\nhint: {clean(error.hint)}\n")
    return error.exit_code


def _open(project: Project, sandbox: str | None) -> int:
    from codeframe_tui.tui.launch import open_cockpit  # noqa: PLC0415 - after the verbs

    return open_cockpit(project, ("--sandbox", sandbox) if sandbox else ())


if __name__ == "__main__":
    sys.exit(main())
