"""Files cut, twisted and mixed up at every door: read rightly, or refused in a sentence, soon."""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from helpers.bad_inputs import Read, doors, soon, table
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.errors import MOST_LINES, ShelterGeoError
from shelter_geo.plans import read_plan
from shelter_geo.study import SHELTERS
from shelter_geo.study.settings import read_settings

VARIANTS: Final = int(os.environ.get("SHELTER_GEO_FUZZ", "3"))
"""Variants of each door's file; `make fuzz` tries many more."""
SECRET: Final = "Hidden Lane 7"


def twisted(raw: bytes, chance: random.Random) -> bytes:
    """Cut, double, exchange or overwrite a part of a file."""
    one, other = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    part = raw[one:other]
    bits = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
    kinds = (
        raw[:one], raw[one:], raw[:one] + raw[other:], raw[:other] + part + raw[other:],
        raw[:one] + bits + raw[one + len(bits) :], raw[:one] + bits + raw[one:],
        raw[:one] + bytes(len(part)) + raw[other:], raw[:one] + part[::-1] + raw[other:],
        raw.replace(b"0", chance.choice([b"9", b"-1", b"1e308", b"nan", b""]), 3),
        raw.replace(b",", chance.choice([b";", b",,", b"\n", b'"']), 2),
        raw + b"[" * 30_000, b"\xff\xfe" + raw, b"", raw * 40,
    )  # fmt: skip
    return chance.choice(kinds)


def read_or_refused(read: Read, path: Path) -> str:
    """Read a file, which must be read or refused in at most forty lines that hold no secret."""
    try:
        with soon():
            read(path)
    except ShelterGeoError as error:
        said = str(error)
        assert said
        assert len(said.splitlines()) <= MOST_LINES
        assert SECRET not in said
        return said
    return ""


DOORS: Final = (
    "settings", "shelters", "workbook", "candidates", "links", "areas", "plan", "catalogue",
    "package", "road settings", "pbf", "osm", "graphml", "network",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Read]]:
    found = doors(tmp_path_factory.mktemp("doors"))
    assert tuple(found) == DOORS
    return found


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("door", DOORS)
def test_a_twisted_file_is_read_or_refused(
    made: dict[str, tuple[Path, Read]], door: str, tmp_path: Path
) -> None:
    good, read = made[door]
    if door != "road settings":
        assert read_or_refused(read, good) == ""
    raw = good.read_bytes().replace(b"Shelter in Quayside", SECRET.encode())
    for number in range(VARIANTS):
        path = tmp_path / good.name
        path.write_bytes(twisted(raw, random.Random(f"{door} {number}")))
        try:
            read_or_refused(read, path)
        except Exception as error:
            raise AssertionError(f"{door}, variant {number}") from error


@settings(max_examples=max(10, VARIANTS), deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_at_all_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "p.toml"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    for read in (read_plan, read_settings, partial(table, schema=SHELTERS)):
        read_or_refused(read, path)
