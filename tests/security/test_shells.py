"""What real shells start is what was read, or the text was not understood.

The shells find only harmless programs, which write down what they are given.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeframe_tui.core.permission.patterns import Match, pattern, quoted
from codeframe_tui.core.shell import read_script
from codeframe_tui.core.shell.calculated import printed
from tests.security.cases import CORPORA, cases

SHELLS = [
    pytest.param(argv, id=" ".join(argv))
    for argv in (["dash"], ["bash", "--posix"], ["bash"], ["zsh", "--emulate", "sh"], ["ksh"])
    if shutil.which(argv[0])
]
DATA = tomllib.loads((CORPORA / "scripts.toml").read_text("utf-8"))
whole = st.recursive(
    st.sampled_from(DATA["simple"]),
    lambda inner: st.tuples(st.sampled_from(DATA["joined"]), inner, inner).map(
        lambda made: made[0].format(*made[1:])
    ),
    max_leaves=5,
)
broken = st.tuples(whole, st.sampled_from(DATA["pieces"]), st.integers(0, 40)).map(
    lambda made: made[0][: made[2]] + made[1] + made[0][made[2] :]
)
pieces = st.lists(st.sampled_from(DATA["pieces"]), min_size=1, max_size=9).map("".join)
SCRIPTS = int(os.environ.get("CODEFRAME_TUI_TEST_SHELLS", "60"))
PROGRAMS = ("sh", "bash", "xargs", "env", "find", "nohup", "cat", "timeout")
AWKS = [name for name in ("awk", "gawk", "mawk", "original-awk") if shutil.which(name)]
STUB = '#!/bin/sh\n[ "${0%/[abc]}" = "$0" ] || printf \'%s\\037\' "${0##*/}" "$@" > "$LOGS/$$"\n'
"""It says nothing where it is read as a file of a shell, which says so of itself."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shells")
    (folder / "bin").mkdir()
    (folder / "here").mkdir()
    for name in ("a", "b", "c"):
        stub = folder / "bin" / name
        stub.write_text(STUB)
        stub.chmod(0o755)
    (folder / "here" / "h").write_text("z[$(a)]")
    for name in PROGRAMS:
        (folder / "bin" / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def ran(world: Path, shell: Sequence[str], text: str) -> list[list[str]]:
    """The harmless programs that a shell starts, each with its words."""
    logs = Path(tempfile.mkdtemp(dir=world))  # what runs on in the background writes to its own
    program = shutil.which(shell[0])
    assert program is not None
    environment = {"PATH": str(world / "bin"), "HOME": "~", "LOGS": str(logs)}
    with subprocess.Popen(
        [program, *shell[1:], "-c", text],
        cwd=world / "here",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        with suppress(subprocess.TimeoutExpired):  # a loop without an end, by chance
            running.wait(timeout=3)
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # its own loops in the background, too
    told = sorted(log.read_text("utf-8", "replace") for log in logs.iterdir())
    return [each.split("\x1f")[:-1] for each in told if each]


@pytest.mark.goal("G1", "shells that start only what was read of a command, random scripts each")
@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_starts_what_was_not_read(world: Path, shell: list[str]) -> None:
    @settings(
        max_examples=SCRIPTS,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(whole, whole, broken, pieces))
    def holds(text: str) -> None:
        script = read_script(text)
        if script.problem:
            return
        for words in ran(world, shell, text):
            about = pattern(" ".join(map(quoted, words)) + " $")
            found = max((about.match(part.words) for part in script.parts), default=Match.NO)
            assert found, f"{words} was not read in {text!r}"

    holds()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_oracle_sees_what_a_shell_starts(world: Path, shell: list[str]) -> None:
    assert ran(world, shell, "echo $(a 'x y'); f() { b; }; f && c") == [["a", "x y"], ["b"], ["c"]]


@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_leaves_a_loop_behind(world: Path, tmp_path: Path, shell: list[str]) -> None:
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert ran(world, shell, f"exec 9>{tmp_path}/held; a; (while :; do :; done) &") == [["a"]]
        assert select.select([held], [], [], 10)[0], "somebody still has it open"
        assert os.read(held, 1) == b""
    finally:
        os.close(held)


@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_calculates_with_what_runs_where_nobody_is_asked(
    world: Path, shell: list[str]
) -> None:
    set_ = 'y=$(cat h); b=("$y"); set -- "$y"; '
    set_ = set_ if shell[0] != "dash" else "y=$(cat h); "  # it knows no lists
    assert not read_script(set_ + ":").problem
    runs = [text for text in DATA["calculates"] if ran(world, shell, set_ + text)]
    assert [text for text in runs if not read_script(set_ + text).problem] == []
    assert len(runs) > (50 if shell == ["bash"] else 1), "the oracle sees nothing"


@pytest.mark.parametrize("shell", SHELLS)
def test_what_prints_numbers_prints_nothing_else(tmp_path: Path, shell: list[str]) -> None:
    for name in ("h", "z[$(a)]", "-l", "z[$(a)]\nz[$(a)]"):
        (tmp_path / name).write_text("z[$(a)]\n")
    for text in DATA["numbers"]:
        assert printed(text)[0] == "$#", text
        told = subprocess.run(
            [*shell, "-c", f"echo {text}", "sh", "z[$(a)]"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=True,
        ).stdout
        assert told.strip().isdigit() or not told.strip(), (text, told)


@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_runs_a_piece_of_a_condition_where_nobody_is_asked(
    world: Path, shell: list[str]
) -> None:
    texts = [f"X=x; X=a; {text}" for text in DATA["conditions"]]
    runs = [text for text in texts if ran(world, shell, text)]
    assert [text for text in runs if not read_script(text).problem] == []
    assert len(runs) > (10 if shell == ["dash"] else 0), "the oracle sees nothing"


@pytest.mark.parametrize("name", AWKS)
def test_no_awk_starts_or_writes_anything_where_nobody_is_asked(tmp_path: Path, name: str) -> None:
    told = [case for case in cases("commands") if case["input"].startswith("awk ")]
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "awk").symlink_to(shutil.which(name) or name)
    for stub in ("x", "cmd", "id", "ls"):
        (bin_ / stub).write_text("#!/bin/sh\n: > started\n")
        (bin_ / stub).chmod(0o755)
    reached = set()
    for place, case in enumerate(told):
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "a").write_text("a b 9\n")
        subprocess.run(
            ["/bin/sh", "-c", case["input"]],
            cwd=folder,
            env={"PATH": str(bin_)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        if len(list(folder.iterdir())) > 1:
            reached.add(case["id"])
    assert len(reached) > 5, "the oracle sees nothing"
    assert reached <= {case["id"] for case in told if case["open"] == "ask"}
