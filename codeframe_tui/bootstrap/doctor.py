"""What the product needs and what it found, one check a line."""

from __future__ import annotations

import asyncio
import codecs
import locale
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from codeframe_tui import __version__
from codeframe_tui.adapters.definitions import RULES_FILES, read_rules
from codeframe_tui.adapters.harmless import NEWER_GIT, environment_of_project, fault_of_git
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.trust import RecordedTrust
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.trust import Found, Look, said, standing, wished
from codeframe_tui.core.usage import Usage, cost_usd
from codeframe_tui.ports import Document
from codeframe_tui.settings import Settings, config_dir

if TYPE_CHECKING:
    from codeframe_tui.ports import Sandbox

__all__ = ["check_everything", "check_terminal"]

KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
PROGRAM_SECONDS = 10.0
NO_BACKUP = "the engine makes one a day while it runs; its log says why it did not"


async def check_everything(
    place: Project,
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    scripted: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Document:
    """``{"checks": [{"name", "state": "ok"|"warn"|"missing", "detail", "hint"}]}``.

    Args:
        sandbox: the engine's; None = one is opened to see what works here.
    """
    walls, level = await _sandbox(place, settings, sandbox)
    walled = level in {"bwrap", "unfiltered"}
    return {
        "checks": [
            _check("version", "ok", f"codeframe-tui {__version__}"),
            _check("python", "ok", f"{platform.python_version()} ({sys.executable})"),
            await _git(),
            walls,
            *_network(settings, walled=walled),
            _commands(settings, walled=walled),
            await _project_tests(place),
            _key(environment, scripted),
            _base_url(environment, scripted),
            _model(settings),
            _state(place),
            *_backups(place),
            *await _left_behind(place),
            *_left_beside(place),
            _check("log", "ok", str(place.engine_log.parent)),
            _config(place),
            _rules(place),
            *_agents(place, settings),
            check_terminal(environment),
        ]
    }


def _check(name: str, state: str, detail: str, hint: str = "") -> Document:
    return {"name": name, "state": state, "detail": detail, "hint": hint}


async def _git() -> Document:
    version = await _output("git", "--version")
    if version is None:
        return _check("git", "missing", "git was not found on PATH", "install git")
    if fault := fault_of_git(version):
        return _check("git", "missing", fault, NEWER_GIT)
    return _check("git", "ok", version.strip())


async def _sandbox(
    place: Project, settings: Settings, sandbox: Sandbox | None
) -> tuple[Document, str]:
    """The check, and the level; empty where no sandbox opens."""
    if sandbox is None:
        from codeframe_tui.adapters.sandbox import (  # noqa: PLC0415 - seldom needed
            Network,
            open_sandbox,
        )

        try:
            place.prepare()
            network = Network(settings.network.of_a_command())
            demanded = settings.sandbox, settings.totals.of_a_run(), network
            sandbox = await open_sandbox(place.root, place.state, *demanded)
        except CodeframeError as error:
            return _check("sandbox", "warn", error.message, error.hint), ""
    return _level(sandbox), sandbox.level


def _level(sandbox: Sandbox) -> Document:
    if sandbox.level == "bwrap":
        return _check("sandbox", "ok", f"bwrap: {sandbox.why}")
    if sandbox.level == "unfiltered":
        hint = "keyrings and vsock of the machine are in reach; x86_64 and aarch64 have a filter"
        return _check("sandbox", "warn", f"unfiltered: {sandbox.why}", hint)
    return _check("sandbox", "warn", f"{sandbox.level}: {sandbox.why}", sandbox.advice)


def _network(settings: Settings, *, walled: bool) -> list[Document]:
    """Nothing to say where nothing is allowed."""
    allowed = settings.network.of_a_command()
    if not allowed:
        return []
    if walled:
        return [_check("network", "ok", f"commands of the model reach {allowed}; tests nothing")]
    hint = "see sandbox: the list holds where bubblewrap does"
    return [_check("network", "warn", "network.allowed changes nothing without walls", hint)]


def _commands(settings: Settings, *, walled: bool) -> Document:
    """What becomes of a command that no rule is about, and how to set rules."""
    rules = settings.commands.of_a_person()
    own = ", ".join(
        f"{len(found)} {word}"
        for word, found in (("allow", rules.allow), ("ask", rules.ask), ("deny", rules.deny))
        if found
    )
    others = "run in the sandbox" if walled else "are asked about"
    detail = f"your rules: {own or 'none'}; other commands of the model {others}"
    path = config_dir() / "config.toml"
    hint = f'rules are set in {path}: [commands] with allow = ["git fetch"], ask, deny'
    return _check("commands", "ok", detail, hint)


async def _project_tests(place: Project) -> Document:
    """Which Python would run the project's tests, and whether it has pytest; runs neither."""
    from codeframe_tui.adapters.sandbox.closure import look_up  # noqa: PLC0415 - seldom needed

    try:
        closure = await look_up(place.root, ())
    except CodeframeError as error:
        return _check("tests", "warn", error.message, error.hint)
    if closure.problem:
        hint = "until then no test is verified"
        return _check("tests", "warn", closure.problem, hint)
    version = ".".join(map(str, closure.version))
    if closure.environment is not None and closure.has_pytest:
        return _check("tests", "ok", f"pytest of the project, Python {version} ({closure.python})")
    own = f"{closure.python} has no pytest" if closure.environment else ""
    where = own or "; ".join(closure.refused) or "the project has no environment of its own"
    hint = "if the tests need packages, make .venv in the project and install them with pytest"
    return _check("tests", "warn", f"{where}; ours is used", hint)


def _key(environment: Mapping[str, str], scripted: str | None) -> Document:
    if scripted is not None:
        return _check("key", "ok", "not needed: the model is scripted")
    if found := [name for name in KEYS if environment.get(name)]:
        return _check("key", "ok", f"{' and '.join(found)} is set")
    from codeframe_tui.adapters.model.client import AnthropicModel  # noqa: PLC0415 - seldom needed

    why = AnthropicModel(Settings()).ready()
    if why is None:
        return _check("key", "ok", "found where the SDK looks for it")
    detail, _, hint = why.partition(": ")
    return _check("key", "missing", detail, hint)


def _model(settings: Settings) -> Document:
    if cost_usd(Usage(), settings.model) is not None or not any(
        settings.money.model_dump().values()
    ):
        return _check("model", "ok", settings.model)
    hint = "watch the tokens in `usage`; the caps under [money] cannot be held"
    return _check("model", "warn", f"{settings.model}: its price is unknown", hint)


def _base_url(environment: Mapping[str, str], scripted: str | None) -> Document:
    url = scripted or environment.get("ANTHROPIC_BASE_URL")
    if url is None:
        return _check("base_url", "ok", "the SDK's default")
    return _check("base_url", "ok", _without_credentials(url))


def _without_credentials(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _state(place: Project) -> Document:
    from codeframe_tui.adapters.store import check_database  # noqa: PLC0415 - heavy

    try:
        place.prepare()
        another = check_database(place.database)
    except CodeframeError as error:
        return _check("state", "missing", error.message, error.hint)
    size = sum(path.lstat().st_size for path in place.state.rglob("*") if path.is_file())
    free = shutil.disk_usage(_existing(place.state)).free
    detail = f"{place.state}: {size / 2**20:.1f} MiB, {free / 2**30:.1f} GiB free"
    if another:
        said = f"{place.database} is another database than the one that was here"
        return _check("state", "warn", said, "the engine goes on with it; or put that one back")
    if free < 2**30:
        return _check("state", "warn", detail, "free some space: the disk is nearly full")
    return _check("state", "ok", detail)


def _backups(place: Project) -> list[Document]:
    """Nothing to say while there is no queue to lose."""
    from codeframe_tui.adapters.store import (  # noqa: PLC0415 - heavy
        DAY_SECONDS,
        backups,
        holds_tasks,
        moment,
    )

    found = backups(place.database)
    if not found:
        with suppress(CodeframeError):
            if place.database.exists() and holds_tasks(place.database):
                return [_check("backup", "warn", "there is none of the queue yet", NO_BACKUP)]
        return []
    detail = f"{len(found)} of the queue, the last of {moment(found[0].made)}"
    changed = place.database.stat().st_mtime if place.database.exists() else 0.0
    if changed - found[0].made > 2 * DAY_SECONDS:
        return [_check("backup", "warn", f"{detail}, though the queue is newer", NO_BACKUP)]
    return [_check("backup", "ok", detail)]


async def _left_behind(place: Project) -> list[Document]:
    """Nothing to say is the usual case."""
    from codeframe_tui.adapters.adoption import left_behind  # noqa: PLC0415 - heavy

    hint = (
        "if the project was moved here, `codeframe-tui doctor --repair` adopts its tasks and "
        "history; if that folder is only not there just now, leave it"
    )
    return [
        _check("moved", "warn", f"tasks of this project at {each.root}, which is gone", hint)
        for each in await left_behind(place)
    ]


def _left_beside(place: Project) -> list[Document]:
    """Nothing to say is the usual case."""
    from codeframe_tui.adapters.workspace.away import left_beside  # noqa: PLC0415 - seldom needed

    hint = "take out of it what you need; then remove it"
    said = "a program saved this while its copy of the project was looked at for the last time"
    found = left_beside(place.state / "workspaces")
    return [_check("saved", "warn", f"{path}: {said}", hint) for path in found]


def _config(place: Project) -> Document:
    file = config_dir() / "config.toml"
    if place.holds(file):
        said = f"{file} lies in the project: whoever writes there sets your policies and limits"
        hint = "keep it elsewhere (XDG_CONFIG_HOME); proposals cannot touch it"
        return _check("config", "warn", said, hint)
    return _check("config", "ok", str(file))


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _rules(place: Project) -> Document:
    found = ", ".join(read_rules(place.root))
    return _check("rules", "ok", found or f"none ({', '.join(RULES_FILES)})")


def _agents(place: Project, settings: Settings) -> list[Document]:
    trust = RecordedTrust(place)
    checks = [
        _check("agent", "warn" if fault else "ok", fault or path, "correct the file" * bool(fault))
        for path, fault in trust.definitions.own()
    ]
    look = trust.look()
    checks += [_of_repository(file, look, settings.ceiling) for file in look.found]
    return checks or [_check("agent", "ok", "the built-in backend worker")]


def _of_repository(file: Found, look: Look, ceiling: str) -> Document:
    stands = standing(file, look.project, look.records)
    says = said(wished(file, look, ceiling))
    if stands.state == "unusable":
        return _check("agent", "warn", stands.why, "correct the file")
    how = {"trusted": "trusted", "declined": "not trusted, as you decided"}.get(stands.state)
    if how is None and (says or stands.state == "changed"):
        reason = ": ".join(filter(None, (stands.why, says and f"it asks for {says}")))
        hint = f"read it: `codeframe-tui trust {file.path} --show`; `distrust` to hear no more"
        return _check("agent", "warn", f"{file.path} is not trusted; {reason}", hint)
    return _check("agent", "ok", f"{file.path} ({how or 'of the repository: only tightens'})")


def check_terminal(environment: Mapping[str, str]) -> Document:
    """What the terminal can, as one check."""
    kind = environment.get("TERM", "")
    size = shutil.get_terminal_size()
    encoding = locale.getencoding()
    can = f"{_colours(environment)}, {encoding}"
    detail = f"TERM={kind or '(not set)'}, {size.columns}x{size.lines}, {can}"
    if kind in {"", "dumb"}:
        return _check("terminal", "warn", detail, "the cockpit needs a terminal; verbs do not")
    if codecs.lookup(encoding).name != "utf-8":
        hint = "set LC_ALL or LANG to a UTF-8 locale, such as C.UTF-8, or lines look broken"
        return _check("terminal", "warn", detail, hint)
    if size.columns < 80 or size.lines < 24:
        return _check("terminal", "warn", detail, "the cockpit is made for 80x24 and more")
    return _check("terminal", "ok", detail)


def _colours(environment: Mapping[str, str]) -> str:
    """What the cockpit will use of the terminal's colours."""
    if environment.get("NO_COLOR"):
        return "no colours (NO_COLOR is set)"
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "true colour"
    return "256 colours" if "256" in environment.get("TERM", "") else "16 colours"


async def _output(*argv: str) -> str | None:
    """What a program prints; None when it is missing, fails or does not end."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=environment_of_project(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(PROGRAM_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return output.decode("utf-8", "replace") if process.returncode == 0 else None
