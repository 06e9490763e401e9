"""What the model's tools give back, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.core.network import NOWHERE, Allowed, Contact
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.core.talk.agent import TOOLS
from codeframe_tui.core.talk.prompt import system_blocks
from codeframe_tui.ports import Finished, Workspace
from codeframe_tui.settings import Settings
from codeframe_tui.worker.tools import ToolOutcome, definitions, input_error, run_tool, time_limit
from codeframe_tui.worker.tools.run import bounded
from codeframe_tui.worker.workshop import Workshop


class FakeSandbox:
    """Answers every command with the same end."""

    level, why, advice = "fake", "", ""
    hosts = NOWHERE

    def __init__(self, finished: Finished) -> None:
        self.finished = finished
        self.asked: list[tuple[str, float]] = []

    async def run(
        self,
        workspace: Workspace,
        argv: Any,
        *,
        timeout_seconds: float,
        on_output: Any = None,
        network: bool = False,
    ) -> Finished:
        assert network, "a command of the model may reach what is allowed"
        self.asked.append((argv[-1], timeout_seconds))
        return self.finished


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "pkg/sub").mkdir(parents=True)
    (folder / "pkg/a.py").write_text("def alpha():\n    return 1\n")
    (folder / "pkg/sub/b.py").write_text("BETA = 2\n")
    (folder / "notes.txt").write_text("alpha and beta\n" * 5000)
    (folder / "raw.bin").write_bytes(b"\0\1" * 50)
    (folder / "out").symlink_to("/etc")
    return folder


async def call(root: Path, name: str, **given: Any) -> ToolOutcome:
    workspace = Workspace("w", root)
    return await run_tool(shop_at(root), workspace, name, given, lambda _: None)


def shop_at(root: Path) -> Workshop:
    shop = SimpleNamespace(
        secrets=NOTHING,
        files_at=DirectoryFiles,
        working_tree=JournalledTree(root, root.parent / "state"),
        settings=Settings(),
        index=Searcher(),
        sandbox=FakeSandbox(Finished(3, b"line\n", 0, "exit", "", 0.1)),
    )
    return cast(Workshop, shop)


async def test_the_model_reads_what_a_command_says_but_for_our_keys_and_people_read_no_token(
    root: Path,
) -> None:
    token, ours = "ghp_abcdefghijklmnopqrst0123", "gateway-key-0123456789"
    shop = shop_at(root)
    shop.secrets = Secrets.of({"ANTHROPIC_API_KEY": ours})  # type: ignore[misc]
    output = f"is {token}, not {ours}\n".encode()
    shop.sandbox.finished = Finished(0, output, 0, "exit", "", 0.1)  # type: ignore[attr-defined]
    given = {"command": f"echo {token}"}
    said = await run_tool(shop, Workspace("w", root), "Bash", given, lambda _: None)
    assert (said.text, said.summary) == (
        f"is {token}, not [redacted]\n[exit code 0]",
        "ran echo [redacted] · exit code 0",
    )
    (root / "fixture.txt").write_text(f"{token}\n")  # an edit must find what is there
    assert token in (await call(root, "Read", path="fixture.txt")).text


async def test_what_a_command_reached_of_the_network_is_told_to_the_model_and_to_people(
    root: Path,
) -> None:
    token = "ghp_abcdefghijklmnopqrst0123"
    shop = shop_at(root)
    contacts = (
        Contact("pypi.org:443", 1, 1_200, 40_000),
        Contact(f"{token}.evil.org:443", 2, refused="network.allowed does not name it"),
    )
    shop.sandbox.finished = Finished(0, b"", 0, "exit", "", 0.1, contacts)  # type: ignore[attr-defined]
    said = await run_tool(shop, Workspace("w", root), "Bash", {"command": "get"}, lambda _: None)
    line = (
        "network: pypi.org:443 (sent 1 kB, got 40 kB); "
        "[redacted].evil.org:443 refused: network.allowed does not name it"
    )
    assert said.text == f"[exit code 0, no output]\n[{line}]"
    assert said.summary == f"ran get · exit code 0 · {line}"


async def test_the_model_is_told_which_hosts_its_commands_reach() -> None:
    (bash,) = [tool for tool in definitions(["Bash"]) if tool["name"] == "Bash"]
    assert bash["description"].endswith("in a sandbox without network.")
    assert "sandbox without network." in system_blocks("role", {})[1]
    network = Allowed.of(["pypi.org:443", "*.example.org:80"])
    (bash,) = [t for t in definitions(["Bash"], network=network) if t["name"] == "Bash"]
    names = "whose network is pypi.org:443, *.example.org:80 alone, through the proxy"
    assert names in bash["description"]
    assert names in system_blocks("role", {}, network)[1]


async def test_read_numbers_lines_and_says_how_many_there_are(root: Path) -> None:
    whole = await call(root, "Read", path="pkg/a.py")
    assert whole.text == "     1\tdef alpha():\n     2\t    return 1"
    part = await call(root, "Read", path="notes.txt", offset=4999, limit=1)
    assert part.text == "  4999\talpha and beta\n… 5000 lines in all"
    assert (
        await call(root, "Read", path="raw.bin")
    ).text == "raw.bin is a binary file of 100 bytes"


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "out/passwd", "out", ".git/config", "missing.py", "pkg"]
)
@pytest.mark.parametrize("name", ["Read", "Write"])
async def test_no_tool_leaves_the_workspace(root: Path, path: str, name: str) -> None:
    if name == "Write" and path == "missing.py":
        return
    given = {"path": path} | ({"content": "x"} if name == "Write" else {})
    outcome = await call(root, name, **given)
    assert not outcome.ok
    assert outcome.text.startswith("error: ")
    assert (root / "pkg").is_dir()


async def test_write_makes_folders_and_keeps_bytes(root: Path) -> None:
    outcome = await call(root, "Write", path="new/deep/x.txt", content="a\r\nb")
    assert outcome.ok
    assert (root / "new/deep/x.txt").read_bytes() == b"a\r\nb"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("**/*.py", ["pkg/a.py", "pkg/sub/b.py"]),
        ("pkg/*.py", ["pkg/a.py"]),
        ("./pkg/**", ["pkg/a.py", "pkg/sub/b.py"]),
        ("[nr]*.???", ["notes.txt", "raw.bin"]),
        ("[!n]*.bin", ["raw.bin"]),
        ("pkg/sub/b.p?", ["pkg/sub/b.py"]),
        ("nothing(", ["no file matches"]),
    ],
)
async def test_glob_follows_the_usual_rules(root: Path, pattern: str, expected: list[str]) -> None:
    assert (await call(root, "Glob", pattern=pattern)).text.splitlines() == expected


async def test_grep_finds_lines_within_path_and_glob_and_is_bounded(root: Path) -> None:
    assert (await call(root, "Grep", pattern="alpha", glob="*.py")).text == (
        "pkg/a.py:1: def alpha():"
    )
    assert (await call(root, "Grep", pattern="BETA|alpha", path="pkg/sub")).text == (
        "pkg/sub/b.py:1: BETA = 2"
    )
    many = await call(root, "Grep", pattern="beta", path="notes.txt")
    assert "stopped after 300 hits" in many.text
    assert not (await call(root, "Grep", pattern="(")).ok


async def test_bash_tells_output_and_exit_code(root: Path) -> None:
    outcome = await call(root, "Bash", command="false\x1b[31m")
    assert outcome.text == "line\n[exit code 3]"
    assert outcome.summary == "ran false · exit code 3"
    assert not outcome.ok


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(7, 7.0), (10**9, None), (10**400, None)],
    ids=["less", "more", "more than a float holds"],
)
def test_a_command_may_ask_for_less_time_and_for_no_more(
    root: Path, asked: int, seconds: float | None
) -> None:
    longest = Settings().waits.tool
    limit = time_limit(shop_at(root), {"timeout_seconds": asked})
    assert limit == (longest if seconds is None else seconds)


def test_long_output_keeps_head_and_tail_and_says_what_was_cut() -> None:
    text = bounded("a" * 1000 + "z" * 1000, 100)
    assert text.startswith("a" * 50 + "\n")
    assert text.endswith("z" * 50)
    assert "1900 bytes cut" in text


@pytest.mark.parametrize(
    ("name", "given", "error"),
    [
        ("Fly", {}, "no tool 'Fly'"),
        ("Read", {}, "needs 'path'"),
        ("Read", {"path": 7}, "must be text"),
        ("Read", {"path": "a", "offset": 0}, "whole number"),
        ("Read", {"path": "a", "offset": True}, "whole number"),
        ("Bash", {"command": "x", "cwd": "/"}, "does not know 'cwd'"),
        ("AskHuman", {"question": "q", "kind": "MAYBE"}, "one of SYNC, ASYNC"),
        ("AskHuman", {"question": "q", "kind": "ASYNC"}, "needs the 'assumption'"),
        ("AskHuman", {"question": "q", "options": "a"}, "list of texts"),
        ("Grep", {"pattern": "x"}, None),
    ],
)
def test_an_input_is_checked_before_anything_runs(
    name: str, given: dict[str, Any], error: str | None
) -> None:
    found = input_error(name, given, TOOLS)
    assert (found is None) if error is None else (error in str(found))


def test_a_definition_allows_its_tools_and_asking_and_no_others() -> None:
    assert [tool["name"] for tool in definitions(["Read"])] == ["Read", "AskHuman"]
    assert input_error("Bash", {"command": "x"}, ["Read"])


async def test_a_file_is_read_by_the_lines_that_python_counts(root: Path) -> None:
    (root / "odd.py").write_bytes(b"one = 1\r\n\x0c\ntwo = '\xe2\x80\xa8'\rthree = 3\n")
    read = await call(root, "Read", path="odd.py")
    assert read.text == "     1\tone = 1\n     2\t\x0c\n     3\ttwo = '\u2028'\n     4\tthree = 3"
