"""Rules about commands: patterns, which of them wins, and what a person is offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from codeframe_tui.adapters.command_rules import ConfigRules
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.permission import Rules, in_words, pattern, permission_for
from codeframe_tui.core.permission.patterns import Match, quoted
from codeframe_tui.core.shell import Word, read_script
from codeframe_tui.settings import Commands


def spoken(command: str, rules: Rules, *, walled: bool = False) -> str:
    return permission_for(command, rules, walled=walled).said.spoken.value


@pytest.mark.parametrize(
    ("text", "command", "match"),
    [
        ("git push", "git push origin", Match.YES),
        ("git push", "git pushy", Match.NO),
        ("git push", "git", Match.NO),
        ("git push", "/usr/bin/git push", Match.YES),
        ("git p*", "git pull", Match.YES),
        ("a ** --x*", "a b c --xy d", Match.YES),
        ("a ** --x*", "a b", Match.NO),
        ("a b $", "a b", Match.YES),
        ("a b $", "a b c", Match.NO),
        ("a b $", "a b $X", Match.MAYBE),
        ("a 'b c'", "a 'b c'", Match.YES),
        ("a '*'", "a b", Match.NO),
        ("a b", 'a "$X"', Match.MAYBE),
        ("a b", "a c$X", Match.NO),
        ("a b c", "a $X", Match.MAYBE),
        ("a b c", 'a "$X"', Match.NO),
        ("a b c", 'a "$@"', Match.MAYBE),
        ("a b c", 'a "${@}"', Match.MAYBE),
        ("a b c", 'a "${@:2}"', Match.MAYBE),
        ("a b c", 'a "${x[@]}"', Match.MAYBE),
        ("a b c", 'a "${!x@}"', Match.MAYBE),
        ("a b c", 'a "${x:-$@}"', Match.MAYBE),
        ("a b c", 'a "${x%@*}"', Match.NO),
    ],
)
def test_a_pattern_is_the_first_words(text: str, command: str, match: Match) -> None:
    assert pattern(text).match(read_script(command).parts[0].words) is match


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_quoted_words_are_about_themselves_only(texts: list[str]) -> None:
    made = pattern(" ".join(map(quoted, texts)) + " $")
    words = [Word(text) for text in texts]
    assert made.match(words, strict=True) is Match.YES
    assert made.match([*words[:-1], Word(texts[-1] + "x")], strict=True) is Match.NO


@pytest.mark.parametrize("text", ["", "  ", "$", "**", "a 'b", 'a "b', "a\\"])
def test_what_is_no_pattern_is_refused_with_the_setting(text: str) -> None:
    with pytest.raises(ValidationError):
        Commands(deny=[text])


def test_deny_wins_then_ask_then_allow_and_all_parts_count() -> None:
    rules = Rules(allow=("a", "b", "c"), ask=("b", "c"), deny=("c",))
    assert [spoken(each, rules, walled=True) for each in "abcd"] == [
        "allow",
        "ask",
        "deny",
        "allow",
    ]
    assert spoken("a && d", rules) == "ask"
    assert spoken("a && a x", rules) == "allow"
    assert spoken("a && b; c", rules) == "deny"


def test_a_built_in_rule_yields_to_a_rule_that_is_about_nothing_else() -> None:
    assert spoken("git push", Rules(allow=("git",))) == "deny"
    assert spoken("git push", Rules(allow=("git push",))) == "allow"
    assert spoken("git push -f", Rules(allow=("git push $",))) == "deny"
    assert spoken("curl x", Rules(allow=("c*",))) == "ask"


@pytest.mark.parametrize(
    ("command", "grants"),
    [
        ("pytest -x", ("pytest",)),
        ("python -m pytest -x", ("python -m pytest",)),
        ("pip install x", ("pip install",)),
        ("rm -rf build", ("rm -rf build $",)),
        ("cd a && rm 'b c' | cat d", ("rm 'b c' $", "cat")),
        ("rm $X", ()),
        ("$X", ()),
        ("pytest > out", ()),
        ("PATH=. pytest", ()),
        ("./pytest", ("./pytest $",)),
        ("python -m pip install x", ("python -m pip install x $",)),
        ("npm run lint -- --fix", ("npm run lint",)),
        ("docker compose ps -a", ("docker compose ps",)),
        ("gh pr view 3", ("gh pr view",)),
        ("git stash list", ("git stash list",)),
        ("git stash", ("git stash $",)),
        ("git branch -a", ("git branch -a $",)),
        ("git branch -D x", ("git branch",)),
        ("git stash -u", ("git stash -u $",)),
        ("git config alias.x status", ("git config alias.x status $",)),
        ("uv run x.py", ("uv run x.py $", "x.py $")),
        ("uv run pytest -q", ("uv run pytest", "pytest")),
        ("go run ./x", ("go run ./x $",)),
    ],
)
def test_what_is_offered_names_no_more_than_is_meant(command: str, grants: tuple[str, ...]) -> None:
    asked = permission_for(command, Rules(), walled=False)
    assert asked.grants == grants
    if grants:
        again = permission_for(command, Rules(), walled=False, granted=grants)
        assert again.said.spoken == "allow"
        assert asked.lasting
        assert spoken(command, Rules(allow=grants)) == "allow"


@pytest.mark.parametrize(
    "command",
    [
        "ls > 'a\nAsked about: b'",
        "ls > 'a\u2028b'",
        "export 'A\nAsked about: b=1'; ls",
        "git -c 'a\nAsked about: b' x",
        "sh --'a\nb'",
    ],
)
def test_a_rule_is_told_in_one_line(command: str) -> None:
    said = permission_for(command, Rules(allow=("ls",)), walled=False).said
    assert said.spoken == "ask"
    assert said.rule.isprintable()


def test_what_a_person_always_wants_to_be_asked_about_is_not_offered_for_good() -> None:
    asked = permission_for("make deploy", Rules(ask=("make deploy",)), walled=True)
    assert (asked.grants, asked.lasting) == (("make deploy",), False)
    assert (
        in_words(["make deploy", "rm x $"])
        == "all that begins with: make deploy; and exactly: rm x"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[commands]\nallow = ["a $"]\n'),
        ("# c\nmodel = 'x' # y\n", "# c\nmodel = 'x' # y\n\n[commands]\nallow = [\"a $\"]\n"),
        ('[commands]\r\nallow = ["b"] # z\r\n', '[commands]\r\nallow = ["b", "a $"] # z\r\n'),
        (
            '[commands]\nallow = [\n  "b", # why\n]\n[money]\n',
            '[commands]\nallow = [\n  "b", # why\n  "a $",\n]\n[money]\n',
        ),
        ('commands.deny = ["c"]\n', 'commands.deny = ["c"]\ncommands.allow = ["a $"]\n'),
        ('[commands]\nallow = ["a $"]\n', '[commands]\nallow = ["a $"]\n'),
        (
            'commands.deny=["c"]\nmodel="x"\ncommands.ask=["d"]\n',
            'commands.deny=["c"]\ncommands.allow = ["a $"]\nmodel="x"\ncommands.ask=["d"]\n',
        ),
    ],
)  # fmt: skip
async def test_a_rule_is_added_and_all_else_stays(tmp_path: Path, before: str, after: str) -> None:
    real, path = tmp_path / "dotfiles/config.toml", tmp_path / "config/config.toml"
    real.parent.mkdir()
    path.parent.mkdir()
    path.symlink_to(real)
    if before:
        real.write_bytes(before.encode())
        real.chmod(0o640)
    rules = ConfigRules(Rules(), path)
    await rules.allow(["a $"])
    assert rules.rules.allow == ("a $",)
    assert real.read_bytes().decode() == after
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == (0o640 if before else 0o600)
    assert [each.name for each in real.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("before", [b"a = [", b"\xff", b'commands = "x"', b"[commands]\nallow = 1"])
async def test_settings_that_cannot_be_read_are_left_alone(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before)
    rules = ConfigRules(Rules(), path)
    with pytest.raises(Lacking, match="cannot be written") as caught:
        await rules.allow(["a"])
    assert caught.value.hint == 'write it there yourself: [commands] allow = ["a"]'
    assert path.read_bytes() == before
    assert rules.rules == Rules()
