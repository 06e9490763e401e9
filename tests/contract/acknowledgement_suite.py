"""What every implementation of the Service port promises about flags that a person looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from codeframe_tui.core.commands import Acknowledge, AddComment, Reject
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.queries import ShowHistory, ShowLetter
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import add, claim, in_review, propose, show

KEY = Flag("secret", "red", "a.py", 2, "looks like a secret", "", 'KEY = "x"', "f" * 64)
CALL = Flag("dangerous_call", "red", "a.py", 1, "runs what it is given", "", "", "c" * 64)
TODO = Flag("todo", "amber", "a.py", 3, "leaves something to do", "", "", "d" * 64)


async def flags(service: Service, number: str) -> dict[str, Any]:
    """Of the newest attempt, by rule."""
    newest = (await show(service, number))["attempts"][-1]
    return {flag["rule"]: flag for flag in newest["flags"]}


async def test_a_flag_has_an_id_and_nobody_has_acknowledged_it(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine, flags=(KEY,))
    (flag,) = (await flags(service, number)).values()
    assert flag == {
        "id": "f" * 16,
        "rule": "secret",
        "severity": "red",
        "path": "a.py",
        "line": 2,
        "message": "looks like a secret",
        "why": "secrets do not belong into a change",
        "before": "",
        "after": 'KEY = "x"',
        "acknowledged": None,
    }


async def test_a_reason_stands_beside_the_flag_in_history_and_letter(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine, flags=(KEY, CALL))
    done = await service.submit(Acknowledge(number, " a key of the tests ", ("f" * 16,)))
    assert done == {"flags": ["f" * 16]}
    found = await flags(service, number)
    said = found["secret"]["acknowledged"]
    assert (said["reason"], said["by"], said["attempt"]) == ("a key of the tests", "person", 1)
    assert found["dangerous_call"]["acknowledged"] is None
    told = (await service.query(ShowHistory(number)))["items"][-1]
    assert told["title"] == "flag acknowledged: secret at a.py:2"
    assert told["detail"] == "a key of the tests"
    assert (await service.query(ShowLetter(number)))["text"] == ""
    letter = await service.query(ShowLetter(number, overall="keep the old name"))
    assert letter["text"] == (
        "keep the old name\n\nThese were flagged, looked at, and may stay as they are:\n"
        "- a.py:2 (secret): a key of the tests"
    )


async def test_all_red_flags_are_acknowledged_at_once_and_no_others(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine, flags=(KEY, CALL, TODO))
    await service.submit(Acknowledge(number, "as asked", ("f" * 16,)))
    assert await service.submit(Acknowledge(number, "seen")) == {"flags": ["c" * 16]}
    found = await flags(service, number)
    reasons = {rule: (flag["acknowledged"] or {}).get("reason") for rule, flag in found.items()}
    assert reasons == {"secret": "as asked", "dangerous_call": "seen", "todo": None}
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Acknowledge(number, "again"))
    assert caught.value.code == "nothing_to_acknowledge"
    await service.submit(Acknowledge(number, "said better", ("f" * 16, "d" * 16)))
    found = await flags(service, number)
    assert found["secret"]["acknowledged"]["reason"] == "said better"


async def test_a_later_attempt_keeps_what_is_flagged_alike_and_asks_for_the_rest(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine, flags=(KEY, CALL))
    await service.submit(Acknowledge(number, "seen"))
    await service.submit(AddComment(number, "shorter"))
    await service.submit(Reject(number, ""))
    assert (await claim(engine)).number == number
    moved, changed = replace(KEY, line=20), replace(CALL, fingerprint="e" * 64)
    await propose(engine, number, 2, flags=(moved, changed))
    await engine.to_review(number)
    found = await flags(service, number)
    assert found["secret"]["acknowledged"]["attempt"] == 1
    assert found["dangerous_call"]["acknowledged"] is None


async def test_flags_without_a_fingerprint_are_known_on_their_own_proposal_only(
    service: Service, engine: Supervisor
) -> None:
    old = replace(KEY, fingerprint="")
    number = await in_review(engine, flags=(old,))
    await service.submit(Acknowledge(number, "seen"))
    assert (await flags(service, number))["secret"]["acknowledged"]
    await service.submit(Reject(number, "again"))
    await claim(engine)
    await propose(engine, number, 2, flags=(old,))
    await engine.to_review(number)
    assert (await flags(service, number))["secret"]["acknowledged"] is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": " "}, "empty"),
        ({"reason": "x" * 20_001}, "too_long"),
        ({"flags": ("0" * 16,)}, "not_found"),
        ({"expect": "0" * 64}, "stale_proposal"),
    ],
)
async def test_what_cannot_be_acknowledged_is_refused(
    service: Service, engine: Supervisor, more: dict[str, Any], code: str
) -> None:
    number = await in_review(engine, flags=(KEY,))
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Acknowledge(number, **{"reason": "seen", **more}))
    assert caught.value.code == code
    assert (await flags(service, number))["secret"]["acknowledged"] is None


async def test_a_task_without_a_proposal_has_nothing_to_acknowledge(service: Service) -> None:
    number = await add(service)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Acknowledge(number, "seen"))
    assert caught.value.code == "nothing_to_review"
