"""What every implementation of the Service port promises about files of the repository."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.commands import Distrust, Trust
from codeframe_tui.core.errors import CodeframeError, Conflict, NotFound, Refused
from codeframe_tui.core.queries import ShowEvents, ShowOverview, ShowTrust
from codeframe_tui.ports import Service

WHERE = ".claude/agents/quick.md"
QUICK = "---\nname: Quick\n---\nBe quick.\n\n## Maturity Level: D4\n"
HASH = hashlib.sha256(QUICK.encode()).hexdigest()


def write(folder: Path, text: str = QUICK, path: str = WHERE) -> Path:
    file = folder / "repo" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


async def look(service: Service, path: str = WHERE) -> dict[str, Any]:
    (found,) = (await service.query(ShowTrust(path)))["files"]
    return dict(found)


async def test_a_file_that_would_loosen_something_is_told_with_all_of_its_text(
    service: Service, tmp_path: Path
) -> None:
    assert (await service.query(ShowTrust()))["files"] == []
    write(tmp_path)
    shown = await look(service)
    assert (shown["state"], shown["name"], shown["sha256"]) == ("untrusted", "Quick", HASH)
    assert shown["asks"] == [{"what": "policy", "now": "manual", "then": "green"}]
    assert shown["says"] == "policy green instead of manual"
    assert shown["held"] == "its level D4 asks for policy auto; your ceiling is green"
    assert (shown["text"], shown["since"], shown["at"]) == (QUICK, [], None)
    (listed,) = (await service.query(ShowTrust()))["files"]
    assert listed == {name: shown[name] for name in listed}
    assert "text" not in listed


async def test_trust_names_what_was_looked_at_and_ends_with_a_changed_byte(
    service: Service, tmp_path: Path
) -> None:
    file = write(tmp_path)
    with pytest.raises(Conflict):
        await service.submit(Trust(WHERE, "0" * 64))
    assert (await look(service))["state"] == "untrusted"
    done = await service.submit(Trust(WHERE, HASH))
    assert (done["state"], done["trusted_sha256"]) == ("trusted", HASH)
    file.write_text(QUICK.replace("quick.", "quick!"))
    shown = await look(service)
    assert shown["state"] == "changed"
    assert shown["why"].startswith("changed since you trusted it on ")
    assert ["-", "Be quick."] in shown["since"]
    assert ["+", "Be quick!"] in shown["since"]
    with pytest.raises(Conflict):
        await service.submit(Trust(WHERE, HASH))
    file.write_text(QUICK)
    assert (await look(service))["state"] == "trusted"


async def test_distrust_ends_trust_and_asks_no_more_about_this_content(
    service: Service, tmp_path: Path
) -> None:
    file = write(tmp_path)
    await service.submit(Trust(WHERE, HASH))
    done = await service.submit(Distrust(WHERE))
    assert (done["state"], done["trusted_sha256"]) == ("declined", None)
    assert (await service.query(ShowOverview()))["trust"] == {"count": 0}
    file.write_text(QUICK + "\n")
    assert (await look(service))["state"] == "untrusted"
    file.unlink()
    (gone,) = (await service.query(ShowTrust()))["files"]
    assert (gone["path"], gone["state"]) == (WHERE, "gone")
    await service.submit(Distrust(WHERE))
    assert (await service.query(ShowTrust()))["files"] == []


async def test_the_overview_and_the_events_tell(service: Service, tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, QUICK.replace("Quick", "Other"), ".codeframe/agents/other.md")
    await service.submit(Trust(WHERE, HASH))
    assert (await service.query(ShowOverview()))["trust"] == {
        "count": 1,
        "path": ".codeframe/agents/other.md",
        "state": "untrusted",
        "says": "policy green instead of manual",
    }
    events = (await service.query(ShowEvents()))["events"]
    told = [event["data"] for event in events if event["type"] == "trust.changed"]
    assert told == [{"path": WHERE, "sha256": HASH, "trusted": True}]


@pytest.mark.parametrize("wish", [Trust("README.md", HASH), Distrust("../outside.md")], ids=str)
async def test_what_loosens_nothing_needs_no_trust(
    service: Service, tmp_path: Path, wish: Trust | Distrust
) -> None:
    write(tmp_path)
    write(tmp_path, "hello", "README.md")
    with pytest.raises(NotFound) as caught:
        await service.submit(wish)
    assert WHERE in caught.value.hint


@pytest.mark.parametrize("broken", [b"---\nname: [\n---\n", b"---\nname: \xff\n---\n", None])
async def test_what_cannot_be_used_cannot_be_trusted(
    service: Service, tmp_path: Path, broken: bytes | None
) -> None:
    file = write(tmp_path)
    sha256 = HASH
    if broken is None:
        target = file.rename(tmp_path / "elsewhere.md")
        file.symlink_to(target)
    else:
        file.write_bytes(broken)
        sha256 = hashlib.sha256(broken).hexdigest()
    assert (await look(service))["state"] == "unusable"
    with pytest.raises(Refused) as caught:
        await service.submit(Trust(WHERE, sha256))
    assert (type(caught.value), caught.value.code) == (Refused, "unusable")


async def test_a_failed_trust_records_nothing(service: Service, tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(CodeframeError):
        await service.submit(Trust(WHERE, HASH[:12]))
    assert (await look(service))["at"] is None
