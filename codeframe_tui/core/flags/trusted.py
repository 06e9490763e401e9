"""Files that a person trusts as they are: whoever changes one ends that trust."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag

__all__ = ["with_trusted"]

_RULE = "agent_rules"


def with_trusted(
    flags: Iterable[Flag], changed: Iterable[str], trusted: Collection[str]
) -> Iterator[Flag]:
    """The flags; those of trusted files say what becomes of the trust.

    Args:
        changed: paths of the proposal.
        trusted: paths, of which another spelling may be the same file.
    """
    known = {path.casefold() for path in trusted}
    ending = {path for path in changed if path.casefold() in known}
    yield from (each for each in flags if each.rule != _RULE or each.path not in ending)
    for path in sorted(ending):
        yield flag(_RULE, path, None, "changes a file that you trust; applied, it is not any more")
