"""A bounded memory that several threads fill."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

from codeframe_tui.worker.kept import Kept


class Key(str):
    """Lets others go on while it is looked up."""

    __slots__ = ("meanwhile",)
    meanwhile: Callable[[], None] | None

    def __hash__(self) -> int:
        meanwhile, self.meanwhile = getattr(self, "meanwhile", None), None
        if meanwhile is not None:
            meanwhile()
        return super().__hash__()


def test_two_threads_that_drop_the_oldest_at_once_leave_the_newest() -> None:
    kept: Kept[str, int] = Kept(1)
    oldest = Key("oldest")
    kept.keep(oldest, 1)
    with ThreadPoolExecutor(1) as pool:

        def other() -> None:
            wait([pool.submit(kept.keep, "newest", 3)], timeout=0.2)

        oldest.meanwhile = other
        kept.keep("new", 2)
    assert [kept.get(key) for key in ("oldest", "new", "newest")] == [None, None, 3]
