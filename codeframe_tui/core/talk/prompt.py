"""What the model is told, in words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.code.entry import entry, fenced
from codeframe_tui.core.network import NOWHERE, Allowed
from codeframe_tui.core.progress import Message
from codeframe_tui.core.task import Evidence, Issue, Task
from codeframe_tui.core.tokens import Gauge

__all__ = [
    "ONLY_WORDS",
    "answer_refused",
    "edited",
    "explanation",
    "first_message",
    "headings",
    "listed",
    "messages_from_people",
    "rebased",
    "subject",
    "system_blocks",
    "unified",
]

_CONTRACT = """\
# How you work here
You work in a private copy of the project. Nothing you do touches the real project: a person reviews
your proposal and approves it. Use the tools to read the code and to try things; commands run in a
sandbox {network}.

Tests come first. The program itself runs your new or changed tests on the unchanged project, where
at least one must fail because the behaviour is missing, and then on your proposal, where all of
them and the whole suite must pass. A change without such a test is not proven.

# Your answer
When you are done, answer with exactly one JSON object and nothing else:
{"files": [{"path": "relative/path.py", "action": "create", "content": "…"}], "explanation": "…"}
- "action" is "create" for a file the project does not have, "modify" for one it has, "delete".
- "content" is the whole new file. For a small change of a large file give instead
  "edits": [{"old": "exact and unique text", "new": "replacement"}] with "modify".
- "mode" ("100755" or "100644") and "encoding": "base64" are allowed where needed.
- Files that you wrote with the Write tool are part of the proposal already; "files" may be empty
  then. Files of your earlier attempts in this conversation stay in place: send only what changes.
- Never shorten content with a remark such as "rest unchanged".
- If only a person can decide something, use AskHuman instead of guessing.
"""

ONLY_WORDS = "Do not send a change set."
"""Ends a message that wants an answer in words."""

_EVIDENCE = {
    Evidence.TDD: "proven by new tests that fail before and pass after (tests first)",
    Evidence.REGRESSION: "proven by the existing test suite alone (documentation, configuration, "
    "refactoring)",
    Evidence.NONE: "not provable by tests; a person reviews it",
}


_CONTEXT = "# What seems to matter\n"
_NAMES = "Also perhaps related: "
_PATHS = "Files of the project:\n"
_LISTED = 300
"""Paths of a listing; more of them tell nothing that a tool does not."""
_EARLIER = """\
## Earlier work in this project
What people decided there holds here too, unless this task says otherwise: do not ask again what is
answered here."""


def system_blocks(
    role: str, rules: Mapping[str, str], network: Allowed = NOWHERE
) -> tuple[str, ...]:
    """The stable, cacheable prefix.

    Args:
        role: the text of the agent definition.
        rules: file name -> text of the project's rules files.
        network: what commands may reach of it.
    """
    blocks = [role.strip(), _CONTRACT.replace("{network}", network.wording).strip()]
    for name, text in rules.items():
        blocks.append(f"# Rules of this project (from {name})\n{text.strip()}")
    return tuple(blocks)


def subject(task: Task, issue: Issue | None, answers: Sequence[str]) -> str:
    """What a task is about: the text by which files are found that matter for it.

    Args:
        answers: what people answered the worker's questions.
    """
    about = [task.title, task.description, *answers]
    if issue is not None:
        about += [issue.title, issue.description]
    return "\n".join(about)


def first_message(task: Task, issue: Issue | None, context: Mapping[str, Any]) -> str:
    """The task with everything it stands in; the header line is ``Task <number>: <title>``."""
    parts = [f"Task {task.number}: {task.title}"]
    if task.description:
        parts.append(task.description.strip())
    if issue is not None:
        parts.append(
            f"It belongs to issue {issue.number}: {issue.title}\n{issue.description}".strip()
        )
    facts = [f"Workflow step: {task.workflow_step}", f"Evidence: {_EVIDENCE[task.evidence]}"]
    if task.depends_on:
        facts.append(f"Done before it: {', '.join(task.depends_on)}")
    parts.append("\n".join(facts))
    parts.append(context_text(context))
    return "\n\n".join(part for part in parts if part)


def headings(*, earlier: bool) -> str:
    """What stands in the context whatever files it holds; what heads a file is part of its cost.

    Args:
        earlier: whether earlier work is told.
    """
    return "\n\n".join([_CONTEXT, _NAMES, *([_EARLIER] if earlier else [])])


def listed(paths: Sequence[str], left: int, gauge: Gauge) -> list[str]:
    """Lines of a listing of files: as many as fit, and how many more there are.

    Args:
        left: tokens.
    """

    def lines(n: int) -> list[str]:
        more = len(paths) - n
        return [*paths[:n], *([f"… and {more} more"] if more else [])]

    def too_much(n: int) -> bool:
        return listing_cost(lines(n), gauge) > left

    most = min(len(paths), _LISTED)
    if most and not too_much(most):
        return lines(most)
    n = bisect_left(range(1, most), True, key=too_much)
    return lines(n) if n else []


def listing_cost(lines: Sequence[str], gauge: Gauge) -> int:
    """Tokens of what `listed` gave; of nothing none."""
    return gauge.tokens(_PATHS + "\n".join(lines)) if lines else 0


def context_text(context: Mapping[str, Any]) -> str:
    """Files that seem to matter: bodies, skeletons and names, and the tree."""
    shown: list[str] = []
    names: list[str] = []
    for each in context.get("files", ()):
        into = shown if each.get("text") else names
        into.append(entry(each["path"], each["form"], each["reasons"], each.get("text", "")))
    parts = ["".join(shown).rstrip()] if shown else []
    if names:
        parts.append(_NAMES + "".join(names).removesuffix(", "))
    if context.get("earlier"):
        parts.append("\n\n".join([_EARLIER, *(each["text"] for each in context["earlier"])]))
    if context.get("tree"):
        parts.append(_PATHS + "\n".join(context["tree"]))
    if not parts:
        return ""
    return _CONTEXT + "\n\n".join(parts)


def messages_from_people(messages: Sequence[Message], questions: Mapping[str, str]) -> str:
    """Notes, answers, hints and rejections, in the order they were given."""
    lines = []
    for message in messages:
        match message.kind:
            case "answer":
                asked = questions.get(message.blocker or "", "")
                lines.append(f"You asked: {asked}\nA person answered: {message.text}")
            case "hint":
                lines.append(f"A person gives a hint: {message.text}")
            case "rejection":
                lines.append(f"A person reviewed your proposal and wants changes: {message.text}")
            case "question":
                lines.append(f"A person asks about your proposal:\n\n{message.text}")
            case "rebase" | "edit" | "hand":
                lines.append(message.text)
            case _:
                lines.append(f"A note from the person who supervises you: {message.text}")
    return "\n\n".join(line for line in lines if line)


def explanation(asked: str) -> str:
    """Ask for an answer in words, which changes nothing.

    Args:
        asked: what people said, as `messages_from_people` tells it.
    """
    return (
        f"{asked}\n\nAnswer in plain words, each question under its number. Change nothing: your "
        "proposal stays as it is while the person reviews it, and your tools only read for now. "
        f"{ONLY_WORDS}"
    )


def edited(task: Task, fields: Collection[str]) -> str:
    """Tell how a task reads now; empty when none of the changed fields matters to the model."""
    told = {
        "title": f"Its title is now: {task.title}",
        "description": f"Its description is now:\n{task.description.strip() or '(none)'}",
        "workflow_step": f"Its workflow step is now: {task.workflow_step}",
        "evidence": f"Its evidence is now: {_EVIDENCE[task.evidence]}",
    }
    lines = [line for name, line in told.items() if name in fields]
    return "\n\n".join(["The task was changed by a person.", *lines]) if lines else ""


def rebased(diff: str) -> str:
    """Tell that the project moved under an earlier proposal."""
    return (
        "The project has changed since you began, so your earlier proposal cannot be applied as it "
        "is. You now have a fresh copy of the project without it. Make your change again on the "
        f"files as they are now. Your earlier proposal was:\n{fenced(diff)}"
    )


def answer_refused(reason: str) -> str:
    """Send an invalid answer back with the exact reason."""
    return (
        f"Your answer cannot be used: {reason}\n"
        "Nothing of it was taken. Send the whole answer again as one JSON object as described."
    )


def unified(diffs: Sequence[FileDiff], limit: int = 24_000) -> str:
    """Differences as a unified diff for reading, cut at ``limit`` characters with a remark."""
    lines: list[str] = []
    for diff in diffs:
        lines.append(f"--- {diff.path} ({diff.action})")
        if diff.binary:
            lines.append("binary content")
        for hunk in diff.hunks:
            lines.append(
                f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
            )
            lines.extend(sign + text for sign, text in hunk.lines)
    text = "\n".join(lines)
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… cut: {len(text) - limit} more characters"
