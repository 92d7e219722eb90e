"""Names across scripts and spellings: equal ones are matched, others are put to the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.errors import TableError
from shelter_geo.start.names import (
    folded,
    likeness,
    made_keys,
    match_names,
    name_in,
    read_decisions,
    resemblance,
    write_decisions,
)
from shelter_geo.study import is_key


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Şəki", "seki"),
        ("Тбилиси", "tbilisi"),
        ("თბილისი", "tbilisi"),
        ("Saint-Élie (Sud)", "saint elie sud"),
        ("  ", ""),
        ("Ｆｕｌｌ", "full"),
    ],
)
def test_names_are_folded(name: str, plain: str) -> None:
    assert folded(name) == plain


def test_likeness_is_that_of_the_matching_blocks() -> None:
    # "seki" and "sheki" share s and eki: 2 * 4 of 9 letters.
    assert likeness("seki", "sheki") == pytest.approx(8 / 9)
    assert likeness("seki", "sheki") == likeness("sheki", "seki")


def test_consonants_alone_may_tell() -> None:
    assert resemblance("tartar", "terter") == 1
    assert resemblance("baku", "boka") == likeness("baku", "boka") < 1


@given(st.lists(st.text(max_size=8), max_size=12))
def test_made_keys_are_keys_and_all_different(names: list[str]) -> None:
    keys = list(made_keys(names))
    assert len(set(keys)) == len(names)
    assert all(map(is_key, keys))


def test_names_in_a_language_are_found_as_three_makers_write_them() -> None:
    for column in ("name:ka", "name_ka", "ADM2_KA"):
        assert name_in(["id", "name", column], "ka") == column
    assert name_in(["name", "name:kab"], "ka") is None


def test_equal_names_are_matched_with_or_without_common_words() -> None:
    districts = {"a": ["Şəki"], "b": ["Upper Vale"], "c": ["Quba", "Куба"], "d": ["Coast"]}
    rows = {2: "Seki rayonu", 3: "Upper Vale rayonu", 4: "Куба rayonu", 5: "Coats rayonu"}
    found = match_names(rows, districts)
    assert found.matched == {2: "a", 3: "b", 4: "c"}
    assert found.without_row == ("d",)
    (doubt,) = found.open_rows
    assert (doubt.row, doubt.name, doubt.districts[0][:2]) == (5, "Coats rayonu", ("d", "Coast"))


def test_names_that_are_merely_alike_are_never_matched() -> None:
    rows, districts = (
        {2: "North Vale", 3: "East Riding"},
        {"s": ["South Vale"], "w": ["West Riding"]},
    )
    assert match_names(rows, districts).matched == {}


def test_a_name_that_two_have_is_matched_to_neither() -> None:
    two_rows = match_names({2: "Vale", 3: "Vale"}, {"a": ["Vale"]})
    two_districts = match_names({2: "Vale"}, {"a": ["Vale"], "b": ["VALE"]})
    assert two_rows.matched == two_districts.matched == {}
    assert [entry.row for entry in two_rows.open_rows] == [2, 3]


@given(st.permutations(["Şəki", "Quba", "Bakı", "Gəncə", "Xızı"]))
def test_the_order_of_rows_decides_nothing(names: list[str]) -> None:
    keys = {"Şəki": "1", "Quba": "2", "Bakı": "3", "Gəncə": "4", "Xızı": "5"}
    rows = dict(enumerate(names, start=2))
    found = match_names(rows, {key: [folded(name)] for name, key in keys.items()})
    assert {rows[row]: key for row, key in found.matched.items()} == keys


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    found = match_names({2: "Coats", 3: "Total"}, {"c": ["Coast"], "d": ["Isle"]})
    path = tmp_path / "names.csv"
    path.write_text(write_decisions(found.open_rows), encoding="utf-8")
    return path


def _decide(path: Path, *words: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    filled = [line + word for line, word in zip(lines[1:], words, strict=True)]
    path.write_text("\n".join([lines[0], *filled]), encoding="utf-8")


ROWS = {2: "Coats", 3: "Total"}


def test_nothing_is_decided_before_the_user_has(decisions: Path) -> None:
    assert read_decisions(decisions, ROWS, ["c", "d"]) == {}


@pytest.mark.parametrize(
    ("words", "decided"),
    [
        (("yes", "none"), {2: "c", 3: None}),
        (("d", ""), {2: "d"}),
        (("YES", "None"), {2: "c", 3: None}),
    ],
)
def test_decisions_are_read(decisions: Path, words: tuple[str, str], decided: dict) -> None:
    _decide(decisions, *words)
    assert read_decisions(decisions, ROWS, ["c", "d"]) == decided


def test_every_fault_of_decisions_is_named(decisions: Path) -> None:
    _decide(decisions, "x", "none")
    with pytest.raises(TableError) as error:
        read_decisions(decisions, {2: "Coats", 3: "Sum"}, ["c", "d"])
    assert [fault.row for fault in error.value.faults] == [2, 3]
    decisions.write_text("row,name,proposal,proposed_name,likeness,others\n", encoding="utf-8")
    with pytest.raises(TableError, match="column decision"):
        read_decisions(decisions, ROWS, ["c"])
    with pytest.raises(TableError, match="no such file"):
        read_decisions(decisions.with_name("other.csv"), ROWS, ["c"])
