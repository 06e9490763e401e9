"""Events of a task as lines that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.core.events import Event

__all__ = ["detail", "line", "went_well"]

_Data = Mapping[str, Any]


def line(event: Event) -> tuple[str, str] | None:
    """Kind and title of an event, or None for one that a person need not read."""
    if event.type not in _LINES:
        return None
    kind, title = _LINES[event.type]
    return kind, title(event.data)


def went_well(event: Event) -> bool | None:
    """Whether what an event tells went well; None where there is no such thing."""
    if event.type in {"answer.refused", "change.refused", "problem"}:
        return False
    if event.type == "tests.ended":
        return bool(event.data["ok"]) and not event.data["failed"]
    found = event.data.get("ok")
    return found if isinstance(found, bool) else None


def _agent(who: Mapping[str, Any]) -> str:
    """Who works, from where, and whether it may loosen anything."""
    doubt = "" if who.get("trusted", True) else "; not trusted: it only tightens"
    return f"agent: {who['name']} ({who['source']}{doubt})"


def detail(event: Event) -> str:
    """What stands behind the title, perhaps several lines."""
    data = event.data
    match event.type:
        case "context.gathered":
            who = data.get("agent")
            agent = [_agent(who)] if who else []
            files = (f"{f['path']}: {', '.join(f.get('reasons', []))}" for f in data["files"])
            said = (each["text"] for each in data.get("earlier", ()))
            return "\n".join([*agent, *files, *said])
        case "proposal.recorded":
            return "\n".join(
                f"{file['action']} {file['path']} +{file['added']} -{file['removed']}"
                for file in data["files"]
            )
        case "context.shortened":
            return (
                f"the conversation may have {data['limit']:,} tokens (limits.window_tokens); "
                "each place says what stood there and how the model gets it back"
            )
        case "review.rejected":
            return str(data.get("text") or data["reason"])  # earlier releases stored no text
        case "verification.recorded":
            return str(data.get("message") or _words(data.get("reason") or ""))
        case "policy.decided" | "command.changed":
            return "\n".join((_conditions if event.type == "policy.decided" else _reach)(data))
        case "flag.acknowledged" if len(data["flags"]) > 1:
            places = (f"{each['rule']} at {each['path']}" for each in data["flags"])
            return "\n".join([str(data["reason"]), *places])
        case _:
            names = ("reason", "message", "question", "answer", "text")
            return next((str(data[name]) for name in names if data.get(name)), "")


def _status(data: _Data) -> str:
    titles = {
        "in_progress": "started work",
        "in_review": "waits for review",
        "pending": "back in the queue",
        "blocked": "waits for an answer",
    }
    if data["to"] == "in_progress" and data.get("phase") == "applying":
        return "is being applied"
    return titles.get(data["to"], str(data["to"]))


def _reply(data: _Data) -> str:
    tools: Sequence[str] = data["tools"]
    return f"replied, asked for {', '.join(tools)}" if tools else "replied"


def _proposal(data: _Data) -> str:
    count = len(data["files"])
    return f"proposed attempt {data['attempt']}: {count} file{'s' * (count != 1)}"


def _shortened(data: _Data) -> str:
    return (
        f"left {data['left_out']} older parts out of what the model is sent, "
        f"about {data['tokens']:,} tokens stay"
    )


def _asked(data: _Data) -> str:
    count = len(data["comments"])
    return f"asked about attempt {data['attempt']}: {count} question{'s' * (count != 1)}"


def _commented(data: _Data) -> str:
    line = f":{data['first']}" if data["first"] else ""
    return f"{data['type']} on {data['path'] or 'the whole proposal'}{line}"


def _acknowledged(data: _Data) -> str:
    flags = data["flags"]
    if len(flags) > 1:
        return f"{len(flags)} flags acknowledged"
    line = f":{flags[0]['line']}" if flags[0]["line"] else ""
    return f"flag acknowledged: {flags[0]['rule']} at {flags[0]['path']}{line}"


_PHASES = {
    "gathering": "looks for what it needs to know",
    "proposing": "writes the change",
    "verifying": "has the change tested",
    "correcting": "corrects the change",
    "explaining": "explains the change",
    "applying": "is being applied",
}


def _question(data: _Data) -> str:
    return "asked, and goes on meanwhile" if data.get("kind") == "ASYNC" else "asked you"


def _decision(data: _Data) -> str:
    policy = f" {data['policy']}" if data.get("policy") else ""  # earlier releases stored none
    if data["decision"] == "review":
        return f"policy{policy}: left to you"
    return f"decided by policy{policy}: {data['decision']}"


def _testing(data: _Data) -> str:
    count = data["count"]
    return f"runs tests again: {f'{count:,}' if count else 'all'}"


def _tested(data: _Data) -> str:
    if not data["ok"]:
        return f"tests again: {data['reason'].replace('_', ' ')}"
    counts = [(data[name], name) for name in ("failed", "passed", "skipped")]
    said = ", ".join(f"{count:,} {name}" for count, name in counts if count) or "none ran"
    flaky = ", otherwise than before" if data["differ"] else ""
    return f"tests again: {said} in {data['seconds']:.1f} s{flaky}"


def _chosen(data: _Data) -> str:
    how = _CHOICES.get(data["choice"], "neither pinned nor excluded any more")
    return f"{data['path']}: {how}"


def _listed(verb: str) -> Callable[[_Data], str]:
    def line(data: _Data) -> str:
        lost = data.get("not_kept")
        return f"{verb} {_first(data['files'])}{f'; not kept: {_first(lost)}' if lost else ''}"

    return line


def _reached(data: _Data) -> str:
    named = _first([*data["files"], *data["beyond"]])
    if data.get("since"):
        return f"{named} of your project changed since a command began, by it or by others"
    return f"a command changed {named} of your project"


def _reach(data: _Data) -> Iterator[str]:
    yield data["command"]
    seen = "since it began" if data.get("since") else "while it ran"
    yield f"seen {seen}; ignored files are not looked at"
    if (more := data.get("count", 0) - len(data["files"]) - len(data["beyond"])) > 0:
        yield f"{more:,} more than these:"
    yield from data["files"]
    yield from (f"{path} (no undo can take this back)" for path in data["beyond"])


def _conditions(data: _Data) -> Iterator[str]:
    for each in data["conditions"]:
        yield f"{'✔' if each.get('passed', True) else '✘'} {each['name']}: {each['value']}"


def _first(names: Sequence[str]) -> str:
    return f"{', '.join(names[:3])}{' …' * (len(names) > 3)}"


def _words(name: object) -> str:
    return str(name).replace("_", " ")


_CHOICES = {"pinned": "pinned by a person", "excluded": "excluded by a person"}


def _plain(title: str) -> Callable[[_Data], str]:
    return lambda _: title


_LINES: Mapping[str, tuple[str, Callable[[_Data], str]]] = {
    "answer.refused": ("problem", lambda data: f"answer refused, strike {data['strike']}"),
    "blocker.answered": ("blocker", _plain("a person answered")),
    "blocker.opened": ("blocker", _question),
    "blocker.resolved": ("blocker", lambda data: f"question closed: {_words(data['how'])}"),
    "change.applied": ("change", _listed("applied")),
    "change.redone": ("change", _listed("redid")),
    "change.refused": ("change", lambda data: f"nothing written: {data['code']}"),
    "change.undone": ("change", _listed("undid")),
    "command.changed": ("change", _reached),
    "context.chosen": ("context", _chosen),
    "context.gathered": ("context", lambda data: f"gathered {len(data['files'])} files"),
    "context.shortened": ("context", _shortened),
    "flag.acknowledged": ("review", _acknowledged),
    "hand.begun": ("review", _plain("taken in hand by a person")),
    "hand.laid_over": ("review", lambda data: f"laid over attempt {data['attempt']} by a person"),
    "hand.ended": ("review", lambda data: f"out of the person's hands: {_words(data['how'])}"),
    "model.waiting": ("waiting", lambda data: f"model: {data['kind']}, again later"),
    "note.added": ("note", _plain("note from a person")),
    "policy.decided": ("review", _decision),
    "problem": ("problem", _plain("something went wrong inside")),
    "proposal.recorded": ("proposal", _proposal),
    "redo.requested": ("change", _plain("redo asked for")),
    "review.approved": ("review", lambda data: f"approved by {data['by']}"),
    "review.rejected": ("review", lambda data: f"attempt {data['attempt']} rejected"),
    "review.answered": ("review", _plain("explained, nothing changed")),
    "review.asked": ("review", _asked),
    "review.commented": ("review", _commented),
    "review.comment_deleted": ("review", _plain("comment taken back")),
    "review.comment_edited": ("review", lambda data: f"comment changed: {data['type']}"),
    "task.held": ("state", _plain("put on hold")),
    "task.phase": ("state", lambda data: _PHASES.get(data["phase"], _words(data["phase"]))),
    "task.released": ("state", _plain("released")),
    "task.status": ("state", _status),
    "tests.ended": ("tests", _tested),
    "tests.started": ("tests", _testing),
    "tool.ended": ("tool", lambda data: str(data["summary"] or data["name"])),
    "turn.recorded": ("model", _reply),
    "undo.requested": ("change", _plain("undo asked for")),
    "verification.recorded": ("tests", lambda data: f"verified: {data['verdict']}"),
    "verification.started": ("tests", _plain("tests begin")),
}
