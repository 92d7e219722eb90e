"""Inputs with one thing wrong, by the hundred: each is refused where it is, and with a remedy."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from helpers.bad_inputs import (
    WRONG_SETTINGS,
    Bad,
    Read,
    bad_cells,
    doors,
    put_cells,
    read_toml,
    settings_in,
    soon,
    with_setting,
)
from helpers.hostile_study import TABLES
from helpers.speaking import LANGUAGES
from helpers.study_copy import StudyCopy, copy_study

from shelter_geo.errors import MOST_LINES, ShelterGeoError
from shelter_geo.plans import read_plan
from shelter_geo.study.settings import read_settings
from shelter_geo.study.tables import check_table, schemas

EVERY: Final = int(os.environ.get("SHELTER_GEO_BAD_INPUTS", "3"))
"""One in so many variants is tried; `make bad-inputs` tries all."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyCopy:
    return copy_study(tmp_path_factory.mktemp("bad") / "study")


def batches(study: StudyCopy, name: str) -> Iterator[list[Bad]]:
    """Give the wrong cells of a table, as many at once as it has rows."""
    rows = study.rows(name)
    schema = schemas.in_languages(TABLES[name], LANGUAGES, list(rows[0]))
    cells = list(bad_cells(name, schema, list(rows[0])))[::EVERY]
    yield from (cells[at : at + len(rows)] for at in range(0, len(cells), len(rows)))


@pytest.mark.parametrize("name", TABLES)
def test_every_wrong_cell_is_named_with_its_row_and_column(study: StudyCopy, name: str) -> None:
    before = study.text(name)
    secret = TABLES[name] in (schemas.SHELTERS, schemas.ADMISSION)
    try:
        for batch in batches(study, name):
            study.write(name, before)
            placed = put_cells(study, batch)
            assert placed
            _, faults = check_table(study.path(name), TABLES[name], languages=LANGUAGES)
            at = {(fault.row, fault.column): fault for fault in faults}
            missed = [cell for cell in placed if (cell.row, cell.column) not in at]
            assert missed == []
            for cell in placed:
                fault = at[cell.row, cell.column]
                assert fault.file == Path(name).name
                assert fault.message
                assert fault.remedy
                hidden = secret or "give a place away" in fault.message
                assert not (hidden and len(cell.value) > 9 and cell.value in str(fault))
    finally:
        study.write(name, before)


def wrong_settings(file: Path) -> Iterator[tuple[str, str]]:
    """Give the last name in the path of each setting, and the document with a wrong one there."""
    document = read_toml(file)
    for turn, (path, value) in enumerate(settings_in(document)):
        choices = WRONG_SETTINGS[type(value)]
        wrong = choices[turn % len(choices)]
        name = next(key for key in reversed(path) if isinstance(key, str))
        # A node of a road may have a number for its key.
        if turn % EVERY or (name in ("start", "end") and wrong == 7):
            continue
        yield name, with_setting(document, path, wrong)


def refused(read: Read, path: Path) -> str:
    """Return the sentence in which a file is refused, "" if it is read."""
    try:
        with soon():
            read(path)
    except ShelterGeoError as error:
        said = str(error)
        assert len(said.splitlines()) <= MOST_LINES
        assert path.name in said
        return said
    return ""


def test_every_wrong_setting_of_a_study_is_named(study: StudyCopy, tmp_path: Path) -> None:
    path, tried = tmp_path / "study.toml", 0
    for name, document in wrong_settings(study.file):
        path.write_text(document, encoding="utf-8")
        assert name in refused(read_settings, path)
        tried += 1
    assert tried > 500 // EVERY


def test_every_wrong_setting_of_a_plan_is_named(study: StudyCopy, tmp_path: Path) -> None:
    path, tried = tmp_path / "plan.toml", 0
    for file in sorted(study.path("scenarios").glob("*.toml")):
        for name, document in wrong_settings(file):
            path.write_text(document, encoding="utf-8")
            assert name in refused(read_plan, path)
            tried += 1
    assert tried > 200 // EVERY


def zipped(raw: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", raw)
    return buffer.getvalue()


FILES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "nothing": lambda _: b"",
    "blanks": lambda _: b" \n\n\t\n",
    "a mark of order": lambda _: b"\xef\xbb\xbf",
    "zeros": lambda _: bytes(4096),
    "a web page": lambda _: b"<!doctype html><html><body>Not found</body></html>",
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(200),
    "a document": lambda _: b"%PDF-1.7\n%\xe2\xe3\n",
    "an object": lambda _: b'{"a": 1}',
    "a list": lambda _: b"[1, 2, 3]",
    "gzip": gzip.compress,
    "an archive": zipped,
    "half": lambda raw: raw[: len(raw) // 2],
    "twice": lambda raw: raw + raw,
    "an unknown encoding": lambda raw: "\u00e9,\u00fc\n".encode("latin-1") + raw,
    "XML": lambda _: b'<?xml version="1.0"?><x/>',
    "a database": lambda _: b"SQLite format 3\x00" + bytes(100),
    "a sentence": lambda _: b"see attached file",
    "a pointer": lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "a password": lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
}
"""What may stand in the place of a file."""
READ: Final = {
    ("catalogue", "nothing"), ("catalogue", "blanks"), ("catalogue", "a mark of order"),
    ("road settings", "nothing"), ("road settings", "blanks"),
    ("osm", "gzip"), ("workbook", "twice"), ("network", "twice"),
}  # fmt: skip
"""What is read, and rightly: no words, no settings, compressed roads, an archive's last part."""


def test_what_stands_in_the_place_of_a_file_is_refused_with_a_remedy(tmp_path: Path) -> None:
    for door, (path, read) in doors(tmp_path).items():
        raw = path.read_bytes()
        for name, made in FILES.items():
            path.write_bytes(made(raw))
            said = refused(read, path)
            assert bool(said) is ((door, name) not in READ), (door, name, said)
            # The remedy is a sentence of its own, or stands behind a semicolon.
            assert not said or ". " in said or "; " in said, (door, name, said)
        path.write_bytes(raw)
