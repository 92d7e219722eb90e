"""Still twins of maps: three kinds of file, the same bytes each time, and nothing told of who."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers.hostile_map import hostile
from helpers.map_toys import toy_map
from helpers.speaking import LANGUAGES
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from PIL import Image
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.errors import OutputError
from shelter_geo.publish.figures.drawing import HOUSE, drawing, footing, heading, put_sign, save
from shelter_geo.publish.figures.fitting import settle
from shelter_geo.publish.figures.map_twin import draw_twin
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.words import Words

KINDS = (".pdf", ".png", ".svg")
TELLING = (b"CreationDate", b"Producer", b"Creator", b"Software", b"<dc:date>", b"tEXt")


def twin(made: SealedMap, stem: Path, lang: str = "en") -> dict[str, bytes]:
    draw_twin(made, stem, words=Words(lang), foot="Roads: somebody")
    return {path.suffix: path.read_bytes() for path in sorted(stem.parent.glob(f"{stem.name}.*"))}


def test_three_kinds_of_file_that_tell_nothing_of_when_and_with_what(tmp_path: Path) -> None:
    files = twin(toy_map(), tmp_path / "map")
    assert tuple(files) == KINDS
    assert files[".pdf"].startswith(b"%PDF-")
    for raw in files.values():
        assert [mark for mark in TELLING if mark in raw] == []


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    first = twin(toy_map(), tmp_path / "map")
    code = (
        "import sys, pathlib; from helpers.map_toys import toy_map;"
        "from shelter_geo.publish.figures.map_twin import draw_twin;"
        "from shelter_geo.publish.words import Words;"
        "draw_twin(toy_map(), pathlib.Path(sys.argv[1]), words=Words('en'), foot='Roads: somebody')"
    )
    (tmp_path / "again").mkdir()
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "again" / "map")],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True,
    )
    for kind, raw in first.items():
        assert (tmp_path / "again" / f"map{kind}").read_bytes() == raw, kind


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shows_the_colours_of_the_map_in_each_language(tmp_path: Path, lang: str) -> None:
    svg = twin(toy_map(), tmp_path / "map", lang)[".svg"].decode()
    for colour in ("#fcf4b6", "#fc8c63", "#c73d73", "#6b1d81", "#140e36"):
        assert colour in svg
    # Names and titles are drawn, not written, so that no font is asked for.
    assert "<text" not in svg
    assert 'xlink:href="http' not in svg


def test_a_district_has_the_colour_of_its_class(tmp_path: Path) -> None:
    twin(toy_map(), tmp_path / "map")
    picture = Image.open(tmp_path / "map.png").convert("RGB")
    found = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 24)}
    assert {"#fcf4b6", "#6b1d81", "#140e36", "#dcdcdc"} <= found


def test_hostile_texts_are_drawn_as_they_stand(tmp_path: Path) -> None:
    parts = hostile()
    parts["shelters"]["name_en"] = "$x^{$ \\frac{1} %d"
    parts["title"], parts["lead"] = "$\\sqrt{x $", "a$b$c"
    svg = twin(toy_map(**parts), tmp_path / "map")[".svg"]
    elements = list(ElementTree.fromstring(svg).iter())
    assert not {e.tag.rpartition("}")[2] for e in elements} & {
        "script",
        "a",
        "image",
        "foreignObject",
    }
    assert not [name for e in elements for name in e.attrib if name.startswith("on")]


def test_a_map_without_areas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="needs areas"):
        twin(SealedMap(toy_map().page), tmp_path / "map")
    assert list(tmp_path.iterdir()) == []


def test_one_kind_of_file_may_be_asked_for(tmp_path: Path) -> None:
    with drawing(1, 1) as figure:
        assert isinstance(figure, Figure)
        save(figure, tmp_path / "x", (".svg",))
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]


# ---------------------------------------------------------------------------------- the command


def test_the_command_writes_the_kind_of_file_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "men.svg"
    told = CliRunner().invoke(app, ["map", "--for", "men", "--out", str(out), "--lang", "ru"])
    assert told.exit_code == 0, told.output
    assert [path.name for path in tmp_path.iterdir()] == ["men.svg"]
    assert out.read_bytes().startswith(b"<?xml")


def test_the_command_compares_a_plan_with_today(tmp_path: Path) -> None:
    out = tmp_path / "winter.html"
    wanted = ["map", "--of", "comparison", "--scenario", "winter", "--out", str(out)]
    told = CliRunner().invoke(app, wanted)
    assert told.exit_code == 0, told.output
    assert "Winter" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--of", "moon"], "choose one of access, capacity, comparison, siting"),
        (["--of", "access", "--for", "men"], "goes with --of capacity"),
        (["--for", "cats"], "cats: choose one of"),
        (["--out", "x.gif"], "end it in one of .html"),
        (["--of", "comparison"], "name the plan"),
        (["--of", "comparison", "--scenario", "today"], "changes something"),
        (["--of", "siting", "--aim", "up"], "choose one of mean, farthest, region"),
        (["--of", "siting", "--scenario", "winter"], "does not go with"),
        (["--lang", "xx"], "choose one of"),
    ],
)
def test_the_command_names_what_may_be_asked(arguments: list[str], said: str) -> None:
    told = CliRunner().invoke(app, ["map", *arguments])
    assert told.exit_code == 2
    assert said in " ".join(told.output.replace("│", " ").split())


def outline_of_pages() -> list[tuple[float, float]]:
    """Walk the outline of the house in the signs of pages, around the middle of their box."""
    page = (files("shelter_geo.publish") / "assets" / "patterns.html").read_text(encoding="utf-8")
    houses = set(re.findall(r'<symbol id="(?:shelter|new)".*?<path d="([^"]+)"', page))
    assert len(houses) == 1
    x = y = 0.0
    corners = []
    drawn = houses.pop().replace("M13 6.2 ", "M13 6.2L")  # what follows a move is a line
    for step, numbers in re.findall(r"([MLhvz])([^MLhvz]*)", drawn):
        at = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if step in ("M", "L"):
            x, y = at
        elif step == "h":
            x += at[0]
        elif step == "v":
            y += at[0]
        else:
            continue
        corners.append((round(x - 13, 6), round(13 - y, 6)))
    return corners


def test_pictures_have_the_house_of_pages() -> None:
    corners = [(float(x), float(y)) for x, y in HOUSE.vertices]
    assert corners == [*outline_of_pages(), corners[0]]


@pytest.mark.parametrize(("symbol", "ground", "house"), [
    ("shelter", (255, 255, 255), (0, 85, 143)), ("new", (0, 85, 143), (255, 255, 255)),
])  # fmt: skip
def test_a_sign_is_filled_where_a_plan_brings_the_shelter(
    tmp_path: Path, symbol: str, ground: tuple[int, ...], house: tuple[int, ...]
) -> None:
    with drawing(1, 1) as figure:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        put_sign(axes, (0.5, 0.5), symbol, "#00558f", size=52)
        save(figure, tmp_path / "sign", (".png",))
    picture = Image.open(tmp_path / "sign.png").convert("RGB")
    unit = picture.width / 72 * 2  # pixels of one of the 26 units that a sign of 52 points has
    middle = picture.width / 2
    assert picture.getpixel((round(middle), round(middle - 2 * unit))) == house
    assert picture.getpixel((round(middle), round(middle - 9 * unit))) == ground
    assert picture.getpixel((round(middle), round(middle + 4 * unit))) == ground  # the door


def test_a_figure_grows_so_that_nothing_is_cut_and_nothing_meets() -> None:
    """Measured by matplotlib's own boxes, after a title, a foot and a label that are too long."""
    with drawing(6, 4) as figure:
        heading(figure, "A finding of many words " * 5, "Below it " * 30)
        axes = figure.add_axes((0.1, 0.15, 0.8, 0.6))
        axes.set_xlabel("people")
        axes.annotate("the end of a line that runs on", (1, 0.5), annotation_clip=False)
        legend = figure.legend([Patch()], ["a key"], bbox_to_anchor=(0.1, 0.76), loc="lower left")
        footing(figure, "Who counted whom and when. " * 30)
        before = axes.get_window_extent().bounds[2:]
        settle(figure)
        figure.draw_without_rendering()
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.texts]
        title, lead, foot = boxes
        drawn = axes.get_tightbbox(renderer)
        key = legend.get_window_extent(renderer)
        assert axes.get_window_extent().bounds[2:] == pytest.approx(before)
        assert foot.y1 < drawn.y0 < drawn.y1 < lead.y0 < lead.y1 < title.y0
        assert drawn.y1 - drawn.height / 3 < key.y0 < key.y1 < lead.y0
        for box in (*boxes, drawn, key):
            assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1
            assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1


def test_a_figure_in_which_all_has_room_keeps_its_size() -> None:
    with drawing(6, 4) as figure:
        heading(figure, "Short", "Also short")
        figure.add_axes((0.1, 0.3, 0.8, 0.4))
        footing(figure, "Somebody")
        settle(figure)
        assert figure.get_size_inches().tolist() == [6, 4]
        assert [text.get_text() for text in figure.texts] == ["Short", "Also short", "Somebody"]
