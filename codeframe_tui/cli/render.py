"""Documents as text for people. `headless.output` sanitises what comes from here once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from codeframe_tui.core.code.chosen import CHOICES
from codeframe_tui.core.text import clean_line, reveal

__all__ = [
    "blocker_list",
    "check_list",
    "choice_list",
    "context_list",
    "file_list",
    "match_list",
    "symbol_list",
    "task_page",
    "task_table",
    "unified_diff",
    "usage_table",
    "use_list",
]

Document = Mapping[str, Any]
_BECAME = {"changed": "changed since", "stands": "not addressed"}
"""What became of a comment's place, where that says more than its state."""


def task_table(document: Document) -> str:
    """``list``."""
    rows = [
        (
            task["number"],
            "on hold" if task["held"] else task.get("phase") or task["status"],
            f"p{task['priority']}",
            task.get("verdict") or "-",
            _money(task.get("cost_usd")),
            clean_line(task["title"], limit=60),
            clean_line(str(task.get("why") or ""), limit=60),
        )
        for task in document["tasks"]
    ]
    return _table(("NUMBER", "STATE", "PRIO", "VERDICT", "COST", "TITLE", "WHY"), rows)


def task_page(document: Document) -> str:
    """``show``."""
    head = [
        f"{document['number']}  {clean_line(document['title'])}",
        f"{document['status']}, priority {document['priority']}, {_money(document['cost_usd'])}",
        f"evidence: {document['evidence']}",
    ]
    if reason := document.get("reason"):
        head.append(f"reason: {clean_line(reason)}")
    if waits := _waits(document):
        head.append(f"waits for you: {waits}")
    if document["depends_on"]:
        head.append(f"after: {', '.join(document['depends_on'])}")
    if document["description"]:
        head += ["", document["description"]]
    for attempt in document["attempts"]:
        head += ["", *_attempt(attempt)]
    for comment in document.get("comments", ()):
        head += ["", *_comment(comment)]
    return "\n".join(head)


def _waits(document: Document) -> str:
    """The conditions of the policy that do not hold."""
    ruling = document.get("ruling") or {}
    if document["status"] != "in_review" or ruling.get("decision") != "review":
        return ""
    failed = (each for each in ruling["conditions"] if not each["passed"])
    return ", ".join(clean_line(f"{each['name']}: {each['value']}") for each in failed)


def _attempt(attempt: Document) -> list[str]:
    lines = [f"attempt {attempt['attempt']}  proposal {attempt['proposal'][:12]}"]
    lines += [
        f"  {file['action']:<7} {clean_line(file['path'])}  +{file['added']} -{file['removed']}"
        for file in attempt["files"]
    ]
    if evidence := attempt.get("verification"):
        lines.append(f"  {evidence['verdict']}: {clean_line(evidence.get('message') or '-')}")
        for name in ("red", "green", "regression", "lint"):
            run = evidence.get(name) or {}
            tests = len(run.get("tests", []))
            lines.append(f"    {name:<10} {run.get('verdict', 'not_run'):<12} {tests} tests")
            lines += [_kind(test) for test in run.get("tests", ()) if test.get("kind")]
        lines += _coverage(evidence.get("coverage") or {})
        lines += _lint(evidence.get("lint") or {})
    for flag in attempt.get("flags", []):
        place = f"{flag['path']}:{flag['line'] or ''}"
        lines.append(f"  {flag['severity']} flag {clean_line(place)} {clean_line(flag['message'])}")
        for sign, side in (("-", "before"), ("+", "after")):
            if flag.get(side):
                lines.append(f"      {sign} {clean_line(flag[side])}")
        if said := flag.get("acknowledged"):
            lines.append(f"      acknowledged: {clean_line(said['reason'])}")
    return lines


def _kind(test: Document) -> str:
    """How a test was RED on the base, or why it was not."""
    said = ": ".join(filter(None, (test.get("error"), test.get("message"))))
    return clean_line(f"      {test['id']}  {test['kind'].replace('_', ' ')}  {said}").rstrip()


def _lint(lint: Document) -> list[str]:
    lines = []
    for tool in lint.get("tools") or ():
        said = clean_line(tool["message"]) or f"{tool['count']} new, {tool['old']} from before"
        lines.append(f"    {tool['tool']:<10} {tool['verdict']:<12} {said}")
        for each in tool["findings"]:
            place = clean_line(f"{each['path']}:{each['line']}")
            lines.append(f"      {place} {each['rule']} {clean_line(each['message'])}")
    return lines


def _coverage(told: Document) -> list[str]:
    if told.get("lines"):
        return [f"    changed lines covered {told['covered']} of {told['lines']}"]
    why = clean_line(told.get("message") or "")
    return [f"    changed lines covered: not measured, {why}"] if why else []


def _comment(comment: Document) -> list[str]:
    place = clean_line(comment["path"]) or "the whole proposal"
    line = f":{comment['first']}" if comment["first"] else ""
    state = _BECAME.get(comment.get("became") or "", comment["state"])
    head = f"comment {comment['id']}  {comment['type']}, {state}  {place}{line}"
    lines = [f"{head}  (attempt {comment['attempt']})"]
    lines += [f"  {text}" for text in comment["text"].splitlines()]
    if comment["state"] == "outdated":
        lines += [f"  > {clean_line(text)}" for text in comment["excerpt"]]
    if comment["answer"]:
        lines += [f"  answer: {text}" for text in comment["answer"].splitlines()]
    return lines


def unified_diff(document: Document) -> str:
    """``diff``: what `patch` reads, hidden characters made visible."""
    lines = _between_attempts(document) if document.get("since") else []
    with_modes = any(map(_tells_mode, document["files"]))
    for file in document["files"]:
        lines += _file_head(file, with_modes=with_modes)
        if file["binary"]:
            lines.append(f"Binary file, {file['action']}")
        for hunk in file["hunks"]:
            lines += _hunk(hunk)
    return "\n".join(lines)


def _tells_mode(file: Document) -> bool:
    """Whether a file's mode is not the one that a diff without modes leaves it with."""
    return "old_mode" in file and file["mode"] != (file["old_mode"] or "100644")


def _file_head(file: Document, *, with_modes: bool) -> list[str]:
    """The lines before a file's hunks.

    Args:
        with_modes: in git's form. When one file of a diff needs it all have it: else the names of
            a file would be read as those of the one above, of which only the mode changes.
    """
    path, action = clean_line(file["path"]), file["action"]
    old = "/dev/null" if action == "create" else f"a/{path}"
    new = "/dev/null" if action == "delete" else f"b/{path}"
    names = [f"--- {old}", f"+++ {new}"]
    if not with_modes:
        return names
    head = [f"diff --git a/{path} b/{path}"]
    if action == "create":
        head.append(f"new file mode {file['mode']}")
    elif action == "delete":
        head.append(f"deleted file mode {file['mode']}")
    elif _tells_mode(file):
        head += [f"old mode {file['old_mode']}", f"new mode {file['mode']}"]
    return [*head, *names] if file["hunks"] or file["binary"] else head


def _between_attempts(document: Document) -> list[str]:
    """What the reader of an interdiff has to know first."""
    lines = [f"# how attempt {document['attempt']} proposes other content than {document['since']}"]
    if not document["files"]:
        lines.append("# nothing")
    if document["rebased"]:
        lines.append("# your project was edited in between, and this shows both")
    lines += [
        f"# edited by others too: {clean_line(file['path'])}"
        for file in document["files"]
        if file["moved"]
    ]
    return lines


def _hunk(hunk: Document) -> list[str]:
    old = f"{hunk['old_start']},{hunk['old_lines']}"
    new = f"{hunk['new_start']},{hunk['new_lines']}"
    heading = clean_line(hunk.get("heading", ""))
    head = f"@@ -{old} +{new} @@ {heading}".rstrip()
    return [head, *(sign + reveal(text)[0] for sign, text in hunk["lines"])]


def blocker_list(document: Document) -> str:
    """``blockers``."""
    lines: list[str] = []
    for blocker in document["blockers"]:
        lines.append(
            f"{blocker['id']}  {blocker['kind']}  task {blocker['task']}  {blocker['status']}"
        )
        lines += [f"    {line}" for line in blocker["question"].splitlines()]
        lines += [f"    - {clean_line(option)}" for option in blocker["options"]]
        if blocker["assumption"]:
            lines.append(f"    meanwhile: {clean_line(blocker['assumption'])}")
        if blocker["answer"]:
            lines.append(f"    answer: {clean_line(blocker['answer'])}")
    return "\n".join(lines) or "no questions wait"


def usage_table(document: Document) -> str:
    """``usage``."""
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    rows = [
        (label, *(str(usage[name]) for name in names), _money(usage["cost_usd"]))
        for label, usage in [
            *((task["number"], task) for task in document["tasks"]),
            ("all", document["total"]),
        ]
    ]
    table = _table(("TASK", "INPUT", "OUTPUT", "CACHE READ", "CACHE WRITE", "COST"), rows)
    return "\n".join([table, *map(_budget, document["budgets"])])


def _budget(budget: Mapping[str, Any]) -> str:
    spent, cap, held = (budget[f"{name}_usd"] for name in ("spent", "cap", "reserved"))
    return f"money.{budget['name']}: ${spent:.2f} of ${cap:.2f} spent, ${held:.2f} reserved"


def symbol_list(document: Document, nothing: str = "no definition of that name") -> str:
    """``index find`` and ``index outline``."""
    lines = []
    for symbol in document["symbols"]:
        inside = symbol["qualified"].rpartition(".")[0]
        within = f"  (in {inside})" if inside else ""
        text = f"{symbol['path']}:{symbol['line']}  {symbol['kind']}  {symbol['signature']}{within}"
        lines.append(clean_line(text))
    if document.get("match") == "letters":
        lines.insert(0, f"{nothing}; these have its letters in order:")
    return _listing(lines, document, nothing)


def file_list(document: Document, nothing: str) -> str:
    """``index importers`` and ``index tests``."""
    lines = []
    for file in document["files"]:
        steps = file["steps"]
        way = "" if steps < 2 else f", in {steps} steps"
        lines.append(clean_line(f"{file['path']}  {file.get('why', 'imports it')}{way}"))
    return _listing(lines, document, nothing)


def use_list(document: Document) -> str:
    """``index callers``."""
    lines = []
    for use in document["uses"]:
        within = f"  (in {use['within']})" if use["within"] else ""
        lines.append(clean_line(f"{use['path']}:{use['line']}  {use['text']}{within}"))
    return _listing(lines, document, "no use of that name")


def match_list(document: Document) -> str:
    """``index search``."""
    found = document["matches"]
    lines = [clean_line(f"{hit['path']}:{hit['line']}  {hit['text'].strip()}") for hit in found]
    return _listing(lines, document, "no line matches")


def _listing(lines: Sequence[str], document: Document, nothing: str) -> str:
    cut = (f"cut: {clean_line(str(line))}" for line in document["cut"])
    return "\n".join([*(lines or [nothing]), *cut])


def context_list(document: Document) -> str:
    """``index context``."""
    rows = [
        (
            f"{file.get('score') or 0.0:.2f}",
            file["form"],
            str(file["tokens"]),
            clean_line(file["path"]),
            clean_line("; ".join(file["reasons"])),
        )
        for file in document["files"]
    ]
    table = _table(("SCORE", "FORM", "TOKENS", "PATH", "WHY"), rows) if rows else "no file is found"
    said = (f"earlier: {clean_line(each['text'])}" for each in document["earlier"])
    cut = (f"cut: {clean_line(str(line))}" for line in document["cut"])
    return "\n".join([table, *said, *_listed(document), *cut, _spent(document)])


def _listed(document: Document) -> Iterator[str]:
    if listing := document.get("listing"):
        files, tokens = listing["files"], listing["tokens"]
        yield f"listed: {listing.get('listed', files):,} of {files:,} paths, {tokens:,} tokens"


def _spent(document: Document) -> str:
    """What all of it costs, and by whose count."""
    costs = [*document["files"], *document["earlier"]]
    tokens = document.get("tokens", sum(each["tokens"] for each in costs))
    budget = document.get("budget")
    spent = f"{tokens:,} of {budget:,} tokens" if budget is not None else f"{tokens:,} tokens"
    return spent if document.get("tokens_by") == "model" else f"about {spent}, as estimated"


def choice_list(document: Document) -> str:
    """``index pin`` and ``index exclude``."""
    whose = f"task {document['task']}" if document["task"] else "all tasks"
    lines = [f"{name:<8}  {clean_line(path)}" for name in CHOICES for path in document[name]]
    told = ["the worker reads of it in its next turn"] if document["told"] else []
    return "\n".join([f"{whose}:", *(lines or ["nothing is chosen"]), *told])


def check_list(document: Document, columns: int = 0) -> str:
    """``doctor``.

    Args:
        columns: width of the terminal, at which what to do is wrapped; 0 = never.
    """
    checks = document["checks"]
    width = max(len(check["name"]) for check in checks)
    lines = []
    for check in checks:
        lines.append(
            f"{check['state']:<7}  {check['name']:<{width}}  {clean_line(check['detail'])}"
        )
        room = max(columns - width - 13, 30) if columns else 10_000
        hint = wrap(clean_line(check["hint"]), room, break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(hint):
            lines.append(f"{'':<7}  {'':<{width}}  {' ' if number else '→'} {line}")
    states = [check["state"] for check in checks]
    missing, warned = states.count("missing"), states.count("warn")
    told = [f"{missing} missing"] * bool(missing) + [f"{warned} to look at"] * bool(warned)
    return "\n".join([*lines, "", ", ".join(told) or "everything is there"])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _money(cost: float | None) -> str:
    return "?" if cost is None else f"${cost:.2f}"
