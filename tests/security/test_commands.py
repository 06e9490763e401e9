"""Commands as a hostile or mistaken model writes them, and what the rules say to each."""

from __future__ import annotations

from string import ascii_letters
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.permission import Rules, Spoken, permission_for
from codeframe_tui.core.shell import read_script
from codeframe_tui.core.shell.parts import SHELLS
from codeframe_tui.core.shell.ways import CARRIERS, RUNNERS, Way
from tests.security.cases import cases, parameters

RULES = Rules(
    allow=(
        "pytest",
        "python -m pytest",
        "uv run pytest",
        "git status",
        "git log",
        "make test",
        "rm -rf build $",
        *("cat", "ls", "grep", "find", "sort", "sed", "awk", "tar", "git grep", "rg", "man"),
    ),
    ask=("make deploy",),
    deny=("git commit", "npm publish"),
)
GENEROUS = Rules(allow=("*",))
TEXTS = [case["input"] for case in cases("commands")]
PIECES = [
    *("git push", "ls", "a", "$X", "$(", ")", "`", "'", '"', "\\", "\n", " ", "\t", ";", "&", "|"),
    *(
        "<<E\n",
        "\nE\n",
        "<(",
        "((",
        "${",
        "}",
        "{ ",
        "if ",
        "then ",
        "fi",
        "for x in ",
        "do ",
        "done",
    ),
    *(
        "case x in ",
        "esac",
        ";;",
        "#",
        "sh -c ",
        "eval ",
        "xargs ",
        "find . -exec ",
        "env ",
        "=",
        ">",
    ),
    *("&>", "&>> o ", "${x#'", "'}", "<<E\nx\\\n", "\\\nE\n", "time ", "$((", "[["),
    *("$'", "\r", "\x1b[", "~", "*", "-", "\u202e", "\U0001f600", "sudo "),
]
scripts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(), st.sampled_from(TEXTS)
)


@pytest.mark.parametrize("case", parameters("commands"))
def test_each_command_is_ruled_as_expected(case: dict[str, Any]) -> None:
    for place in ("walls", "open"):
        said = permission_for(case["input"], RULES, walled=place == "walls").said
        assert said.spoken == case[place], (place, said.rule)
        assert said.rule.isprintable()


@pytest.mark.parametrize("case", parameters("git_forms"))
def test_each_form_of_git_is_ruled_as_expected(case: dict[str, Any]) -> None:
    said = permission_for(case["input"], Rules(allow=("git",)), walled=False).said
    assert said.spoken == case["open"], said.rule


@given(scripts)
def test_nothing_that_is_not_understood_is_allowed(text: str) -> None:
    problem = read_script(text).problem
    for walled in (True, False):
        for granted in ((), ("*",)):
            said = permission_for(text, GENEROUS, walled=walled, granted=granted).said
            if problem:
                assert said.spoken is not Spoken.ALLOW, problem


@given(scripts, scripts)
def test_what_is_denied_stays_denied_beside_anything_that_is_understood(one: str, two: str) -> None:
    joined = f"{one}\ngit push\n{two}"
    said = permission_for(joined, GENEROUS, walled=True).said
    if not read_script(one).problem and one.count("<<") == 0 and not one.endswith("\\"):
        assert said.spoken is not Spoken.ALLOW


LETTERS = ["", "--", "-", "+e", *(f"-{letter}" for letter in ascii_letters + "01")]
VALUED = {
    "command": "-v -V",  # tells where a program is
    "doas": "-C -u",
    "env": "-u --unset",
    "exec": "-a",
    "ionice": "-c -n -p --class --classdata",
    "nice": "-n --adjustment",
    "stdbuf": "-i -o -e --input --output --error",
    "sudo": "-C -D -g -h -p -R -r -t -T -U -u --user --group",
    **dict.fromkeys(("timeout", "gtimeout"), "- +e -k -s --kill-after --signal"),
    **dict.fromkeys(
        ("uv run", "uvx", "uv tool run"),
        "-p -w --with --with-editable --extra --group --python --package --env-file --directory "
        "--project --from -m --module",
    ),
    "npx": "-p -c -w --package --call --workspace",
    **dict.fromkeys(("npm exe", "npm exec", "npm x"), "-c -w --package --call --workspace"),
    **dict.fromkeys(
        ("pnpm exec", "pnpm dlx", "pnpm recursive exec", "pnpx"), "-F --package --filter"
    ),
    **dict.fromkeys(("yarn exec", "yarn dlx"), "-p --package"),
    **dict.fromkeys(("bunx", "bun x"), "--package"),
    **dict.fromkeys(("conda run", "mamba run", "micromamba run"), "-n -p --name --prefix --cwd"),
    "bundle exec": "--gemfile",
    "caffeinate": "-t -w",
    **dict.fromkeys(("direnv exec", "npm explore"), "- +e"),
    "dotenv": "-e -f -p -v",
    "dotenvx run": "-f --env-file",
    "flock": "- +e -w -E --timeout --wait",
    "pipx run": "--spec --python --pip-args",
    "pixi run": "-e --environment --manifest-path",
    "ssh": "- +e " + " ".join(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw"),
    "volta run": "--node --npm --yarn",
    "xargs": "-I -E -L -n -P -s -d -a --arg-file --delimiter --max-args --max-procs --max-chars",
}
"""Options that must have a value, by the manuals: the word after them starts nothing."""
MORE = {"xargs": ("replace", "eof", "max-lines", "process-slot-var"), "time": ("output", "format")}


def carriers() -> list[str]:
    """Each program that starts another, with each option that has no value."""
    lines = []
    for name, way in {**CARRIERS, **RUNNERS}.items():
        told = way or Way()
        long = [*told.names.replace("=", "").split(), *MORE.get(name, ()), "chdir"]
        for option in (*LETTERS, *(f"--{each}" for each in long)):
            if option not in VALUED.get(name, "").split() or not option:
                between = " 5" * told.operands
                lines += [f"{name} {option}{between} {c}" for c in ("git push", "env git push")]
    for name in SHELLS - {"busybox"}:
        lines += [f"{name} -c {option} 'git push'" for option in LETTERS]
        lines += [f"{name} {option} 'git push'" for option in ("-ec", "-ce", "-c -o x", "-co x")]
    return lines


def test_no_option_of_what_starts_a_program_hides_it() -> None:
    for text in carriers():
        assert permission_for(text, RULES, walled=True).said.spoken is not Spoken.ALLOW, text
