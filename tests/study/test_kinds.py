"""Kinds of facility: what a study declares, what its table says, and the study of one kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.study_copy import SHELTERS, StudyCopy
from helpers.two_kinds import CENTRE, EMPTY, PEOPLE, TOWNS, two_kinds
from pydantic import ValidationError

from shelter_geo.errors import StudyError, TableError
from shelter_geo.study.kinds import SHELTER, Kind, KindNorm
from shelter_geo.study.kinds import SHELTERS as THE_SHELTERS
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study


@pytest.fixture
def copy(tmp_path: Path) -> StudyCopy:
    return two_kinds(tmp_path / "study")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(two_kinds(tmp_path_factory.mktemp("kinds") / "study").file)


def test_a_study_that_declares_none_has_shelters_alone(tmp_path: Path) -> None:
    plain = load_study(small_study(tmp_path / "study").file)
    assert plain.kinds == (THE_SHELTERS,)
    assert plain.kind.id == SHELTER
    assert set(plain.shelters["kind"]) == {SHELTER}
    assert plain.others is None
    assert {"kinds", "calendar"}.isdisjoint(plain.settings.model_dump())


def test_the_bundled_study_knows_of_no_facility_but_shelters() -> None:
    bundled = load_study()
    kinds = [kind.id for kind in bundled.kinds]
    assert kinds == [SHELTER, "rape-crisis-centre", "forensic-examination"]
    assert bundled.others is None
    assert [window.hours for window in bundled.kinds[2].windows] == [24, 72, 120]


def test_a_study_is_of_its_first_kind(study: Study) -> None:
    assert study.kind.id == SHELTER
    bundled = load_study()
    assert set(study.shelters.index) == set(bundled.shelters.index)
    assert study.settings.capacity == bundled.settings.capacity


def test_another_kind_has_its_own_facilities_and_norm(study: Study) -> None:
    centres = study.of_kind(CENTRE)
    assert dict(centres.shelters["settlement_id"]) == TOWNS
    capacity = centres.settings.capacity
    assert capacity.people_per_family_place == PEOPLE
    assert [reading.persons_per_family_place for reading in capacity.readings] == [1.0]
    assert capacity.demand is None
    assert centres.settings.claims == ()
    assert centres.settings.capacity.norms == ()


def test_facilities_that_a_norm_counts_whole_have_one_place_each(study: Study) -> None:
    assert study.of_kind(CENTRE).shelters["places"].tolist() == [1, 1]


def test_the_way_back_leads_to_the_same_shelters(study: Study) -> None:
    back = study.of_kind(CENTRE).of_kind(EMPTY).of_kind(SHELTER)
    assert back.shelters.equals(study.shelters)
    assert back.settings == study.settings


def test_a_declared_kind_may_have_no_facility(study: Study) -> None:
    assert study.of_kind(EMPTY).shelters.empty
    assert study.of_kind(EMPTY).settings.capacity.people_per_family_place == 5000


def test_the_kinds_of_a_study_are_named_where_one_is_not_known(study: Study) -> None:
    with pytest.raises(StudyError, match=f"refuge. Choose one of: shelter, {CENTRE}, {EMPTY}"):
        study.of_kind("refuge")


def test_claims_and_assumptions_may_name_a_kind(copy: StudyCopy) -> None:
    copy.change(
        "published/claims.csv",
        lambda row: row.update(kind=CENTRE if row["claim_id"] == "two-cities" else ""),
    )
    copy.replace("study.toml", 'id = "places-split"', 'id = "places-split"\nkind = "shelter"')
    study = load_study(copy.file)
    centres = study.of_kind(CENTRE)
    assert [claim.id for claim in centres.settings.claims] == ["two-cities"]
    assert "two-cities" not in [claim.id for claim in study.settings.claims]
    told = [{entry.id for entry in of.settings.assumptions} for of in (study, centres)]
    assert told[0] - told[1] == {"places-split"}


def test_a_kind_that_no_study_declares_is_a_fault(copy: StudyCopy) -> None:
    copy.set_cell(SHELTERS, 2, "kind", "refuge")
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.value) == (
        "shelters.csv", 2, "kind", "refuge",
    )  # fmt: skip
    assert "[[kinds]]" in fault.remedy


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (f'id = "{EMPTY}"', f'id = "{CENTRE}"', "kinds have the same id twice"),
        ('plural = "day centres"\n', "", "give the name of the kind"),
        ("people_per_place = 5000, ", "", "give people_per_place or people_per_facility"),
        (
            "people_per_place = 5000, ",
            "people_per_place = 5, people_per_facility = 5, ",
            "not both",
        ),
        ("people_per_place = 5000", "people_per_place = 0", "greater than 0"),
        ('norm = { people_per_place = 5000, source = "invented" }', "", f"kinds {EMPTY}: give"),
        ('colour = "#0b6e4f"', 'colour = "green"', "colour"),
        ('colour = "#0b6e4f"', 'colour = "#ffd400"', "contrast 3 to 1"),
        ('id = "places-split"', 'id = "places-split"\nkind = "refuge"', "is of the kind refuge"),
        (f'id = "{EMPTY}"', 'id = "Day centre"', "small letters"),
    ],
)
def test_impossible_kinds_are_refused(copy: StudyCopy, old: str, new: str, words: str) -> None:
    copy.replace("study.toml", old, new)
    with pytest.raises(StudyError, match=words):
        load_study(copy.file)


def test_a_standard_of_a_kind_must_be_in_the_table(copy: StudyCopy) -> None:
    copy.replace("study.toml", 'standard = "RCC-EIGE"', 'standard = "RCC-EIGHT"')
    with pytest.raises(TableError, match=r"kinds\.norm\.standard"):
        load_study(copy.file)


def test_a_kind_without_words_is_shelters_only() -> None:
    with pytest.raises(ValidationError, match="give the name"):
        Kind(id="refuge", norm=KindNorm(people_per_place=10, source="x"))
