"""`codeframe-tui index` from outside, on a real project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

FILES = {
    "net/__init__.py": "",
    "net/retry.py": 'class Retry:\n    """Waits."""\n\n    def delay(self): ...\n',
    "net/client.py": "from net.retry import Retry\n\n\ndef get():\n    Retry().delay()\n",
    "tests/test_retry.py": "from net.retry import Retry\n\n\ndef test_it():\n    Retry().delay()\n",
}


class Verbs:
    def __init__(self, folder: Path, runtime: Path) -> None:
        self.root = folder / "project"
        for name, text in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CODEFRAME_TUI_STATE_DIR": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def __call__(self, *arguments: str, below: str = "") -> tuple[int, str, str]:
        argv = [sys.executable, "-m", "codeframe_tui", "index", *arguments]
        done = subprocess.run(
            argv, cwd=self.root / below, env=self._env, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def document(self, *arguments: str) -> Any:
        code, out, err = self(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def index(tmp_path: Path, runtime: Path) -> Verbs:
    return Verbs(tmp_path, runtime)


def test_the_index_answers_people_and_programs(index: Verbs) -> None:
    (symbol,) = index.document("find", "delay", "--kind", "method", "--path", "net/*")["symbols"]
    assert symbol == {
        "name": "delay", "kind": "method", "path": "net/retry.py", "line": 4, "last": 4,
        "signature": "def delay(self)", "qualified": "Retry.delay", "doc": "",
    }  # fmt: skip
    assert (
        index("find", "Retry.delay")[1] == "net/retry.py:4  method  def delay(self)  (in Retry)\n"
    )
    assert index("outline", "net/retry.py")[1].startswith("net/retry.py:1  class  class Retry\n")
    assert index("importers", "net/retry.py")[1] == (
        "net/client.py  imports it\ntests/test_retry.py  imports it\n"
    )
    assert index("tests", "net/retry.py")[1] == "tests/test_retry.py  imports it\n"
    assert index("callers", "delay")[1] == (
        "net/client.py:5  Retry().delay()  (in get)\n"
        "tests/test_retry.py:5  Retry().delay()  (in test_it)\n"
    )
    assert (
        index("search", "Retry.*delay", "--path", "net/*")[1]
        == "net/client.py:5  Retry().delay()\n"
    )
    assert index("callers", "unheard_of")[1] == "no use of that name\n"
    found = index.document("context", "the delay of a Retry must grow")
    assert set(found) == {"files", "symbols", "budget", "cut", "earlier", "tokens_by"}
    assert found["files"][0]["path"] == "net/retry.py"
    assert found["files"][0].keys() == {"path", "score", "reasons", "tokens", "form"}


def test_a_file_that_is_none_is_told(index: Verbs) -> None:
    code, out, err = index("outline", "absent.py", "--json")
    assert (code, out) == (1, "")
    assert json.loads(err)["error"]["code"] == "not_found"


def test_what_is_pinned_comes_and_what_is_excluded_does_not(index: Verbs) -> None:
    said = index("pin", "net/client.py")[1]
    assert said == "all tasks:\npinned    net/client.py\n"
    assert index.document("exclude", "tests") == {
        "task": None, "told": False, "pinned": ["net/client.py"], "excluded": ["tests"],
    }  # fmt: skip
    found = index.document("context", "a retry")
    assert (found["files"][0]["path"], found["files"][0]["reasons"][0]) == (
        "net/client.py", "pinned by you",
    )  # fmt: skip
    assert not [file for file in found["files"] if file["path"].startswith("tests/")]
    assert "tests: excluded by you" in found["cut"]
    assert index("pin", "net/client.py", "--remove")[1] == "all tasks:\nexcluded  tests\n"
    code, _, err = index("pin", "absent.py")
    assert (code, "no such text file" in err) == (1, True)
    assert index("context")[0] == 2


def test_paths_are_taken_from_where_one_stands_and_patterns_are_told(index: Verbs) -> None:
    (index.root / ".git").mkdir()
    assert index("tests", "./retry.py", below="net")[1] == "tests/test_retry.py  imports it\n"
    code, out, err = index("exclude", "*.py")
    assert (code, out) == (0, "all tasks:\nexcluded  *.py\n")
    assert "not as a pattern" in err
    assert index("importers", "tests/test_retry.py")[1] == "no file imports it\n"
    said = index("find", "rtr")[1].splitlines()
    assert said[0] == "no definition of that name; these have its letters in order:"
    assert said[1].startswith("net/retry.py:1")
