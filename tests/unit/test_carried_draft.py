"""What of a review stands on the next attempt."""

from __future__ import annotations

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.review.draft import Draft, carry

Lines = list[tuple[str, str]]


def hunk(k: int, start: int, lines: Lines) -> Hunk:
    old, new = (sum(sign in kept for sign, _ in lines) for kept in (" -", " +"))
    return Hunk(k, start, old, start, new, tuple(lines))


def diff(path: str, *hunks: Hunk, binary: bool = False, mode: str = "100644") -> FileDiff:
    return FileDiff(path, Action.MODIFY, "100644", mode, binary, hunks)


SWAP: Lines = [(" ", "x"), ("-", "a"), ("+", "b"), (" ", "y")]
GROW: Lines = [("+", "one"), ("+", "two")]
BEFORE = [
    diff("a.py", hunk(1, 1, SWAP), hunk(2, 20, GROW)),
    diff("b.py", hunk(1, 1, SWAP)),
    diff("c.bin", binary=True),
    diff("d.sh", mode="100755"),
]
REVIEW = Draft(
    accepted=Parts(("b.py", "c.bin", "d.sh"), (("a.py", 1),)),
    rejected=Parts(hunks=(("a.py", 2),)),
    seen=("a.py", "b.py", "c.bin"),
)


def test_all_of_an_equal_attempt_stands_but_what_cannot_be_compared() -> None:
    carried = carry(REVIEW, 1, BEFORE, BEFORE)
    assert carried.accepted == Parts(("b.py", "d.sh"), (("a.py", 1),))
    assert carried.rejected == Parts(hunks=(("a.py", 2),))
    assert carried.seen == ("a.py", "b.py")
    assert carried.since == {"a.py": 1, "b.py": 1, "d.sh": 1}
    assert not carried.is_reviewed


def test_a_hunk_stands_where_its_change_is_the_same_wherever_it_is_now() -> None:
    after = [diff("a.py", hunk(1, 1, GROW), hunk(2, 9, [("-", "new")]), hunk(3, 40, SWAP))]
    carried = carry(REVIEW, 1, BEFORE, after)
    assert carried.accepted == Parts(hunks=(("a.py", 3),))
    assert carried.rejected == Parts(hunks=(("a.py", 1),))
    assert carried.seen == ()


def test_of_an_accepted_file_that_changed_the_unchanged_hunks_stand() -> None:
    after = [diff("b.py", hunk(1, 1, GROW), hunk(2, 9, SWAP)), diff("d.sh")]
    assert carry(REVIEW, 1, BEFORE, after).accepted == Parts(hunks=(("b.py", 2),))


def test_the_same_lines_at_another_place_are_another_change() -> None:
    here: Lines = [(" ", "def pay():"), ("-", "    check()"), (" ", "    send()")]
    there: Lines = [(" ", "def show():"), ("-", "    check()"), (" ", "    draw()")]
    before = [diff("a.py", hunk(1, 1, here)), diff("b.py", hunk(1, 1, [("-", "x")]))]
    draft = Draft(accepted=Parts(("a.py",)), seen=("a.py",))
    assert not carry(draft, 1, before, [diff("a.py", hunk(1, 50, there))])
    moved = [diff("a.py", hunk(1, 50, there), hunk(2, 80, here))]
    assert carry(draft, 1, before, moved).accepted == Parts(hunks=(("a.py", 2),))
    half: Lines = [(" ", "def pay():"), ("-", "    check()"), (" ", "    post()")]
    assert carry(draft, 1, before, [diff("a.py", hunk(1, 9, half))]).accepted.files == ("a.py",)


def test_another_mode_is_another_change() -> None:
    draft = Draft(accepted=Parts(("d.sh",)))
    assert not carry(draft, 1, BEFORE, [diff("d.sh")])


def test_line_ranges_move_with_their_hunk() -> None:
    draft = Draft(accepted=Parts(lines=(("a.py", 20, 20), ("a.py", 2, 2))))
    more_context = [(" ", "w"), *SWAP]
    after = [diff("a.py", hunk(1, 5, more_context), hunk(2, 30, GROW))]
    assert carry(draft, 1, BEFORE, after).accepted.lines == (("a.py", 7, 7), ("a.py", 30, 30))


def test_marks_keep_the_attempt_they_were_made_on() -> None:
    once = carry(REVIEW, 1, BEFORE, BEFORE)
    assert carry(once, 2, BEFORE, BEFORE).since["a.py"] == 1


def test_a_draft_comes_back_as_it_went() -> None:
    draft = Draft(Parts(("a",), (("b", 1),), (("c", 1, 2),)), Parts(("d",)), ("e",), {"a": 1}, True)
    assert Draft.of(draft.document) == draft
