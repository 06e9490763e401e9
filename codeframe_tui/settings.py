"""The one settings model; read once at the top.

Sources, first wins: command line, environment (``CODEFRAME_TUI_…``, nested with ``__``), the
user's ``config.toml``. Files of a repository are never a source.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_config_path, user_state_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from codeframe_tui.core.code.globs import compile_glob
from codeframe_tui.core.code.ignore import is_secret
from codeframe_tui.core.commit import PLACES, unknown_places
from codeframe_tui.core.flags import RULES, OwnRule, OwnRules
from codeframe_tui.core.network import Allowed
from codeframe_tui.core.permission import Rules, pattern
from codeframe_tui.core.totals import Totals

__all__ = [
    "Approval",
    "Commands",
    "Commit",
    "FlagRules",
    "Limits",
    "Money",
    "Network",
    "Notify",
    "SecretFiles",
    "Settings",
    "Suites",
    "TotalLimits",
    "Waits",
    "config_dir",
]

Theme = Literal[
    "dark",
    "light",
    "contrast-dark",
    "contrast-light",
    "colour-blind-dark",
    "colour-blind-light",
    "ansi",
    "mono",
]
"""Colours of the cockpit."""
Reason = Literal["review", "blocker", "failed", "budget", "done"]
"""What the cockpit may call a person for."""


def config_dir() -> Path:
    """The user's configuration folder."""
    return user_config_path("codeframe-tui", appauthor=False)


class Waits(BaseModel):
    """Limits in seconds; each ends in a retry, then a blocker."""

    model_config = ConfigDict(extra="forbid")

    first_token: float = Field(120.0, gt=0)
    """From sending a request to the first byte of the stream."""
    stream_gap: float = Field(60.0, gt=0)
    """Between two pieces of a stream."""
    reply: float = Field(3_600.0, gt=0)
    """From sending a request to the end of its reply, however much of it comes."""
    tool: float = Field(120.0, gt=0)
    """One command of the model."""
    tests: float = Field(900.0, gt=0)
    """One test run."""
    lint: float = Field(120.0, gt=0)
    """One run of a linter or a type checker."""
    retry_first: float = Field(1.0, gt=0)
    """Wait before a call is repeated for the first time; it doubles each time."""
    retry_cap: float = Field(60.0, gt=0)
    """Longest wait before a call is repeated, whatever the server asks for."""


class Limits(BaseModel):
    """Bounds of sizes and counts."""

    model_config = ConfigDict(extra="forbid")

    context_tokens: int = Field(24_000, ge=1_000)
    """Budget for files in the first message."""
    window_tokens: int = Field(200_000, ge=4_000)
    """The model's context window. Before it is full, the oldest tool results are left out of what
    the model is sent, and told."""
    reply_tokens: int = Field(16_000, ge=256)
    """max_tokens of a call."""
    turns: int = Field(60, ge=1)
    """Model calls per attempt; then a blocker."""
    model_retries: int = Field(4, ge=0)
    """Repeats of a failed call; then a blocker."""
    tool_output: int = Field(32_768, ge=1_024)
    """Bytes of a tool's output that the model gets."""
    file_bytes: int = Field(8 * 2**20, ge=1)
    """Files larger than this are left out of a snapshot, and told."""
    snapshot_bytes: int = Field(2**30, ge=1)
    """All files of a snapshot together."""


class Suites(BaseModel):
    """How suites of tests are run."""

    model_config = ConfigDict(extra="forbid")

    workers: int | None = Field(None, ge=0, le=64)
    """How many run a suite side by side, where the project has pytest-xdist; None = as many as
    cores are left for each task, 0 = never."""


class Money(BaseModel):
    """Caps in US dollars; 0 = no cap. A call that may cost more than is left is not made."""

    model_config = ConfigDict(extra="forbid")

    per_task: float = Field(0.0, ge=0)
    per_run: float = Field(5.0, ge=0)
    per_day: float = Field(0.0, ge=0)


def _checked_globs(value: list[str]) -> list[str]:
    try:
        [compile_glob(glob) for glob in value]
    except re.error as error:
        raise ValueError(f"no glob: {error}") from error
    return value


def _checked_patterns(value: list[str]) -> list[str]:
    return [pattern(text).text for text in value]


Globs = Annotated[list[str], AfterValidator(_checked_globs)]
Patterns = Annotated[list[str], AfterValidator(_checked_patterns)]


class Approval(BaseModel):
    """What no policy applies unasked, whatever the tests say; you still can."""

    model_config = ConfigDict(extra="forbid")

    protected: Globs = Field(default_factory=list)
    """Globs of paths that are only changed when you approve it, such as ``billing/**``."""
    files: int = Field(0, ge=0)
    """Most files of a change; 0 = any number."""
    lines: int = Field(0, ge=0)
    """Most lines added and removed; 0 = any number."""


class SecretFiles(BaseModel):
    """Files that look as if they held keys or passwords.

    What git does not track of them stays at home: it is in no workspace, and the model never sees
    it. Nor do tests.
    """

    model_config = ConfigDict(extra="forbid")

    allowed: Globs = Field(default_factory=list)
    """Globs of those that workers and tests may see all the same, such as ``tests/certs/**``."""

    def withholds(self, path: str) -> bool:
        """Whether an untracked file stays at home."""
        return is_secret(path) and not any(compile_glob(g).fullmatch(path) for g in self.allowed)


class Commit(BaseModel):
    """A commit of what was applied, on the branch that is checked out.

    It holds exactly the applied paths; what you staged stays staged. No hook and no filter runs.
    Where it cannot be without harm it is left to you, with the reason.
    """

    model_config = ConfigDict(extra="forbid")

    on_apply: bool = False
    """Whether anything is committed."""
    message: str = Field("{title}\n\nTask {number}", min_length=1)
    """Its message; ``{number}``, ``{title}``, ``{description}``, ``{issue}`` and ``{explanation}``
    (the worker's) are filled in."""

    @field_validator("message")
    @classmethod
    def _names_what_there_is(cls, value: str) -> str:
        if unknown := unknown_places(value):
            raise ValueError(f"nothing is called {{{unknown[0]}}}; see {', '.join(sorted(PLACES))}")
        return value


class FlagRule(BaseModel):
    """A rule of the user: flags files by their paths, and by what is added to them."""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Its id, as flags show it."""
    message: str = Field(min_length=1, max_length=200)
    """What a reviewer is told."""
    severity: Literal["red", "amber"] = "amber"
    """``red`` keeps every policy from applying it unasked."""
    paths: Globs = Field(default_factory=list)
    """Globs; none = every file."""
    text: str = ""
    """A regular expression that an added line has; empty = any change."""

    @field_validator("text")
    @classmethod
    def _is_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return value


class FlagRules(BaseModel):
    """What is flagged besides the table of rules (docs/flags.md)."""

    model_config = ConfigDict(extra="forbid")

    rules: list[FlagRule] = Field(default_factory=list)
    """Rules of one's own."""
    red: list[str] = Field(default_factory=list)
    """Ids of amber rules that are red here; no rule can be made milder."""

    @field_validator("red")
    @classmethod
    def _are_known(cls, value: list[str]) -> list[str]:
        if unknown := [name for name in value if name not in RULES]:
            raise ValueError(f"no such rule: {', '.join(unknown)}")
        return value

    def own(self) -> OwnRules:
        """As the rules take it."""
        rules = [OwnRule(r.rule, r.severity, r.message, tuple(r.paths), r.text) for r in self.rules]
        return OwnRules(tuple(rules), frozenset(self.red))


class Notify(BaseModel):
    """What calls you while your terminal is in the background; nothing does while it has the focus.

    Reasons: ``review`` (a change waits for you), ``blocker`` (a question), ``failed``, ``budget``
    (a cap of money is reached), ``done``.
    """

    model_config = ConfigDict(extra="forbid")

    bell: tuple[Reason, ...] = ("review", "blocker", "failed", "budget")
    """Reasons to ring the terminal's bell."""
    desktop: tuple[Reason, ...] = ("review", "blocker", "failed", "budget", "done")
    """Reasons for a notification of the desktop, where the terminal can show one."""
    title: bool = True
    """Whether the terminal's title says the project and how many things need you."""
    protocol: Literal["auto", "osc9", "osc777"] = "auto"
    """How the terminal is asked for a notification."""


class TotalLimits(BaseModel):
    """What one command of the model or one test run may use altogether.

    What uses more is ended, and the reason told.
    """

    model_config = ConfigDict(extra="forbid")

    memory_bytes: int = Field(2**30, ge=2**26)
    """Memory of all its processes."""
    processes: int = Field(256, ge=16)
    """Processes and threads at once."""
    disk_bytes: int = Field(2**30, ge=2**24)
    """What it writes: blocks on disk, and files in its private folders, which are in memory where
    the sandbox is bubblewrap."""

    def of_a_run(self) -> Totals:
        """As the sandbox takes it."""
        return Totals(**self.model_dump())


class Network(BaseModel):
    """Places of the network that commands of the model may reach through a proxy of the engine.

    Only where bubblewrap holds all else back, and never test runs: what they prove does not depend
    on the network.
    """

    model_config = ConfigDict(extra="forbid")

    allowed: list[str] = Field(default_factory=list)
    """Hosts with their ports, such as ``pypi.org:443`` or ``*.example.org:443``; none = nothing."""

    @field_validator("allowed")
    @classmethod
    def _are_places(cls, value: list[str]) -> list[str]:
        Allowed.of(value)
        return value

    def of_a_command(self) -> Allowed:
        """As the sandbox takes it."""
        return Allowed.of(self.allowed)


class Commands(BaseModel):
    """Which commands of the model run, are asked about, or do not run; docs/commands.md.

    A rule is the first words of a command: ``git push`` is every push. ``*`` stands for any text in
    a word, ``**`` for any words, ``$`` at the end for nothing more. Deny wins, then ask.
    """

    model_config = ConfigDict(extra="forbid")

    allow: Patterns = Field(default_factory=list)
    """What runs without a question."""
    ask: Patterns = Field(default_factory=list)
    """What is asked about each time, also where a sandbox holds it."""
    deny: Patterns = Field(default_factory=list)
    """What never runs."""

    def of_a_person(self) -> Rules:
        """As commands are judged by."""
        return Rules(tuple(self.allow), tuple(self.ask), tuple(self.deny))


class Settings(BaseSettings):
    """What a person can choose."""

    model_config = SettingsConfigDict(
        env_prefix="CODEFRAME_TUI_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
    )

    model: str = "claude-sonnet-5-5"
    """Name of the model, as the API knows it."""
    policy: Literal["manual", "green", "auto"] | None = None
    """Approval policy; None = from the agent's level, never above `ceiling`."""
    ceiling: Literal["manual", "green", "auto"] = "manual"
    """The most an agent's level may choose by itself."""
    workers: int = Field(1, ge=1, le=16)
    """Tasks worked on at once."""
    sandbox: Literal["bwrap", "rlimits", "none"] | None = None
    """Which walls are demanded; None = bwrap, and where it does not work nothing runs.

    ``bwrap``: the engine does not start where it does not work. ``rlimits``: consent to test runs
    under limits only where it does not work; each command of the model that no rule of
    ``commands`` allows is asked about there.
    ``none``: nothing runs, and no test is verified.
    """
    state_dir: Path = Field(
        default_factory=lambda: user_state_path("codeframe-tui", appauthor=False)
    )
    """Where state, workspaces and logs live."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Key bindings: action -> key."""
    theme: Theme | None = None
    """Colours of the cockpit; None = what was chosen last with its key, else dark."""
    ascii: bool | None = None
    """Signs of plain ASCII instead of ✔ ✘ ●; None = where the terminal seems to lack them."""
    reduced_motion: bool = False
    """No animation, and running numbers that change seldom."""
    notify: Notify = Notify()
    waits: Waits = Waits()
    limits: Limits = Limits()
    tests: Suites = Suites()
    money: Money = Money()
    approval: Approval = Approval()
    secrets: SecretFiles = SecretFiles()
    commit: Commit = Commit()
    flags: FlagRules = FlagRules()
    totals: TotalLimits = TotalLimits()
    network: Network = Network()
    commands: Commands = Commands()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of the sources; no .env file, no secrets folder."""
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, toml_file=config_dir() / "config.toml")
        return init_settings, env_settings, toml
