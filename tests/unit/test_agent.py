"""Agent definitions: what loads, and what is told about what does not."""

from __future__ import annotations

from importlib.resources import files

import pytest

from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.talk.agent import TOOLS, parse_definition

FOREIGN = """\
---
name: Data Worker
description: Moves data. Carefully
tools: ['Bash', 'Glob', 'Grep', 'Read', 'Write']
---

You move data.

## Maturity Level: D3
### Capabilities at this level:
- design_patterns

## Error Recovery
- Max correction attempts: 2
- Escalation: Create blocker for manual intervention
"""


def test_the_built_in_definition_has_the_tools_level_and_corrections_it_names() -> None:
    text = files("codeframe_tui.agents").joinpath("backend-worker.md").read_text("utf-8")
    agent = parse_definition(text, "built-in")
    assert (agent.name, agent.tools, agent.level) == ("Backend Worker", TOOLS, "D2")
    assert agent.max_corrections == 3
    assert '"explanation"' in agent.role


def test_a_definition_of_the_usual_form_loads_as_it_is() -> None:
    agent = parse_definition(FOREIGN.replace("\n", "\r\n"), "x.md", trusted=False)
    assert (agent.name, agent.description) == ("Data Worker", "Moves data. Carefully")
    assert (agent.level, agent.max_corrections, agent.trusted) == ("D3", 2, False)
    assert agent.role.startswith("You move data.")


def test_tools_may_be_a_comma_list_and_default_to_all() -> None:
    one = parse_definition("---\nname: a\ntools: Read, Grep\n---\nx", "x.md")
    assert one.tools == ("Read", "Grep")
    assert parse_definition("---\nname: a\n---\nx", "x.md").tools == TOOLS


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("no front matter", "x.md:1:", "begin with front matter"),
        ("---\nname: a\nnever closed", "x.md:1:", "not closed"),
        ("---\ndescription: d\n---\n", "x.md:1:", "`name` is missing"),
        ("---\nname: a\ntools: [Read, Fly]\n---\n", "x.md:3:", "unknown tool 'Fly'"),
        ("---\nname: a\ntools: 7\n---\n", "x.md:3:", "`tools` is not a list"),
        ("---\nname: a\nx: [1,\n---\n", "x.md:", "broken front matter"),
        ("---\n- a\n- b\n---\n", "x.md:1:", "not a list of"),
        (f"---\nname: a\nd: {'x' * 20_000}\n---\n", "x.md:1:", "longer than"),
        ("---\nname: a\n---\nrole\n## Maturity Level: D9\n", "x.md:5:", "'D9'"),
        ("---\nname: a\n---\n- Max correction attempts: many\n", "x.md:4:", "'many'"),
    ],
)
def test_a_broken_definition_is_refused_with_file_and_line(
    text: str, place: str, what: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        parse_definition(text, "x.md")
    assert caught.value.message.startswith(place)
    assert what in caught.value.message
