"""Pictures to share: what they say, their sizes, their words for who does not see them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from helpers.fewer_columns import small_without
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngImageFile

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.errors import OutputError
from shelter_geo.plans import Plan, PlanIdentity
from shelter_geo.publish import write_share
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.share.pictures import SQUARE, WIDE
from shelter_geo.publish.share.sheet import Box, balanced, fitted, key_of, width_of, wrapped
from shelter_geo.publish.share.texts import MOST_BARS, map_texts, missing_texts, page_of
from shelter_geo.study import load_study

FINDING = {
    "en": "The nearest domestic violence shelter is up to 110 km away.",
    "az": "Zorakılıqdan zərərçəkənlər üçün ən yaxın sığınacaq 110 km-ə qədər uzaqdadır.",
    "ru": "Путь до убежища для пострадавших от домашнего насилия — до 110 km.",
}
"""Highmill to Quayside: 62 and 48 km."""
ALLOWED = {b"IHDR", b"iTXt", b"tEXt", b"pHYs", b"IDAT", b"IEND"}
TELLING = (b"CreationDate", b"ModDate", b"Producer", b"Creator", b"Software", b"/Author", b"/Title")


def speaking_three(copy: StudyCopy) -> StudyCopy:
    text = copy.text("study.toml")
    copy.write(
        "study.toml",
        text.replace('name = "Small"', 'name = "Small"\nlanguages = ["en", "az", "ru"]'),
    )
    return copy


def evaluated(copy: StudyCopy) -> Evaluation:
    return evaluate(load_study(copy.file))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluated(speaking_three(small_study(tmp_path_factory.mktemp("share") / "study")))


@pytest.fixture(scope="module")
def written(small: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share") / "share"
    write_share(small, folder)
    return folder


def opened(file: Path) -> tuple[tuple[int, int], dict[str, str]]:
    """Give the size of a PNG and the texts that it holds."""
    with PngImageFile(file) as picture:
        return picture.size, dict(picture.text)


def chunks(file: Path) -> dict[bytes, bytes]:
    """Read the chunks of a PNG as its specification lays them out."""
    raw, at, parts = file.read_bytes(), 8, {}
    while at < len(raw):
        length, kind = struct.unpack(">I4s", raw[at : at + 8])
        parts[kind] = raw[at + 8 : at + 8 + length]
        at += 12 + length
    return parts


@pytest.mark.parametrize("lang", FINDING)
def test_each_language_has_every_picture_in_its_size(written: Path, lang: str) -> None:
    files = {file.name for file in (written / lang).iterdir()}
    stems = ("map_1080x1080", "map_1200x630", "missing_1080x1080", "poster_a3")
    endings = (".png", ".png", ".png", ".pdf")
    pictures = {f"{stem}{ending}" for stem, ending in zip(stems, endings, strict=True)}
    assert files == pictures | {f"{stem}.txt" for stem in stems}
    sizes = {name: opened(written / lang / name)[0] for name in files if name.endswith("png")}
    assert sizes == {
        "map_1200x630.png": WIDE, "map_1080x1080.png": SQUARE, "missing_1080x1080.png": SQUARE,
    }  # fmt: skip
    poster = (written / lang / "poster_a3.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ ?([\d. ]+)\]", poster)
    assert box is not None
    inches = [float(side) / 72 for side in box[1].split()[2:]]
    assert inches == pytest.approx([297 / 25.4, 420 / 25.4], abs=0.01)


@pytest.mark.parametrize("lang", FINDING)
def test_the_words_say_the_finding_first_and_stand_in_the_picture_too(
    written: Path, lang: str
) -> None:
    for picture in sorted((written / lang).glob("*.png")):
        said = picture.with_suffix(".txt").read_text(encoding="utf-8")
        assert opened(picture)[1] == {"Description": said.removesuffix("\n")}
        assert "\n" not in said.removesuffix("\n")
        if picture.name.startswith("map"):
            assert re.sub(r"\bкм\b", "km", said).startswith(FINDING[lang])


def test_words_of_the_map_give_every_class_the_cities_and_the_farthest(written: Path) -> None:
    said = (written / "en" / "map_1200x630.txt").read_text(encoding="utf-8")
    # Of 270,000 people 120,000 live at 0 km, 90,000 at 48 km and 60,000 at 110 km.
    assert "0–50 km: 2 districts, 210,000 people;" in said
    assert "100–200 km: 1 district, 60,000 people;" in said
    assert "Cities with shelters: Quayside." in said
    assert said.endswith("farthest district: Upper Vale: 110 km, 1 h 30 min to Quayside.\n")


def test_words_of_the_missing_places_give_every_bar(written: Path) -> None:
    said = (written / "en" / "missing_1080x1080.txt").read_text(encoding="utf-8")
    # 15 needed for 150,000 people of Vale, where none is; 12 for 120,000 of Coast, where 12 are.
    assert "Vale: 0 of 15; Coast: 12 of 12." in said


def test_nothing_else_is_told_by_a_file(written: Path) -> None:
    for file in written.rglob("*.p*"):
        raw = file.read_bytes()
        assert [mark for mark in TELLING if mark in raw] == [], file.name
        if file.suffix == ".png":
            assert set(chunks(file)) <= ALLOWED


def test_a_second_time_the_bytes_are_the_same(
    small: Evaluation, written: Path, tmp_path: Path
) -> None:
    for file in write_share(small, tmp_path / "again", lang="en"):
        twin = written / "en" / file.name
        assert file.read_bytes() == twin.read_bytes(), file.name
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"en", "index.html"}


def test_a_language_that_is_not_offered_is_refused(small: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no language 'fr'"):
        write_share(small, tmp_path / "share", lang="fr")
    assert not (tmp_path / "share").exists()


def test_without_a_shelter_that_is_the_finding_and_nothing_is_marked(tmp_path: Path) -> None:
    copy = small_study(tmp_path / "study")
    head, *_ = copy.text("shelters.csv").splitlines()
    copy.write("shelters.csv", f"{head}\n")
    made = evaluated(copy)
    texts = map_texts(made, page_of(made, None), languages_of(made.study).first)
    assert texts.title == "There is no shelter for people fleeing domestic violence"
    assert (texts.farthest, texts.cities) == (None, ())
    assert write_share(made, tmp_path / "share")


def test_without_regions_no_missing_places_are_drawn(tmp_path: Path) -> None:
    made = evaluated(small_without(tmp_path / "study", "region"))
    assert missing_texts(made, languages_of(made.study).first) is None
    files = [file.name for file in write_share(made, tmp_path / "share")]
    assert files == ["map_1200x630.png", "map_1080x1080.png", "poster_a3.pdf"]


def test_a_plan_is_named_in_its_title(small: Evaluation) -> None:
    plan = Plan(scenario=PlanIdentity(id="more", name="More shelters"))
    name = plan.scenario.name
    words = languages_of(small.study).first
    texts = map_texts(small, page_of(small, name), words, plan=name)
    wanted = "More shelters: with this plan domestic violence shelters are up to 110 km away"
    assert texts.title == wanted
    assert texts.alt.startswith(f"{wanted}.")


def test_of_many_regions_those_that_lack_the_most_are_drawn(tmp_path: Path) -> None:
    copy = small_study(tmp_path / "study")
    made = evaluated(copy)
    few = missing_texts(made, languages_of(made.study).first)
    assert few is not None
    assert [bar.name for bar in few.bars] == ["Vale", "Coast"]
    assert len(few.bars) <= MOST_BARS


WORDS = st.lists(st.text("abcdefgh123,", min_size=1, max_size=14), min_size=1, max_size=30)


@settings(max_examples=20)
@given(WORDS, st.floats(60, 400))
def test_lines_hold_all_words_and_are_no_wider_than_their_room(
    words: list[str], width: float
) -> None:
    text = " ".join(words)
    for lines in (wrapped(text, 10, width), balanced(text, 10, width)):
        assert " ".join(lines.lines).replace("\u00a0", " ") == text
        for line in lines.lines:
            assert width_of(line, 10) <= width or " " not in line
    assert len(balanced(text, 10, width).lines) == len(wrapped(text, 10, width).lines)


def test_a_number_stays_with_its_unit() -> None:
    room = width_of("as far as 295", 10)
    lines = wrapped("as far as 295 km away", 10, room + 1).lines
    assert lines == ("as far as", "295 km", "away")


def test_text_that_is_too_long_gets_smaller_but_never_less_than_half() -> None:
    long = "word " * 60
    assert fitted("word", 20, Box(0, 0, 200, 50)).size == 20
    assert fitted(long, 20, Box(0, 0, 200, 50)).size == 10


def test_entries_of_a_key_begin_a_new_row_where_there_is_no_room() -> None:
    def sign(axes: object, box: Box) -> None:
        raise AssertionError

    key = key_of([(sign, "short")] * 3, 10, 130)
    tops = [box.top for _, box, _ in key.entries]
    assert tops[0] == tops[1] < tops[2]
    assert key_of([], 10, 130).height == 0
