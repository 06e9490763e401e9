"""Files that stay at home, while workers, tests, approvals and undo go on around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line, Talks
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Approve, FinishByHand, Redo, Revise, TakeInHand, Undo
from codeframe_tui.core.errors import Refused
from tests.contract.sandbox_room import need_bwrap
from tests.worker.room import PLAIN, answer, call, make_project, room, three, tree_of

KEY = "Canary.7f3aQ9zLw2Xc8VbN4mKjH6gFdS1aPoIuYtRe"
ENV = b"TOKEN=hunter2hunter2\n"
NEEDY = (
    "from pathlib import Path\n\n\ndef test_three():\n"
    "    assert 'TOKEN' in Path(__file__).parents[1].joinpath('.env').read_text()\n"
)


def project_with_env(folder: Path) -> Path:
    project = make_project(folder / "project", PLAIN)
    (project / ".env").write_bytes(ENV)
    return project


@pytest.mark.fault(
    "repository",
    "untracked files that look secret (`.env`, `id_rsa`, `*.pem`)",
    sees="a note: kept from the model",
    kept="them, where they are; no worker and no test has them",
)
async def test_apply_undo_and_redo_leave_it_alone(tmp_path: Path) -> None:
    need_bwrap()
    project = project_with_env(tmp_path)
    script = Line(call("Bash", command="cat .env; ls -a; env"), answer(*three()))
    async with room(tmp_path, script, files=None) as at:
        before = tree_of(project)
        number = await at.add(evidence="regression")
        await at.start()
        await at.becomes(number, "in_review")
        cut = next(e.data["cut"] for e in at.heard if e.type == "context.gathered")
        assert any(line.startswith(".env: kept from the model") for line in cut)
        assert (await at.deed(Approve(number))).type == "change.applied"
        (project / ".env").write_bytes(ENV + b"MORE=1\n")  # theirs to change meanwhile
        assert (await at.deed(Undo(number))).type == "change.undone"
        assert (await at.deed(Redo(number))).type == "change.redone"
        assert (await at.deed(Undo(number))).type == "change.undone"
    assert tree_of(project) == {**before, ".env": (0o644, ENV + b"MORE=1\n")}
    assert "hunter2" not in str(at.script.asked)


async def test_an_answer_that_takes_its_place_is_refused(tmp_path: Path) -> None:
    project = project_with_env(tmp_path)
    wrong = {"path": ".env", "action": "create", "content": "TOKEN=\n"}
    right = {"path": ".env.example", "action": "create", "content": "TOKEN=\n"}
    async with room(tmp_path, Line(answer(wrong), answer(right)), files=None) as at:
        number = await at.add(evidence="none")
        await at.start()
        shown = await at.becomes(number, "in_review")
        assert [file["path"] for file in shown["attempts"][-1]["files"]] == [".env.example"]
        [refused] = [e.data["message"] for e in at.heard if e.type == "answer.refused"]
        assert refused.startswith(".env exists and holds secrets of the person")
    assert (project / ".env").read_bytes() == ENV


async def test_one_that_a_change_brought_is_no_obstacle_to_the_next_attempt(tmp_path: Path) -> None:
    """It is untracked then, so that it stays at home; nothing may take it for deleted."""
    project = make_project(tmp_path / "project", PLAIN)
    made = {"path": ".env", "action": "create", "content": "DEBUG=1\n"}
    rest = {"path": "pkg/new.py", "action": "create", "content": "NEW = 1\n"}
    better = {"path": "pkg/better.py", "action": "create", "content": "NEW = 2\n"}
    script = Talks({"a task": [[answer(made, rest)], [answer(better)]]}, answer(*three()))
    async with room(tmp_path, script, files=None) as at:
        number = await at.add(evidence="none")
        await at.start()
        await at.becomes(number, "in_review")
        part = Parts(files=(".env",))
        await at.deed(Approve(number, parts=part, rest_to_worker=True))
        assert (project / ".env").read_bytes() == b"DEBUG=1\n"
        shown = await at.becomes(number, "in_review")
        paths = [file["path"] for file in shown["attempts"][-1]["files"]]
        assert ".env" not in paths
        assert "pkg/better.py" in paths
        assert (await at.deed(Approve(number))).type == "change.applied"
        assert (project / ".env").read_bytes() == b"DEBUG=1\n"
        other = await at.add("another", evidence="none")
        await at.becomes(other, "in_review")  # its base has no .env; its apply takes none away
        assert (await at.deed(Approve(other))).type == "change.applied"
        assert (project / ".env").read_bytes() == b"DEBUG=1\n"
        assert (await at.deed(Undo(other))).type == "change.undone"
        assert (await at.deed(Undo(number))).type == "change.undone"
        assert not (project / ".env").exists()


@pytest.mark.fault(
    "tests",
    "a test needs a file that stays at home",
    sees="the file's name and the setting that lets tests have it",
    kept="the file, from the model",
)
async def test_a_test_that_needs_it_says_so(tmp_path: Path) -> None:
    need_bwrap()
    project = project_with_env(tmp_path)
    needy = [three()[0], {**three()[1], "content": NEEDY}]
    async with room(tmp_path, Line(answer(*needy)), files=None) as at:
        number = await at.add(evidence="regression")
        await at.start()
        await at.becomes(number, "blocked")
        shown = await at.show(number)
        tests = shown["attempts"][-1]["verification"]["regression"]["tests"]
        [message] = [test["message"] for test in tests if test["id"].endswith("::test_three")]
        says = ".env stays at home, it looks secret; `secrets.allowed` lets tests have it"
        assert message.endswith(says)
        assert says in at.script.newest()  # the model is told, too
    allowed = {"allowed": [".env"]}
    async with room(
        tmp_path, Line(answer(*needy)), files=None, project=project, secrets=allowed
    ) as at:
        number = await at.add("another", evidence="regression")
        await at.start()
        await at.becomes(number, "in_review")


async def test_what_a_person_makes_with_a_key_of_ours_is_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    async with room(tmp_path, Line(answer(*three()))) as at:
        number = await at.add(evidence="none")
        await at.start()
        shown = await at.becomes(number, "in_review")
        proposal = shown["attempts"][-1]["proposal"]
        text = f"def three():\n    return 3  # {KEY}\n"
        with pytest.raises(Refused) as edited:
            await at.service.submit(Revise(number, proposal, (("pkg/three.py", text),)))
        place = Path((await at.service.submit(TakeInHand(number)))["path"])
        (place / "pkg/three.py").write_text(text)
        with pytest.raises(Refused) as finished:
            await at.service.submit(FinishByHand(number))
        assert (place / "pkg/three.py").read_text() == text
        (place / "pkg/three.py").write_text("def three():\n    return 1 + 2\n")
        await at.service.submit(FinishByHand(number))
        await at.becomes(number, "in_review")
    for refused in (edited.value, finished.value):
        assert refused.code == "holds_key"
        assert refused.message.startswith("pkg/three.py, line 2, ")
        assert "ANTHROPIC_API_KEY" in refused.message
        assert KEY not in refused.message + refused.hint
