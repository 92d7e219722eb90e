"""Study files: what they hold, and every way they can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shelter_geo.errors import StudyError
from shelter_geo.publish import palette
from shelter_geo.study.load import bundled_study
from shelter_geo.study.settings import MOST_LIMITS, in_english, read_settings

LIMITS = "must be 2 to 8 whole numbers above 0 that rise"
NAME = 'name = { en = "Azerbaijan", az = "Azərbaycan", ru = "Азербайджан" }'
TEXT = bundled_study().read_text(encoding="utf-8")


def spoilt(folder: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return file


def complaint(file: Path) -> str:
    with pytest.raises(StudyError) as caught:
        read_settings(file)
    return str(caught.value)


def test_the_bundled_study_is_read() -> None:
    settings = read_settings(bundled_study())
    assert settings.study.id == "azerbaijan"
    assert settings.study.as_of == dt.date(2026, 1, 1)
    assert in_english(settings.study.name) == "Azerbaijan"
    assert settings.access.distance_classes_km == (50, 100, 200, 300)
    assert settings.capacity.people_per_family_place == 10_000


def test_constants_shared_with_the_pages_are_the_same() -> None:
    assert palette.MOST_CLASSES == MOST_LIMITS + 1


def test_one_text_may_stand_for_all_languages(tmp_path: Path) -> None:
    settings = read_settings(spoilt(tmp_path, (NAME, 'name = "Anywhere"')))
    assert in_english(settings.study.name) == "Anywhere"


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert read_settings(file) == read_settings(bundled_study())


def test_a_private_file_may_lie_anywhere(tmp_path: Path) -> None:
    old, new = '# private_points = "private', 'private_points = "/media/stick'
    settings = read_settings(spoilt(tmp_path, (old, new)))
    assert settings.tables.private_points == "/media/stick/shelter_points.csv"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('region = "N', 'valley_region = "N', 'valley_region. Did you mean "region"?'),
        ("farthest = 10", "fartest = 10", 'unknown key access.fartest. Did you mean "farthest"?'),
        ("farthest = 10", "Farthest = 10", 'unknown key access.Farthest. Did you mean "farthest"?'),
        ("farthest = 10", "zzz = 10", "unknown key access.zzz. Known keys: bus, change_classes"),
        ("[access.bus]", "[acess.bus]", 'unknown key acess. Did you mean "access"?'),
        (
            'region = "N',
            'regoin = "N',
            'roads.separate, entry 1, regoin. Did you mean "region"?',
        ),
        ('en = "economic region"', 'en = " "', "study.area_name: must be text that is not empty"),
        ("connector_kmh = 20.0\n", "", "the key roads.connector_kmh is missing"),
        ('links = "roads/links.csv"\n', "", 'roads: network = "reference" needs the key links'),
        ("connector_kmh = 20.0", 'connector_kmh = "fast"', "roads.connector_kmh ('fast')"),
        ("connector_kmh = 20.0", "connector_kmh = -1", "roads.connector_kmh (-1)"),
        ("connector_kmh = 20.0", "connector_kmh = nan", "roads.connector_kmh (nan)"),
        ("max_connector_km = 10.0", "max_connector_km = inf", "roads.max_connector_km (inf)"),
        ("as_of = 2026-01-01", 'as_of = "2026-01-01"', "must be a day without quotes"),
        ("as_of = 2026-01-01", "as_of = 2026-01-01T10:00:00", "must be a day without quotes"),
        ("as_of = 2026-01-01", "as_of = 2199-01-01", "study.as_of (2199-01-01): must be a day"),
        ("as_of = 2026-01-01", "as_of = 2026-13-01", "not valid TOML"),
        ("as_of = 2026-01-01", "as_of = 2023-05-01", "claim_population is of the study's own year"),
        ("[50, 100, 200, 300]", "[100]", f"access.distance_classes_km: {LIMITS}"),
        ("[50, 100, 200, 300]", "[1, 2, 3, 4, 5, 6, 7, 8, 9]", f"distance_classes_km: {LIMITS}"),
        ("[50, 100, 200, 300]", "[50, 200, 100, 300]", f"access.distance_classes_km: {LIMITS}"),
        ("[50, 100, 200, 300]", "[50, 50, 100]", f"access.distance_classes_km: {LIMITS}"),
        ("[50, 100, 200, 300]", "[0, 100]", f"access.distance_classes_km: {LIMITS}"),
        ("[50, 100, 200, 300]", "[50.5, 100]", "access.distance_classes_km, entry 1 (50.5)"),
        ("[1, 2, 4]", "[]", f"access.time_classes_h: {LIMITS}"),
        ("[1, 2, 4]", "[4]", f"access.time_classes_h: {LIMITS}"),
        ("[1, 2, 4]", "[1, 2, 3, 4, 5, 6, 7, 8, 9]", f"access.time_classes_h: {LIMITS}"),
        ("[1, 2, 4]", "[2, 1]", f"access.time_classes_h: {LIMITS}"),
        ("[1, 2, 4]", "[-1, 2]", f"access.time_classes_h: {LIMITS}"),
        ("[1, 25, 100]", "[]", "access.change_classes_km: must be 1 to 4 whole numbers"),
        ("[1, 25, 100]", "[1, 2, 3, 4, 5]", "access.change_classes_km: must be 1 to 4 whole"),
        ("within_km = 100", "within_km = 0", "siting.within_km (0)"),
        ("half_km = 50", "half_km = inf", "siting.half_km (inf)"),
        ("half_km = 50", "halve_km = 50", 'unknown key siting.halve_km. Did you mean "half_km"?'),
        ("farthest = 10", "farthest = true", "access.farthest (True)"),
        ("low = 1.25", "low = 1.5", "access.bus: low, factor and high must not fall"),
        ("persons_per_family_place = 1.78", "persons_per_family_place = 0.5", "entry 2, persons"),
        ("people_per_family_place = 10_000", "people_per_family_place = 0", "people_per_family"),
        ('id = "azerbaijan"', 'id = "../away"', "must be of small letters, digits"),
        ('id = "free-flow"', 'id = "connectors"', "assumptions have the same id twice: connectors"),
        ("places_as_of = [2022, 2023]", "places_as_of = [2023, 2022]", "the first year is after"),
        ('licence = "ODbL-1.0"', 'licence = ""', "roads.licence (''): must not be empty"),
        (NAME, 'name = { en = "A", Azeri = "B" }', "has words in Azeri, which is no code of a"),
        ('["en", "az", "ru"]', "[]", "study.languages: must name at least one language"),
        ('["en", "az", "ru"]', '["en", "en"]', "study.languages: must name at least one language"),
        ('["en", "az", "ru"]', '["English"]', "study.languages, entry 1 ('English'): must be"),
        (NAME, 'name = { en = "A", az = "B", ru = "" }', "must be text that is not empty"),
        (NAME, "name = 5", "study.name (5): must be text that is not empty"),
        (NAME, "name = {}", "study.name: must be text that is not empty"),
        ('"population/d', '"/etc/d', "tables.districts ('/etc/districts.csv'): must be relative"),
        ('"population/d', '"C:\\\\data\\\\d', "must be relative to the study file"),
        ('"population/d', '"pop\\u200bulation/d', "no file name should hold"),
        ("[study]", "[study", "not valid TOML: Expected ']' at the end of a table declaration"),
        ("[study]", f"x = {'[' * 5000}\n[study]", "is nested too deeply"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in complaint(spoilt(tmp_path, (old, new)))


def test_all_faults_are_named_together(tmp_path: Path) -> None:
    lines = complaint(
        spoilt(
            tmp_path,
            ("farthest = 10", "fartest = 10"),
            ("connector_kmh = 20.0\n", ""),
            ("[50, 100, 200, 300]", "[100]"),
            ('evidence = "sourced"', 'evidence = "heard"'),
            (NAME, 'name = ""'),
        )
    ).splitlines()
    assert len(lines) == 5
    assert all(line.startswith("study.toml, line ") for line in lines)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251"])
def test_other_encodings_are_named(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "study.toml"
    file.write_bytes(TEXT.encode(encoding, errors="replace"))
    assert "is not UTF-8. Save the file as UTF-8." in complaint(file)


def test_paths_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "there is no such file" in complaint(tmp_path / "none.toml")
    assert "this is a folder" in complaint(tmp_path)
    assert "Not a directory" in complaint(tmp_path / "file" / "study.toml")
    assert "File name too long" in complaint(tmp_path / ("x" * 300))


def test_a_long_value_is_cut_and_its_controls_are_told(tmp_path: Path) -> None:
    old = "connector_kmh = 20.0"
    new = f'connector_kmh = "\\u001b[31m{"x" * 500}"'
    said = complaint(spoilt(tmp_path, (old, new)))
    assert "\x1b" not in said
    assert len(said) < 250
