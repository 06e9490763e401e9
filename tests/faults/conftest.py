"""What these tests import of others is rewritten as there, whichever comes first."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.contract.store_suite")
