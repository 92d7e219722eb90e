"""What a cell of a table may hold."""

from __future__ import annotations

import pandas as pd
import pytest

from shelter_geo.study.tables.columns import IS_DAY


@pytest.mark.parametrize(
    ("cell", "is_day"),
    [
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("2025-11", True),
        ("2025-13", False),
        ("2012", True),
        ("0000", False),
        ("12", False),
        ("2012-1-1", False),
        ("2012-01-01T00:00", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_day_a_month_or_a_year_of_the_calendar(cell: str, is_day: bool) -> None:
    assert IS_DAY.test(pd.Series([cell])).tolist() == [is_day]
