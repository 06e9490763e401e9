"""The demo: its change sets under real pytest, its conversations through the real SDK."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.model.client import AnthropicModel
from codeframe_tui.adapters.scripted.script import Conversation
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core import commands, queries
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.task import is_issue_number, is_task_number
from codeframe_tui.core.usage import cost_usd
from codeframe_tui.demo import play, story
from codeframe_tui.demo.script import script
from codeframe_tui.demo.story import COLLEAGUE, TASKS, DemoTask
from codeframe_tui.ports.model import TurnRequest
from codeframe_tui.settings import Settings

FENCED = re.compile(r"```json\n(.*?)\n```", re.DOTALL)
ENDED = re.compile(r"^(PASSED|FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
TOOLS = ("Read", "Glob", "Grep", "Write", "AskHuman")


def write(root: Path, files: Mapping[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in found.items() if not path.startswith(".git/")}


def run_tests(root: Path, *select: str) -> dict[str, str]:
    """Outcome by node id, from a pytest of its own."""
    clean = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-rA", "--tb=no", "-p", "no:cacheprovider", *select],
        cwd=root,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = {name: outcome for outcome, name in ENDED.findall(ended.stdout)}
    assert outcomes, ended.stdout + ended.stderr
    return outcomes


def failing(outcomes: Mapping[str, str]) -> set[str]:
    return {name for name, outcome in outcomes.items() if outcome != "PASSED"}


def base_for(task: DemoTask) -> dict[str, bytes]:
    """The project as the task finds it: with what it depends on."""
    files = story.project_files()
    for other in TASKS:
        if other.number in task.depends_on:
            files |= story.answer_files(other.slug, other.final)
    return files


class SmallWorker:
    """Just enough of a worker to hold a conversation: tools on a folder, answers laid over it."""

    def __init__(self, model: AnthropicModel, root: Path, task: DemoTask, reply: str) -> None:
        self.model, self.root, self.reply = model, root, reply
        self.used: list[str] = []
        self.signals: list[Signal] = []
        text = f"Project rules: none.\n\nTask {task.number}: {task.title}\n\n{task.description}"
        self.messages: list[dict[str, Any]] = [{"role": "user", "content": text}]

    async def attempt(self) -> dict[str, Any]:
        """Turns until the final answer, which is applied; returns the answer."""
        while True:
            reply = await self.model.turn(self.request(), self.signals.append)
            assert cost_usd(reply.usage, reply.model) == 0.0
            self.messages.append({"role": "assistant", "content": list(reply.content)})
            calls = [block for block in reply.content if block["type"] == "tool_use"]
            if not calls:
                return self.apply(reply.content[-1]["text"])
            results = [self.result(call) for call in calls]
            self.messages.append({"role": "user", "content": results})

    def request(self) -> TurnRequest:
        tools = [{"name": name, "input_schema": {"type": "object"}} for name in TOOLS]
        return TurnRequest(story.MODEL, ("You are a worker.",), self.messages, tools, 8_000)

    def say(self, text: str) -> None:
        self.messages.append({"role": "user", "content": [{"type": "text", "text": text}]})

    def result(self, call: Mapping[str, Any]) -> dict[str, Any]:
        self.used.append(call["name"])
        text = self.do(str(call["name"]), call["input"])
        return {"type": "tool_result", "tool_use_id": call["id"], "content": text}

    def do(self, name: str, given: Mapping[str, Any]) -> str:
        match name:
            case "Read":
                return self.root.joinpath(given["path"]).read_text()
            case "Write":
                write(self.root, {str(given["path"]): str(given["content"]).encode()})
                return "written"
            case "Glob":
                return "\n".join(str(path) for path in self.root.glob(given["pattern"]))
            case "Grep":
                folder = self.root / given.get("path", ".")
                texts = [path.read_text() for path in folder.glob(given.get("glob", "**/*.py"))]
                found = [line for text in texts for line in text.splitlines()]
                hits = [line for line in found if re.search(given["pattern"], line)]
                assert hits
                return "\n".join(hits)
        assert name == "AskHuman"
        assert given["kind"] == "SYNC"
        assert self.reply in given["options"]
        return f"You asked: {given['question']}\nOptions: {given['options']}\nAnswer: {self.reply}"

    def apply(self, text: str) -> dict[str, Any]:
        fenced = FENCED.search(text)
        answer: dict[str, Any] = json.loads(fenced.group(1) if fenced else text)
        assert answer["files"]
        for entry in answer["files"]:
            place = self.root / entry["path"]
            assert (entry["action"] == "modify") <= place.exists()
            content = entry.get("content")
            if content is None:
                content = place.read_text()
                for edit in entry["edits"]:
                    assert content.count(edit["old"]) == 1
                    content = content.replace(edit["old"], edit["new"])
            write(self.root, {entry["path"]: content.encode()})
        return answer


@pytest.fixture
async def model() -> AsyncIterator[AnthropicModel]:
    async with ScriptedServer(script()) as server:
        model = AnthropicModel(Settings(), base_url=server.base_url, api_key="none")
        yield model
        await model.close()
        assert all(count == 1 for count in server.replies.values())


# -- the project and its answers ----------------------------------------------------------------


def test_the_project_is_green_and_its_readme_tells_the_truth(tmp_path: Path) -> None:
    root = write(tmp_path, story.project_files())
    outcomes = run_tests(root)
    assert failing(outcomes) == set()
    assert len(outcomes) >= 25
    command = [sys.executable, "-B", "-m", "parcels", "check", "PX473124829"]
    checked = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert checked.stdout == "valid\n"
    assert "PX473124829" in (root / "README.md").read_text()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.slug)
async def test_every_attempt_fails_or_proves_as_the_story_says(
    task: DemoTask, model: AnthropicModel, tmp_path: Path
) -> None:
    base = base_for(task)
    worker = SmallWorker(model, write(tmp_path / "tree", base), task, task.reply)
    answers, failures = [], []
    for number in range(1, 9):
        answers.append(await worker.attempt())
        failures.append(failing(run_tests(worker.root)))
        if not failures[-1]:
            break
        worker.say(f"Attempt {number} failed: {sorted(failures[-1])}")
    assert len(answers) == (1 if task.slug == "fuel" else task.attempts), failures
    assert len({json.dumps(answer["files"]) for answer in answers}) == len(answers)

    new_tests = {path for path in tree(worker.root) if path not in base and "/test_" in path}
    assert len(new_tests) == 1
    before = write(tmp_path / "base", base)
    write(before, {path: (worker.root / path).read_bytes() for path in new_tests})
    assert failing(run_tests(before, *new_tests))
    if task.slug != "fuel":
        assert tree(worker.root) == base | story.answer_files(task.slug, task.final)


async def test_together_the_answers_make_the_expected_tree_and_stay_green(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", story.expected())
    assert failing(run_tests(whole)) == set()
    without = story.expected(without=("1.4.6",))
    assert "tests/test_cli_refusals.py" not in without
    assert b"REMOTE_CENTS = 490" in without[COLLEAGUE.path]


async def test_the_first_task_looks_around_before_it_answers(
    model: AnthropicModel, tmp_path: Path
) -> None:
    worker = SmallWorker(model, write(tmp_path, story.project_files()), TASKS[0], "")
    await worker.attempt()
    assert {"Read", "Glob", "Grep"} <= set(worker.used)
    shown = [signal.key for signal in worker.signals if signal.kind == "file"]
    assert set(shown) == {"tests/test_size_limit.py", "parcels/parcel.py"}


@pytest.mark.parametrize(
    ("reply", "cents"), [("once, on the net sum", b"Money(86)"), ("on every line", b"Money(87)")]
)
async def test_the_tax_follows_the_answer_and_both_ways_are_proven(
    reply: str, cents: bytes, model: AnthropicModel, tmp_path: Path
) -> None:
    task = next(task for task in TASKS if task.slug == "tax")
    worker = SmallWorker(model, write(tmp_path, base_for(task)), task, reply)
    await worker.attempt()
    assert failing(run_tests(worker.root)) == set()
    assert cents in (worker.root / "tests/test_invoice_tax.py").read_bytes()
    worker.say("A person rejects this: show it once more.")
    await worker.attempt()
    assert worker.used.count("AskHuman") == 1
    assert cents in (worker.root / "tests/test_invoice_tax.py").read_bytes()


@pytest.mark.parametrize("laid_over", [False, True], ids=["fresh base", "over the old proposal"])
async def test_after_a_conflict_the_colleagues_line_survives(
    laid_over: bool, model: AnthropicModel, tmp_path: Path
) -> None:
    task = next(task for task in TASKS if task.number == COLLEAGUE.task)
    worker = SmallWorker(model, write(tmp_path / "tree", base_for(task)), task, "")
    await worker.attempt()
    if not laid_over:
        worker.root = write(tmp_path / "rebased", base_for(task))
    for _ in range(3):
        COLLEAGUE.edit(worker.root)
        worker.say("The project has changed meanwhile; make the change again.")
        await worker.attempt()
        assert worker.root.joinpath(COLLEAGUE.path).read_bytes() == story.expected()[COLLEAGUE.path]


def test_a_task_the_script_does_not_know_is_told_so() -> None:
    message = {"role": "user", "content": "Task 9: Invent something"}
    (block,) = script().turn(Conversation([message])).blocks
    assert getattr(block, "name", "") == "AskHuman"


def test_the_import_document_is_of_the_contract() -> None:
    document = story.tasks()
    assert [is_issue_number(issue["number"]) for issue in document["issues"]] == [True]
    numbers = [task["number"] for task in document["tasks"]]
    assert len(set(numbers)) == len(numbers) >= 5
    assert all(is_task_number(number) for number in numbers)
    assert all(set(task["depends_on"]) <= set(numbers) for task in document["tasks"])


# -- a fresh copy -------------------------------------------------------------------------------


def git(root: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=root, capture_output=True, text=True, check=True
    ).stdout


def test_a_fresh_copy_is_a_clean_repository_with_one_commit(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    play.prepare(root)
    assert tree(root) == story.project_files()
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "--format=%an") == "Demo\n"
    again = tmp_path / "again"
    play.prepare(again)
    assert git(root, "rev-parse", "HEAD") == git(again, "rev-parse", "HEAD")


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="in use"):
        play.prepare(tmp_path)
    assert tree(tmp_path) == {"mine.txt": b"mine"}


# -- playing without a screen -------------------------------------------------------------------


class FakeService:
    """The engine as the demo meets it: events in order, files applied at once."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.seen: asyncio.Queue[Event] = asyncio.Queue()
        self.status: dict[str, str] = {}
        self.attempts: dict[str, int] = dict.fromkeys((task.number for task in TASKS), 0)
        self.hints: dict[str, str] = {}
        self.last_verdict = "proven"

    def tell(self, type_: str, task: str, **data: Any) -> None:
        self.seen.put_nowait(Event(self.seen.qsize() + 1, "now", type_, task, data))

    def work(self, number: str, attempts: int) -> None:
        self.attempts[number] += attempts
        self.status[number] = "in_review"
        self.tell("task.status", number, **{"from": "in_progress", "to": "in_review"})

    def start(self) -> None:
        for task in TASKS:
            if not task.reply:
                self.work(task.number, 2 if task.slug == "postcodes" else 1)
            else:
                self.attempts[task.number] += 4 if task.slug == "shares" else 0
                self.tell("blocker.opened", task.number, id=task.slug, question="?", cause="x")

    def approve(self, number: str) -> None:
        if number == COLLEAGUE.task and number not in self.hints:
            assert b"490" in (self.project / COLLEAGUE.path).read_bytes()
            self.tell("change.refused", number, code="conflict", message="differs")
            self.tell("task.status", number, **{"from": "in_progress", "to": "in_review"})
            return
        self.status[number] = "completed"
        whole, rest = story.expected(), story.expected(without=(number,))
        write(self.project, {path: whole[path] for path in whole if rest.get(path) != whole[path]})
        self.tell("change.applied", number)

    def undo(self, number: str) -> None:
        self.status[number] = "cancelled"
        rest = story.expected(without=(number,))
        for path in story.expected().keys() - rest.keys():
            (self.project / path).unlink()
        whole = story.expected()
        write(self.project, {path: rest[path] for path in rest if rest[path] != whole[path]})
        self.tell("change.undone", number)

    async def submit(self, command: commands.Command) -> dict[str, Any]:
        match command:
            case commands.ImportTasks(document):
                self.status = dict.fromkeys((t["number"] for t in document["tasks"]), "pending")
            case commands.SetWorkers(paused=False):
                self.start()
            case commands.Approve(number, expect):
                assert expect == f"hash-{number}-{self.attempts[number]}"
                self.approve(number)
            case commands.Answer(blocker, text):
                task = next(task for task in TASKS if task.slug == blocker)
                assert text == task.reply
                self.work(task.number, 1)
            case commands.Retry(number):
                self.hints[number] = "again"
                self.status[number] = "pending"
                asyncio.get_running_loop().call_soon(self.work, number, 1)
            case commands.Undo(number):
                self.undo(number)
        return {}

    async def query(self, query: queries.Query) -> dict[str, Any]:
        match query:
            case queries.ShowTasks():
                return {"tasks": [{"number": n, "status": s} for n, s in self.status.items()]}
            case queries.ShowTask(number):
                verdict = {"verdict": self.last_verdict, "reason": "no_sandbox"}
                made = range(1, self.attempts[number] + 1)
                attempts = [
                    {"attempt": n, "proposal": f"hash-{number}-{n}", "verification": verdict}
                    for n in made
                ]
                status = self.status[number]
                return {"number": number, "status": status, "attempts": attempts}
        assert isinstance(query, queries.ShowBlockers)
        return {"blockers": []}

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        assert after == 0
        while True:
            yield await self.seen.get()

    def signals(self) -> AsyncIterator[Signal]:
        raise NotImplementedError


async def played(project: Path, service: FakeService) -> tuple[int, str]:
    said: list[str] = []
    code = await play.auto(service, project, said.append, limit_seconds=20)
    return code, "\n".join(said)


async def test_the_demo_plays_itself_and_finds_the_end_state_right(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    play.prepare(project)
    code, said = await played(project, FakeService(project))
    assert code == 0, said
    assert "scripted" in said
    for task in TASKS:
        assert f"{task.number} {task.title}: applied" in said


async def test_one_wrong_byte_or_file_at_the_end_is_noticed(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    play.prepare(project)
    (project / "stray.txt").write_text("x")
    (project / "README.md").write_text("changed")
    code, said = await played(project, FakeService(project))
    assert code == 1
    assert "wrong: stray.txt should not be there" in said
    assert "wrong: README.md differs" in said


async def test_what_is_not_proven_ends_the_demo_with_its_reason(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    play.prepare(project)
    service = FakeService(project)
    service.last_verdict = "not_verified"
    code, said = await played(project, service)
    assert code == 1
    assert "no_sandbox" in said


async def test_the_colleague_edits_once_the_proposal_waits(tmp_path: Path) -> None:
    project = tmp_path / "demo"
    play.prepare(project)
    service = FakeService(project)
    service.work("1.4.1", 1)
    service.work(COLLEAGUE.task, 1)
    await play.colleague(service, project)
    assert b"490" in (project / COLLEAGUE.path).read_bytes()
    assert not COLLEAGUE.edit(project)
