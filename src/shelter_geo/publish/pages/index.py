"""The index of a folder of outputs: which file is for whom, each page with a small picture."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from PIL import Image

from shelter_geo.analysis import Quantity
from shelter_geo.publish.catalogue import packaged
from shelter_geo.publish.pages.sealed import PageText, asset, save_page, seal
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.words import Languages, Text, everywhere, in_each, say
from shelter_geo.study import FALLBACK

INDEX: Final = "index.html"
_PLANS: Final = "scenarios"
_PACKAGE: Final = "datapackage.json"
_DATA: Final = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
_MAP: Final = re.compile(r'<svg class="(?:still|chart)" viewBox="([\d. ]+)".*?</svg>', re.DOTALL)
_SHAPE: Final = re.compile(r'<path class="(ground [\w-]+|area)"(?: fill="([^"]*)")? d="([^"]*)"/>')
_SIGN: Final = re.compile(r'<use [^>]*?href="#(shelter|new)" x="([\d.-]+)" y="([\d.-]+)"')
_PICTURE_PX: Final = 400
OF_KINDS: Final = "service_times"
"""Name of the figures of which there is one for each kind of service."""
_INKS: Final = 32
"""Colours of a small picture of a figure."""


@dataclass(frozen=True)
class Thumbnail:
    """The map of a page made small: its shapes by their number among all shapes of the index."""

    box: str
    shapes: tuple[tuple[str, str, int], ...]
    signs: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Entry:
    """A page or a picture of the folder.

    Attributes
    ----------
    path
        Where it is, from the index.
    kind, title, about
        What it is, what it says, and what it is for.
    map
        Its map made small, if it has one.
    picture
        The picture made small, as a data address; empty if it is a page.
    """

    path: str
    kind: Text
    title: Text
    about: Text
    map: Thumbnail | None = None
    picture: str = ""


@dataclass(frozen=True)
class Door:
    """The entries for one reader, with a heading and a sentence below it."""

    title: Text
    lead: Text
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Listed:
    """A file that is listed only: its path, what it holds, and its size."""

    path: str
    about: Text
    size: Text


@dataclass(frozen=True)
class Opening:
    """What an index says before and after its entries.

    Attributes
    ----------
    title, lead
        The finding, and what the folder holds.
    figures
        Labels and values of the main figures, already written.
    assumptions, sources, notes
        What is assumed, where it comes from, what else to know.
    mark
        Ink of the signs of facilities.
    """

    title: Text
    lead: Text
    figures: Sequence[tuple[Text, Text]] = ()
    assumptions: Sequence[Text] = ()
    sources: Sequence[Text] = ()
    notes: Sequence[Text] = ()
    mark: str = MARK


def write_index(
    folder: Path,
    opening: Opening,
    *,
    plans: Sequence[str],
    languages: Languages,
    studies: Sequence[str] = (),
    apart: bool = False,
    listed: Sequence[str] = (_PACKAGE,),
) -> None:
    """Write the index of a folder whose other files are all there.

    Parameters
    ----------
    folder
        Outputs of one study.
    opening
        What stands around the entries.
    plans
        Keys of its plans, in their order.
    languages
        Languages that the page offers, and the one in which it opens.
    studies
        Names of folders that have an index of their own.
    apart
        Whether files of folders are not listed, since an entry speaks for them.
    listed
        Files that come into the folder besides.

    Raises
    ------
    OutputError
        If the page cannot be written.
    """
    shapes: dict[str, int] = {}
    text = PageText(languages)
    code = seal(
        "index.html",
        scripts=[asset("page.js")],
        styles=[asset("page.css"), asset("index.css")],
        data=lambda: _data(text, opening.title),
        text=text,
        page=opening,
        doors=[
            Door(
                say("index.for_planner"),
                say("index.lead_planner"),
                _for_planners(folder, plans, languages, shapes),
            ),
            Door(
                say("index.for_advocate"),
                say("index.lead_advocate"),
                [
                    *_for_advocates(folder, languages, shapes),
                    *_studies(folder, studies, languages, shapes),
                ],
            ),
        ],
        files=_listed(folder, listed, apart=apart),
        shapes=shapes,
        without_script=say("index.without_script"),
        say=say,
    )
    save_page(code, folder / INDEX)


def _data(text: PageText, title: Text) -> dict[str, Any]:
    words = {"title": text.number(title)}
    own = {"lang": text.languages.opens_in, "languages": text.languages.codes, "words": words}
    return {**own, "text": text.table()}


def _for_planners(
    folder: Path, plans: Sequence[str], languages: Languages, shapes: dict[str, int]
) -> list[Entry]:
    page = _reader(folder, languages, shapes)
    found = [page("planner.html", "planner")]
    found += [page(path, "siting") for path in _paths(folder, "maps/siting_*.html")]
    for key in plans:
        found.append(page(f"{_PLANS}/{key}/changes.html", "changes"))
        found.append(page(f"{_PLANS}/{key}/access.html", "plan"))
    return [entry for entry in found if entry is not None]


def _for_advocates(folder: Path, languages: Languages, shapes: dict[str, int]) -> list[Entry]:
    page = _reader(folder, languages, shapes)
    pages = (("report.html", "report"), ("maps/access.html", "access"),
             ("maps/capacity.html", "capacity"))  # fmt: skip
    beyond = [
        (path, kind)
        for kind in ("own_area", "stays", "journey", "evidence")
        for path in _paths(folder, f"maps/{kind}*.html")
    ]
    found = [entry for entry in (page(*one) for one in (*pages, *beyond)) if entry is not None]
    for path in (*_paths(folder, "figures/*.png"), *_paths(folder, "figures/*/*.png")):
        stem, language = PurePosixPath(path).stem, PurePosixPath(path).parent.name
        # A figure for each kind of service has the key of the kind behind its name.
        known = OF_KINDS if stem.startswith(f"{OF_KINDS}_") else stem
        title = _if_any(f"index.figure_{known}") or everywhere(stem)
        beside = sorted(
            other.suffix[1:].upper() for other in (folder / path).parent.glob(f"{stem}.*")
        )
        formats = say("index.formats", formats=", ".join(beside))
        about = _in_language(languages.names.get(language), formats)
        small = _small(folder / path)
        found.append(Entry(path, say("index.kind_figure"), title, about, picture=small))
    return [*found, *_shared(folder, languages)]


def _in_language(name: str | None, about: Text) -> Text:
    """Say a language before what is said of a file, if it is of one."""
    if name is None:
        return about
    return in_each(lambda words: words.text("index.shared", language=name, size=about.of(words)))


def _shared(folder: Path, languages: Languages) -> list[Entry]:
    """List the pictures to share, each with its words beside it."""
    found = []
    kinds = (("map", "png"), ("missing", "png"), ("poster", "pdf"))
    there = [(kind, path) for kind, end in kinds for path in _paths(folder, f"*/{kind}_*.{end}")]
    for kind, path in there:
        place = PurePosixPath(path)
        name = languages.names.get(place.parts[0])
        if name is None:
            continue
        known = say(f"index.share_{kind}")
        size = place.stem.partition("_")[2].upper().replace("X", " × ")
        about = _in_language(name, everywhere(size))
        small = _small(folder / path) if place.suffix == ".png" else ""
        found.append(Entry(path, say("index.kind_figure"), known, about, picture=small))
    return found


def _studies(
    folder: Path, studies: Sequence[str], languages: Languages, shapes: dict[str, int]
) -> list[Entry]:
    read = _reader(folder, languages, shapes)
    found = []
    for name in studies:
        entry, page = read(f"{name}/{INDEX}", "study"), folder / name / "maps" / "access.html"
        if entry is not None:
            small = _thumbnail(page.read_text(encoding="utf-8"), shapes) if page.is_file() else None
            found.append(replace(entry, map=small))
    return found


def _paths(folder: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern))


def _if_any(key: str) -> Text | None:
    """Give a text if the catalogues have one under this key."""
    return say(key) if key in packaged(FALLBACK) else None


def _reader(
    folder: Path, languages: Languages, shapes: dict[str, int]
) -> Callable[[str, str], Entry | None]:
    """Give what reads the title and the map of a page, which another process may have written."""

    def read(path: str, kind: str) -> Entry | None:
        if not (folder / path).is_file():
            return None
        code = (folder / path).read_text(encoding="utf-8")
        title = title_of(code, languages)
        small = _thumbnail(code, shapes)
        return Entry(path, say(f"index.kind_{kind}"), title, say(f"index.about_{kind}"), small)

    return read


def title_of(code: str, languages: Languages) -> Text:
    """Read the title of a sealed page in each of its languages."""
    found = _DATA.search(code)
    if found is None:
        return everywhere("")
    data = json.loads(found[1])
    said = data["text"][data["words"]["title"]]
    if isinstance(said, str):
        return everywhere(said)
    titles = dict(zip(data["languages"], said, strict=True))
    return in_each(lambda words: str(titles.get(words.lang, said[0])))


def _thumbnail(code: str, shapes: dict[str, int]) -> Thumbnail | None:
    """Read the map of a page; a shape that other pages show too is held once."""
    drawn = _MAP.search(code)
    if drawn is None:
        return None
    found = [
        (kind, html.unescape(fill), shapes.setdefault(path, len(shapes)))
        for kind, fill, path in _SHAPE.findall(drawn[0])
    ]
    signs = [(kind, float(x) - 12, float(y) - 12) for kind, x, y in _SIGN.findall(drawn[0])]
    return Thumbnail(drawn[1], tuple(found), tuple(signs))


def _small(picture: Path) -> str:
    """Make a figure small, as a data address."""
    with Image.open(picture) as whole:
        high = round(_PICTURE_PX * whole.height / whole.width)
        small = whole.convert("RGB").resize((_PICTURE_PX, high), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.quantize(_INKS).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _listed(folder: Path, more: Sequence[str], *, apart: bool) -> list[Listed]:
    """List what is no page and no picture; files that each plan has are listed once.

    `apart` if what stands in folders is left out.
    """
    there = [entry for entry in _sized(folder) if not (apart and "/" in entry[0])]
    return [
        Listed(path, _if_any(_about(path)) or say("table.nothing"), size)
        for path, size in (*there, *((path, everywhere("")) for path in more))
    ]


def _about(path: str) -> str:
    """Give the key of the text about a file."""
    name = PurePosixPath(path)
    return f"index.{'plan' if len(name.parts) > 1 else 'file'}_{name.stem}"


def _sized(folder: Path) -> Iterator[tuple[str, Text]]:
    sizes: dict[str, int] = {}
    for file in folder.rglob("*"):
        place = file.relative_to(folder)
        if not file.is_file() or file.suffix in (".html", ".png", ".svg", ".pdf"):
            continue
        common = place.name if len(place.parts) == 1 else f"{place.parts[0]}/…/{place.name}"
        sizes[common] = sizes.get(common, 0) + file.stat().st_size
    for path, size in sorted(sizes.items(), key=lambda one: ("/" in one[0], one[0])):
        yield path, say("index.size", n=Quantity.count(max(1, round(size / 1000))))
