"""What a person chose for the cockpit, read without the settings model but as that reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.settings import Settings
from codeframe_tui.tui.preferences import (
    Alerts,
    Kept,
    Preferences,
    draws_signs,
    read_preferences,
)

CONFIG = """
model = "m"
theme = "light"
ascii = true
reduced_motion = true
[keys]
"queue.new" = "f7"
[notify]
bell = ["blocker"]
desktop = []
title = false
protocol = "osc777"
"""


def settings_of(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> Any:
    monkeypatch.setattr("codeframe_tui.settings.config_dir", lambda: folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings().model_dump()


def told(preferences: Preferences) -> dict[str, Any]:
    return preferences._asdict() | {"notify": preferences.notify._asdict()}


@pytest.mark.parametrize("text", ["", CONFIG])
def test_the_cockpit_reads_what_the_settings_read(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text(text)
    expected = settings_of(tmp_path, monkeypatch)
    found = told(read_preferences(tmp_path / "config.toml", {}))
    assert found == {name: expected[name] for name in found}
    assert set(Alerts._fields) == set(expected["notify"])


def test_the_environment_wins_for_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    environment = {
        "CODEFRAME_TUI_THEME": "ansi",
        "CODEFRAME_TUI_ASCII": "false",
        "CODEFRAME_TUI_REDUCED_MOTION": "0",
        "CODEFRAME_TUI_NOTIFY__BELL": json.dumps(["review", "done"]),
        "CODEFRAME_TUI_NOTIFY__TITLE": "true",
        "CODEFRAME_TUI_NOTIFY__PROTOCOL": "osc9",
    }
    expected = settings_of(tmp_path, monkeypatch, **environment)
    found = told(read_preferences(tmp_path / "config.toml", environment))
    assert found == {name: expected[name] for name in found}
    assert found["notify"]["bell"] == ("review", "done")


@pytest.mark.parametrize(
    "text", ["[keys", 'theme = 3\nascii = "x"\nnotify = 1\nkeys = 2', '[notify]\nbell = "all"']
)
def test_what_is_wrong_is_left_out(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(text)
    environment = {"CODEFRAME_TUI_NOTIFY__BELL": "["}
    assert read_preferences(tmp_path / "config.toml", environment) == Preferences()


@pytest.mark.parametrize(
    ("environment", "draws"),
    [
        ({}, True),
        ({"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}, True),
        ({"TERM": "linux", "LANG": "en_GB.UTF-8"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "LANG": "C"}, False),
        ({"TERM": "xterm", "LANG": "C", "LC_ALL": "de_DE.utf8"}, True),
        ({"TERM": "xterm", "LC_CTYPE": "en_US.ISO-8859-1", "LANG": "en_US.UTF-8"}, False),
    ],
)
def test_signs_are_plain_where_the_terminal_lacks_others(
    environment: dict[str, str], draws: bool
) -> None:
    assert draws_signs(environment) is draws


def test_what_is_chosen_is_remembered_and_a_broken_memory_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cockpit.json"
    kept = Kept(path)
    assert kept.get("theme") is None
    kept.put("theme", "light")
    kept.put("welcomed", value=True)
    assert (Kept(path).get("theme"), Kept(path).get("welcomed")) == ("light", True)
    path.write_text("{")
    assert kept.get("theme") is None
    Kept(tmp_path / "no" / "folder.json").put("theme", "light")
    assert [each.name for each in tmp_path.iterdir()] == ["cockpit.json"]
    nothing = Kept(None)
    nothing.put("theme", "light")
    assert nothing.get("theme") is None
