"""Sources of the bundled data: none leads to a page that prints where a shelter is."""

from __future__ import annotations

import csv
import re

import pytest

from shelter_geo.study.load import bundled_study

DATA = bundled_study().parent
TABLES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.csv"))
LINK = re.compile(r"(?:https?:|www\.)|\b[\w-]+\.(?:az|com|org|net|gov|info|ru|tr)/", re.IGNORECASE)
OF_A_HOUSE = re.compile(r"no link|state institution|state DV department|refuge in", re.IGNORECASE)
"""What such rows speak of."""


def rows(table: str) -> list[dict[str, str]]:
    with (DATA / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLES)
def test_what_is_said_of_one_house_has_a_title_and_a_day_and_no_link(table: str) -> None:
    for row in rows(table):
        text = " | ".join(str(cell) for cell in row.values())
        assert not (OF_A_HOUSE.search(text) and LINK.search(text)), text


def test_the_test_sees_a_link() -> None:
    assert LINK.search("services.example.org/page?x=1")
    assert LINK.search("Notice of 29 July 2020 (no link)") is None
    assert any("no link" in row["source"] for row in rows("standards.csv"))
