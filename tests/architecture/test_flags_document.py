"""What the documentation says of flags is what the rules do."""

from __future__ import annotations

from tests.architecture.flags import DOCUMENT, document


def test_the_document_of_flags_is_made_from_the_table() -> None:
    assert DOCUMENT.read_text() == document(), "run `make docs`"
