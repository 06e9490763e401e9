"""``docs/flags.md`` from the table of rules. ``python -m tests.architecture.flags`` writes it."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.core.flags import RULES
from codeframe_tui.core.flags.table import BENDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "flags.md"
HEAD = """\
# Flags

Made from `codeframe_tui/core/flags/table.py` by `make docs`. Every proposal is looked at by these
rules, whatever the verdict of its tests. With a red flag no policy applies it: a person decides.
So it is with {bends}: they say
that an existing test, or what it is given, says something else now, and only a person can know
whether the behaviour was to change.
Python is compared by its syntax, so that renamed, moved, split or parametrised tests are not taken
for lost ones; other languages are looked at by their text. What goes wrong without
each rule is in `docs/guards.md`.

Rules of your own, and amber rules that are red for you, go into your `config.toml`; files of a
repository cannot change them, and nothing can make a rule milder:

```toml
[flags]
red = ["migration"]

[[flags.rules]]
rule = "billing"
severity = "red"
paths = ["billing/**"]
message = "changes what customers pay"

[[flags.rules]]
rule = "float_money"
text = 'float\\(.*price'
message = "prices are integers here"
```
"""


def document() -> str:
    """One row a rule, as Markdown."""
    rows = ["\n| flag | rule | what is the case | why you should care |", "|---|---|---|---|"]
    rows += [f"| {r.severity} | `{r.id}` | {r.what} | {r.why} |" for r in RULES.values()]
    bends = [f"`{name}`" for name in RULES if name in BENDS]
    told = f"{', '.join(bends[:-1])} and {bends[-1]}"
    return HEAD.replace("{bends}", told) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
