"""A study speaks the languages that it names, and no other; what is missing is said in English."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile_study import toml
from helpers.study_copy import (
    BASEMAP,
    DISTRICTS,
    PACKAGE,
    SETTLEMENTS,
    StudyCopy,
    copy_study,
    keep_plans,
)
from typer.testing import CliRunner

from shelter_geo.analysis import Quantity
from shelter_geo.cli.main import app
from shelter_geo.errors import OutputError, StudyError, TableError
from shelter_geo.publish.catalogue import catalogue_faults, locale_of, own_name_of, packaged
from shelter_geo.publish.languages import languages_of, lines_on_gaps
from shelter_geo.publish.words import AREA, Languages, Words, everywhere, own_name, say
from shelter_geo.study.load import load_study

KA = """
[language]
name = "ქართული"
[units]
km = "{n} კმ"
[units.districts]
one = "{n} რაიონი"
other = "{n} რაიონი"
[access]
district = "რაიონი"
"""
"""A catalogue with four of the texts that pages show."""
OTHERS = re.compile(r".*_(az|ru)")


def in_georgian(value: Any) -> Any:
    """Give texts in English and Georgian instead of the languages of the bundled study."""
    if isinstance(value, dict):
        if set(value) == {"en", "az", "ru"}:
            return {"en": value["en"], "ka": f"ქ {value['en']}"}
        return {key: in_georgian(part) for key, part in value.items()}
    return [in_georgian(part) for part in value] if isinstance(value, list) else value


def only_english(value: Any) -> Any:
    """Give every text in English alone."""
    if isinstance(value, dict):
        if set(value) == {"en", "az", "ru"}:
            return value["en"]
        return {key: only_english(part) for key, part in value.items()}
    return [only_english(part) for part in value] if isinstance(value, list) else value


def speaking(folder: Path, languages: list[str], edit: Callable[[Any], Any]) -> StudyCopy:
    """A copy of the bundled study without a word in its other languages."""
    copy = copy_study(folder)
    for file in (copy.file, *sorted((folder / "scenarios").glob("*.toml"))):
        said = edit(tomllib.loads(file.read_text(encoding="utf-8")))
        if file == copy.file:
            said["study"]["languages"] = languages
        text = "".join(f"{key} = {toml(value)}\n" for key, value in said.items())
        file.write_text(text, encoding="utf-8")
    for table in sorted(folder.rglob("*.csv")):
        name = table.relative_to(folder).as_posix()
        rows = copy.rows(name)
        copy.write_rows(
            name, [{k: v for k, v in row.items() if not OTHERS.fullmatch(k)} for row in rows]
        )
    for name in (BASEMAP, PACKAGE):
        copy.write(name, re.sub(r',?\s*"\w+_(az|ru)": "(?:[^"\\]|\\.)*"', "", copy.text(name)))
        json.loads(copy.text(name))
    return copy


def with_names(copy: StudyCopy) -> None:
    """Give districts and settlements Georgian names."""
    for name in (DISTRICTS, SETTLEMENTS):
        copy.change(name, lambda row: row.update(name_ka=f"ქ {row['name_en']}"))


@pytest.fixture(scope="module")
def georgian(tmp_path_factory: pytest.TempPathFactory) -> StudyCopy:
    """With a plan on roads and one of new shelters; the others have pages of the same kinds."""
    copy = speaking(tmp_path_factory.mktemp("ka") / "study", ["en", "ka"], in_georgian)
    with_names(copy)
    keep_plans(copy, "today", "winter", "one-per-region")
    copy.write("languages/ka.toml", KA)
    return copy


@pytest.fixture(scope="module")
def written(georgian: StudyCopy, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """All outputs of the study in two languages, and what the command said."""
    out = tmp_path_factory.mktemp("out") / "ka"
    done = CliRunner().invoke(app, ["run", str(georgian.file), "--out", str(out), "--lang", "ka"])
    assert done.exit_code == 0, done.output
    return out, done.output


def test_every_page_offers_exactly_the_languages_of_the_study(written: tuple[Path, str]) -> None:
    out, _ = written
    pages = sorted(out.rglob("*.html"))
    assert {page.name for page in pages} >= {"access.html", "planner.html", "report.html"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'data-lang="([^"]+)"', text) == ["en", "ka"], page.name
        assert '<html lang="ka">' in text
        assert ">ქართული</button>" in text


def test_the_run_says_how_many_texts_are_in_english(
    georgian: StudyCopy, written: tuple[Path, str]
) -> None:
    """Of the study's own texts only those of the claims, which stand in a table, lack Georgian."""
    total = sum(not key.startswith("language.") for key in packaged("en"))
    line = f"ka: {total - 3} of {total} texts of the pages are in English."
    claims = georgian.rows("published/claims.csv")
    texts = [row[f"{part}_en"] for row in claims for part in ("statement", "scope", "cited")]
    own = f"ka: {sum(map(bool, texts))} of "
    assert written[1].splitlines()[-3] == line
    assert written[1].splitlines()[-2].startswith(own)


def test_tables_have_names_in_the_languages_of_the_study(written: tuple[Path, str]) -> None:
    heads = (written[0] / "access_by_district.csv").read_text("utf-8-sig").partition("\n")[0]
    assert "name_en,name_ka," in heads
    fields = json.loads((written[0] / "datapackage.json").read_text("utf-8"))
    described = {
        field["name"]: field["description"]
        for resource in fields["resources"]
        for field in resource.get("schema", {}).get("fields", [])
    }
    assert described["name_ka"] == "Name in Georgian"
    assert not [name for name in described if OTHERS.fullmatch(name)]
    assert "languages/ka.toml" in {file["path"] for file in fields["inputs"]}


def test_a_study_in_one_language_shows_no_switch(tmp_path: Path) -> None:
    copy = speaking(tmp_path / "study", ["en"], only_english)
    out = tmp_path / "access.html"
    done = CliRunner().invoke(app, ["map", str(copy.file), "--out", str(out)])
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "data-lang=" not in text
    assert 'class="languages"' not in text
    assert lines_on_gaps(load_study(copy.file)) == []


def test_a_language_that_the_study_has_not_is_refused(georgian: StudyCopy) -> None:
    done = CliRunner().invoke(app, ["map", str(georgian.file), "--lang", "fr"])
    assert done.exit_code == 2
    assert "choose one of en, ka" in done.output
    with pytest.raises(OutputError, match="Choose one of en, ka"):
        languages_of(load_study(georgian.file), "fr")


def test_texts_fall_back_to_english_and_numbers_do_not(georgian: StudyCopy) -> None:
    words = languages_of(load_study(georgian.file), "ka").first
    assert words.text("access.district") == "რაიონი"
    assert words.text("access.people") == "Residents"
    assert words.text("units.districts", n=Quantity.count(5)) == "5 რაიონი"
    assert words.text("units.people", n=Quantity.count(1)) == "1 person"
    assert words.number(1234.5, digits=1) == "1\xa0234,5"
    assert sorted(["გ", "ბ", "ა", "1"], key=words.order) == ["1", "ა", "ბ", "გ"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[access]\ndistrikt = "x"',
            "access.distrikt is no text of the pages. Did you",
        ),
        (
            '[units]\nkm = "{km} k"',
            "units.km has other placeholders than the English text",
        ),
        ('[units]\nkm = "{n"', "units.km has a brace that stands alone"),
        ('[units]\nkm = "{n!r}"', "units.km has other placeholders"),
        (
            '[units]\ndistricts = "{n}"',
            "units.districts has no plural forms. Give a table",
        ),
        ('[units.districts]\nother = "{n}"', "units.districts lacks plural forms. Add one"),
        ('[units.districts]\none = "1"\nother = "{n}"\nfew = "{n}"', "has forms that the language"),
        ('[access]\ndistrict = ""', "access.district is empty"),
        ("[access]\ndistrict = 5", "access.district is no text"),
        ('district = "x"', "district stands outside every section"),
    ],
)
def test_a_faulty_catalogue_is_named_with_its_key_and_a_remedy(text: str, fault: str) -> None:
    faults = catalogue_faults("ka", tomllib.loads(text))
    assert len(faults) == 1
    assert fault in faults[0]


def test_a_form_for_one_may_leave_its_number_out() -> None:
    text = '[units.districts]\none = "a district"\nother = "{n} districts"'
    assert catalogue_faults("ka", tomllib.loads(text)) == []


def test_all_faults_of_a_catalogue_are_named_with_its_file(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.write("languages/az.toml", '[access]\ndistrikt = "x"\ndistrict = ""')
    with pytest.raises(StudyError) as caught:
        languages_of(load_study(copy.file))
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("languages/az.toml: access.distri") for line in lines)
    copy.write("languages/az.toml", "[access")
    with pytest.raises(TableError, match=r"az\.toml: is not valid TOML"):
        load_study(copy.file)


def test_a_catalogue_beside_the_study_goes_before_that_of_the_package(tmp_path: Path) -> None:
    copy = copy_study(tmp_path / "study")
    copy.write("languages/az.toml", '[access]\npeople = "Sakinlər"')
    words = languages_of(load_study(copy.file), "az").first
    assert words.text("access.people") == "Sakinlər"
    assert words.text("access.women") == packaged("az")["access.women"]


def test_languages_that_nobody_knows_still_work() -> None:
    assert own_name_of("tly-x") == "tly-x"
    assert str(locale_of("tly")) == "en"
    assert Words("tly", {"access.people": "Odəmon"}).text("access.people") == "Odəmon"
    assert own_name_of("zh-Hant") == "中文 (繁體)" or own_name_of("zh-Hant").startswith("中文")


def test_an_offer_needs_a_language() -> None:
    with pytest.raises(OutputError, match="no language"):
        Languages(())


def test_names_and_texts_are_taken_in_any_language() -> None:
    words = Words("ka", {"language.review": ""})
    assert own_name({"name_en": "A", "name_ka": "ა"}).of(words) == "ა"
    assert everywhere({"fr": "b"}).of(words) == "b"
    assert say("access.people").of(words) == "Residents"


def test_a_study_says_what_its_regions_are_called(tmp_path: Path) -> None:
    heads = {
        "en": ("Economic region", "Region"),
        "az": ("İqtisadi rayon", "Bölgə"),
        "ru": ("Экономический район", "Регион"),
    }
    copy = copy_study(tmp_path / "study")
    own = load_study(copy.file)
    line = next(row for row in copy.text("study.toml").splitlines() if row.startswith("area_name"))
    copy.replace("study.toml", line, "")
    plain = load_study(copy.file)
    copy.replace("study.toml", "[study]", '[study]\narea_name = { en = "isle {n}" }')
    isles = load_study(copy.file)
    for lang, head in heads.items():
        assert AREA.of(languages_of(own, lang).first) == head[0]
        assert AREA.of(languages_of(plain, lang).first) == head[1]
        words = languages_of(isles, lang).first
        said = words.text("siting.plan_region", n=Quantity.count(2), area=words.area)
        assert said.count("isle {n}") == 1
