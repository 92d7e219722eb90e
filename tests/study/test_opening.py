"""Opening hours: what can be counted, holidays and closures, and what is said of the rest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from helpers.small_study import small_study
from pydantic import ValidationError

from shelter_geo.errors import StudyError, TableError
from shelter_geo.study import MS_PER_DAY, MS_PER_HOUR, Calendar, Closure, Window, open_spans
from shelter_geo.study.load import load_study
from shelter_geo.study.opening import are_hours

MONDAY = dt.date(2026, 3, 16)
NO_DAYS = Calendar()
SPRING = Closure(
    id="spring",
    first=dt.date(2026, 3, 18),
    last=dt.date(2026, 3, 19),
    name="spring",
    source="invented",
)


def in_hours(hours: str, calendar: Calendar = NO_DAYS, days: int = 7) -> list[list[int]]:
    spans = open_spans(hours, calendar, MONDAY, days)
    assert (spans % MS_PER_HOUR == 0).all()
    return (spans // MS_PER_HOUR).tolist()


def test_spans_of_a_week() -> None:
    offices = [[24 * day + 9, 24 * day + 18] for day in range(5)]
    assert in_hours("Mo-Fr 09:00-18:00") == offices
    assert in_hours("24/7") == [[0, 168]]
    assert in_hours("Mo 22:00-06:00") == [[22, 30]]
    assert in_hours("off") == []
    assert in_hours("Mo-Fr 09:00-13:00,14:00-18:00", days=1) == [[9, 13], [14, 18]]


def test_a_night_that_began_before_is_open_until_it_ends() -> None:
    assert in_hours("Su 22:00-06:00", days=1) == [[0, 6]]


def test_listed_holidays_and_closures_follow_the_rule_on_holidays() -> None:
    tuesday = Calendar(holidays=(dt.date(2026, 3, 17),), closed=(SPRING,), source="invented")
    assert in_hours("Mo-Fr 09:00-18:00; PH off", tuesday) == [[9, 18], [105, 114]]
    late = in_hours("Mo-Fr 09:00-18:00; PH 10:00-12:00", tuesday)
    assert late == [[9, 18], [34, 36], [58, 60], [82, 84], [105, 114]]
    assert in_hours("24/7", tuesday) == [[0, 168]]


def test_holidays_of_a_country() -> None:
    easter = open_spans("Mo-Fr 09:00-18:00; PH off", Calendar(country="DE"), dt.date(2026, 4, 3), 4)
    assert len(easter) == 0  # Good Friday to Easter Monday
    plain = open_spans("Mo-Fr 09:00-18:00", Calendar(country="DE"), dt.date(2026, 4, 3), 4)
    assert (plain // MS_PER_HOUR).tolist() == [[9, 18], [81, 90]]


def test_days_are_as_long_as_a_day_whatever_clocks_do() -> None:
    year = open_spans("24/7", NO_DAYS, dt.date(2026, 1, 1), 365)
    assert year.tolist() == [[0, 365 * MS_PER_DAY]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "by appointment",
        'Mo-Fr 09:00-18:00 "ring twice"',
        "Mo-Fr 09:00-18:00 unknown",
        "sunrise-sunset",
        "SH 10:00-12:00",
        "Mo-Fr,PH 09:00-18:00",
        "PH +1 day off",
        "Mo-Fr 09:00-18:00 || off",
        "Mo " * 200,
    ],
)
def test_what_cannot_be_counted(text: str) -> None:
    assert not are_hours(text)
    with pytest.raises(StudyError, match="cannot be counted"):
        open_spans(text, NO_DAYS, MONDAY, 7)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"country": "XX"}, "the public holidays of XX are not known here"),
        ({"country": "DE", "holidays": (MONDAY,), "source": "x"}, "not both"),
        ({"holidays": (MONDAY,)}, "say who lists the holidays"),
    ],
)
def test_calendars_that_make_no_sense(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Calendar(**given)


def test_a_closure_ends_after_it_begins_and_a_window_has_an_end() -> None:
    with pytest.raises(ValidationError, match="last day is before the first"):
        SPRING.model_validate(SPRING.model_dump() | {"last": dt.date(2026, 3, 1)})
    with pytest.raises(ValidationError):
        Window(hours=0, name="never", source="invented")


def with_hours(folder: Path, hours: str) -> Path:
    copy = small_study(folder)
    copy.change("shelters.csv", lambda row: row.update(hours=hours))
    return copy.file


def test_faults_of_a_table_name_the_row_and_no_text_of_a_shelter(tmp_path: Path) -> None:
    secret = "ring before the evening"
    with pytest.raises(TableError) as raised:
        load_study(with_hours(tmp_path / "study", secret))
    said = str(raised.value)
    assert "shelters.csv" in said
    assert "hours" in said
    assert "is not opening hours that can be counted" in said
    assert secret not in said


def test_holidays_in_hours_need_a_calendar(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="the study gives none"):
        load_study(with_hours(tmp_path / "study", "Mo-Fr 09:00-18:00; PH off"))
    assert load_study(with_hours(tmp_path / "other", "24/7")).shelters["hours"].tolist() == ["24/7"]
