"""What the documentation says of keys is what the program does."""

from __future__ import annotations

from tests.architecture.keys import DOCUMENT, document


def test_the_document_of_keys_is_made_from_the_keymap() -> None:
    assert DOCUMENT.read_text() == document(), "run `make docs`"
