"""What every implementation of the service must do: all suites, to be imported with a star."""

import pytest

pytest.register_assert_rewrite(
    "tests.contract.acknowledgement_suite",
    "tests.contract.activity_suite",
    "tests.contract.diff_suite",
    "tests.contract.evidence_suite",
    "tests.contract.hand_suite",
    "tests.contract.index_suite",
    "tests.contract.queue_suite",
    "tests.contract.review_suite",
    "tests.contract.service_suite",
    "tests.contract.trust_suite",
)

from tests.contract.acknowledgement_suite import *  # noqa: E402, F403 - a suite is its functions
from tests.contract.activity_suite import *  # noqa: E402, F403
from tests.contract.diff_suite import *  # noqa: E402, F403
from tests.contract.evidence_suite import *  # noqa: E402, F403
from tests.contract.hand_suite import *  # noqa: E402, F403
from tests.contract.index_suite import *  # noqa: E402, F403
from tests.contract.queue_suite import *  # noqa: E402, F403
from tests.contract.review_suite import *  # noqa: E402, F403
from tests.contract.service_suite import *  # noqa: E402, F403
from tests.contract.trust_suite import *  # noqa: E402, F403
