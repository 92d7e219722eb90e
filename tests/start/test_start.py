"""Studies of invented countries, begun from the files that an analyst has."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import shapely
from helpers.invented_country import SIDE, Country
from helpers.road_toys import GEOD, write_pbf
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from shelter_geo.analysis import evaluate
from shelter_geo.cli.main import app
from shelter_geo.errors import OutputError, StudyError, TableError
from shelter_geo.start import DECISIONS, Started, StartInputs, start_study
from shelter_geo.start.study_files import template
from shelter_geo.study import StudySettings, load_study, people_unknown
from shelter_geo.study.settings import read_settings

DAY = dt.date(2026, 1, 1)


def inputs_of(folder: Path, **more: object) -> StartInputs:
    files = {
        "name": "Valeland",
        "boundaries": folder / "borders.geojson",
        "as_of": DAY,
        "roads": folder / "country.osm.pbf",
        "population": folder / "people.csv",
    }
    return StartInputs(**{**files, **more})


def start(tmp_path: Path, country: Country | None = None, **more: object) -> Started:
    files = (country or Country()).write(tmp_path / "files")
    return start_study(tmp_path / "study", inputs_of(files, **more))


def shelters(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shelters.csv"
    path.write_text(text, encoding="utf-8")
    return path


def table(tmp_path: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(tmp_path / "study" / name, dtype=str, keep_default_na=False)


def test_distances_are_those_of_the_roads(tmp_path: Path):
    where = shelters(tmp_path, "settlement,places\nQuayside,12\n")
    start(tmp_path, shelters=where)
    country = Country()
    lon, lat = zip(*(country.town(number) for number in range(4)), strict=True)
    leg = [GEOD.line_length(lon[k : k + 2], lat[k : k + 2]) / 1000 for k in range(3)]
    found = evaluate(load_study(tmp_path / "study")).districts["distance_km"]
    assert found["upper-vale"] == pytest.approx(leg[0] + leg[1], abs=0.01)
    assert found["lower-vale"] == pytest.approx(leg[1], abs=0.01)
    assert found["coast"] == 0
    assert found["moorland"] == pytest.approx(leg[2], abs=0.01)


def test_every_part_of_the_study_is_there(tmp_path: Path):
    made = start(tmp_path, women_share=0.51)
    assert made.counts == {
        "districts": 4,
        "settlements": 8,
        "rows of shelters": 0,
        "roads": made.counts["roads"],
    }
    assert made.people == 300_000
    districts = table(tmp_path, "districts.csv")
    assert districts["district_id"].tolist() == ["coast", "lower-vale", "moorland", "upper-vale"]
    assert districts["centre"].tolist() == ["Quayside", "Fordham", "Moorend", "Highmill"]
    assert districts["women"].tolist() == ["61200", "45900", "15300", "30600"]
    settlements = table(tmp_path, "settlements.csv").set_index("settlement_id")
    assert settlements.loc["n11", "district_id"] == "upper-vale"
    assert settlements.loc[["n1", "n11"], "population_listed"].tolist() == ["10000", "1000"]
    assert table(tmp_path, "shelters.csv").empty
    study = load_study(tmp_path / "study")
    assert study.settings.study.id == "valeland"
    assert study.settings.claims == ()
    readme = (tmp_path / "study" / "README.md").read_text(encoding="utf-8")
    assert all(step in readme for step in made.steps)
    assert f"shelter-geo validate {tmp_path / 'study'}" in made.steps


def test_the_same_files_give_the_same_bytes(tmp_path: Path):
    start(tmp_path)
    files = inputs_of(tmp_path / "files")
    (tmp_path / "again").mkdir()
    start_study(tmp_path / "again" / "study", files)
    one, two = tmp_path / "study", tmp_path / "again" / "study"
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    for name in names:
        if name.name != "README.md":  # which names the folder
            assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_nothing_of_another_country_stands_in_it(tmp_path: Path):
    start(tmp_path)
    document = tomllib.loads((tmp_path / "study" / "study.toml").read_text(encoding="utf-8"))
    assert not {"claims", "statistics", "norms"} & (set(document) | set(document["tables"]))
    assert "norms" not in document["capacity"]
    assert "demand" not in document["capacity"]
    text = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "study").glob("*.*[vdl]"))
    assert not re.search(r"Azer|Azər|Baku|Bakı|Ganja|Caspian|rayon", text)


def uncommented(text: str) -> str:
    """Take the marks off the settings that may be added."""
    return re.sub(r"^# (?=\[|[a-z_0-9]+ = )", "", text, flags=re.M)


def test_every_optional_key_is_explained_and_holds(tmp_path: Path):
    start(tmp_path)
    file = tmp_path / "study" / "study.toml"
    text = uncommented(file.read_text(encoding="utf-8"))
    text = text.replace('measure = "travel_km"', 'measure = "cases_a_year"')
    whole = tmp_path / "whole.toml"
    whole.write_text(text, encoding="utf-8")
    loaded = read_settings(whole)
    unsaid = [
        path
        for path in _unsaid(StudySettings, tomllib.loads(text))
        if path.split(".")[-1] not in text and path != "roads.links"
    ]
    assert unsaid == []
    assert loaded.capacity.demand is not None


def _unsaid(model: type, said: object, where: str = "") -> list[str]:
    """List the fields of a model that a document does not set anywhere."""
    entries = said if isinstance(said, list) else [said]
    lacking = []
    for name, information in model.model_fields.items():
        values = [entry[name] for entry in entries if isinstance(entry, dict) and name in entry]
        if not values:
            lacking.append(f"{where}{name}")
            continue
        flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
        for inner in _models(information.annotation):
            lacking += _unsaid(inner, flat, f"{where}{name}.")
    return lacking


def _models(annotation: object) -> list[type]:
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models(part)]


def test_names_in_doubt_are_put_to_the_user_and_then_taken(tmp_path: Path):
    files = Country().write(tmp_path / "files")
    rows = "district;inhabitants\nUpper Vale;60 000\nLwr Vale;90 000\nCoats;120 000\nAll;270 000\n"
    people = tmp_path / "people.csv"
    people.write_text(rows.replace(";", ","), encoding="utf-8")
    given_files = inputs_of(files, population=people)
    made = start_study(tmp_path / "study", given_files)
    assert made.in_doubt == 3
    assert [path.name for path in (tmp_path / "study").iterdir()] == [DECISIONS]
    path = tmp_path / "study" / DECISIONS
    doubts = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert doubts["name"].tolist() == ["Lwr Vale", "Coats", "All"]
    assert doubts["proposal"].tolist()[:2] == ["lower-vale", "coast"]
    doubts["decision"] = ["yes", "coast", "none"]
    doubts.to_csv(path, index=False)
    made = start_study(tmp_path / "study", given_files)
    assert made.in_doubt == 0
    assert (tmp_path / "study" / DECISIONS).is_file()
    record = table(tmp_path, "population-matches.csv").set_index("name")
    assert record.loc["Lwr Vale", "matched_by"] == "decided"
    assert record.loc["Upper Vale", "matched_by"] == "name"


def test_without_an_extract_centres_stand_in_and_roads_are_to_come(tmp_path: Path):
    made = start(tmp_path, roads=None)
    assert made.counts["settlements"] == 4
    assert made.counts["roads"] == 0
    loaded = load_study(tmp_path / "study")
    assert not evaluate(loaded).districts["reachable"].any()
    assert any("roads" in step for step in made.steps)


def test_a_folder_with_files_is_refused_and_untouched(tmp_path: Path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not empty"):
        start(tmp_path)
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["mine.txt"]


def test_what_fails_leaves_nothing(tmp_path: Path):
    files = Country().write(tmp_path / "files")
    write_pbf(
        files / "country.osm.pbf", {1: (-29.8, 40.2)}, [], {1: {"place": "town", "name": "T"}}
    )
    with pytest.raises(TableError, match="no road"):
        start_study(tmp_path / "study", inputs_of(files))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "name of the study is empty"),
        ({"languages": ("english!",)}, "english! is no code of a language"),
        ({"languages": ("en", "en")}, "names a language twice"),
        ({"women_share": 51.0}, "between 0 and 1"),
        ({"boundaries": Path("nowhere.gpkg")}, "nowhere.gpkg: there is no such file"),
    ],
)
def test_impossible_wishes_are_refused(tmp_path: Path, changes: dict, message: str):
    with pytest.raises(StudyError, match=re.escape(message)):
        start(tmp_path, **changes)


def test_all_impossible_wishes_are_named_together(tmp_path: Path):
    with pytest.raises(StudyError) as error:
        start(tmp_path, name="", women_share=2.0, roads=Path("x.pbf"))
    assert len(str(error.value).splitlines()) == 3


def test_faults_of_every_input_are_told_at_once(tmp_path: Path):
    files = Country().write(tmp_path / "files")
    (files / "country.osm.pbf").write_text("<html>Busy</html>", encoding="utf-8")
    (files / "people.csv").write_text("name,people\nHigh,a\nHigh,b,c\n", encoding="utf-8")
    where = shelters(tmp_path, "settlement,places\nQuayside,many\n")
    for spoilt in (False, True):
        if spoilt:
            (files / "borders.geojson").write_text("{}", encoding="utf-8")
        with pytest.raises(TableError) as error:
            start_study(tmp_path / "study", inputs_of(files, shelters=where))
        named = {fault.file for fault in error.value.faults}
        expected = {"country.osm.pbf", "people.csv"}
        assert named >= expected | ({"borders.geojson"} if spoilt else set())
        assert str(error.value).count("Busy") == 0
    assert not (tmp_path / "study").exists()


def test_a_grid_is_looked_at_where_the_boundaries_are_faulty_too(tmp_path: Path):
    files = Country().write(tmp_path / "files")
    (files / "borders.geojson").write_text("{}", encoding="utf-8")
    (files / "people.tif").write_text("no grid", encoding="utf-8")
    with pytest.raises(TableError) as error:
        start_study(tmp_path / "study", inputs_of(files, population=files / "people.tif"))
    assert [fault.file for fault in error.value.faults] == ["borders.geojson", "people.tif"]


def test_a_district_without_a_row_of_people_is_a_study_with_a_gap(tmp_path: Path):
    files = Country().write(tmp_path / "files")
    rows = (files / "people.csv").read_text(encoding="utf-8").splitlines()
    (files / "people.csv").write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")
    start_study(tmp_path / "study", inputs_of(files))
    unknown = people_unknown(load_study(tmp_path / "study").districts)
    assert unknown.sum() == 1


def test_people_of_nobody_are_refused(tmp_path: Path):
    with pytest.raises(TableError, match="--population"):
        start(tmp_path, population=None)


# --- countries of many kinds

SCRIPTS = ("North", "ჩრდილო", "الشمال", "উত্তর", "ሰሜን", "北方", "မြောက်", "Şimal", "Ὑπέρ")
countries = st.builds(
    Country,
    west=st.sampled_from([-30.0, 179.3, -179.9, 0.0, 100.0]),
    south=st.sampled_from([-45.0, -0.25, 40.0, 67.0]),
    names=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=4, unique=True).map(tuple),
    island=st.booleans(),
    exclave=st.booleans(),
)


@settings(max_examples=8, phases=[Phase.generate])
@given(country=countries, has_shelter=st.booleans())
def test_any_country_can_be_begun_and_computed(
    tmp_path_factory: pytest.TempPathFactory, country: Country, has_shelter: bool
):
    tmp_path = tmp_path_factory.mktemp("country")
    where = shelters(tmp_path, "settlement,places\nHighmill,5\n") if has_shelter else None
    start(tmp_path, country, shelters=where)
    study = load_study(tmp_path / "study")
    found = evaluate(study).districts.sort_values("lon" if "lon" in study.districts else "name_en")
    count = len(country.names)
    cut_off = 1 if country.island and count > 1 else 0
    assert found["reachable"].sum() == (count - cut_off if has_shelter else 0)
    if has_shelter:
        lon, lat = zip(*(country.town(number) for number in range(count - cut_off)), strict=True)
        farthest = GEOD.line_length(lon, lat) / 1000
        assert found["distance_km"].max() == pytest.approx(farthest, abs=0.02)
    ground = shapely.area(study.districts.geometry.to_numpy()).sum()
    assert ground == pytest.approx((count + country.exclave) * SIDE**2, rel=1e-6)


ISLANDS = Country(west=179.3, south=-17.0, names=SCRIPTS[2:5], island=True)
ALONE = Country(south=-45.0, names=("Şimal",))
INLAND = Country(west=100.0, south=67.0, names=SCRIPTS[5:8], exclave=True)


@settings(max_examples=1, phases=[Phase.explicit, Phase.generate])
@given(country=countries, has_shelter=st.booleans(), has_borders=st.booleans())
@example(country=ISLANDS, has_shelter=True, has_borders=True)
@example(country=ALONE, has_shelter=False, has_borders=False)
@example(country=INLAND, has_shelter=True, has_borders=True)
def test_any_country_runs_to_the_end_with_its_pages(
    tmp_path_factory: pytest.TempPathFactory, country: Country, has_shelter: bool, has_borders: bool
):
    tmp_path = tmp_path_factory.mktemp("country")
    where = shelters(tmp_path, "settlement,places\nHighmill,5\n") if has_shelter else None
    start(tmp_path, country, shelters=where)
    study, made = tmp_path / "study", tmp_path / "made"
    if not has_borders:
        text = (study / "study.toml").read_text(encoding="utf-8")
        told = text.replace('boundaries = "boundaries.geojson"\n', "")
        assert told != text
        (study / "study.toml").write_text(told, encoding="utf-8")
        (study / "boundaries.geojson").unlink()
    for words in (["validate", str(study)], ["run", str(study), "--out", str(made)]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    pages = {page.name: page.read_text(encoding="utf-8") for page in made.rglob("*.html")}
    assert {"index.html", "report.html", "planner.html"} < set(pages)
    for name, page in pages.items():
        assert not re.search(r">\s*(nan|NaN|None|undefined)\s*<", page), name
    for name in country.names:
        assert name in pages["planner.html"]


def test_borders_beyond_180_are_cut(tmp_path: Path):
    start(tmp_path, Country(west=179.25))
    areas = load_study(tmp_path / "study").districts.geometry
    assert shapely.total_bounds(areas.to_numpy()).tolist() == [-180, 40, 180, 40.5]
    assert areas["lower-vale"].geom_type == "MultiPolygon"


def test_the_template_has_no_foreign_word():
    assert not re.search(r"Azer|Baku|rayon", template("study.toml") + template("README.md"))
