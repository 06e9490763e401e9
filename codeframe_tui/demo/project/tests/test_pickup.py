from datetime import date, datetime

import pytest

from parcels.pickup import pickup_day

FRIDAY, MONDAY, TUESDAY = date(2026, 5, 8), date(2026, 5, 11), date(2026, 5, 12)


@pytest.mark.parametrize(
    ("ordered", "collected"),
    [
        (datetime(2026, 5, 7, 9, 0), FRIDAY),
        (datetime(2026, 5, 8, 15, 0), MONDAY),
        (datetime(2026, 5, 8, 15, 1), TUESDAY),
        (datetime(2026, 5, 9, 23, 0), MONDAY),
    ],
)
def test_orders_are_collected_on_working_days(ordered, collected):
    assert pickup_day(ordered) == collected


def test_holidays_are_no_working_days():
    assert pickup_day(datetime(2026, 5, 8, 9, 0), holidays={MONDAY}) == TUESDAY
