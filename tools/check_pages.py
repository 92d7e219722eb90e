"""Look for anything in built pages that another computer would be asked for, or that is not there.

python tools/check_pages.py FOLDER lists what it finds, and its exit code is 1 if that is anything.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit

LOADING: Final = {
    "audio": "src", "embed": "src", "form": "action", "iframe": "src", "img": "src", "link": "href",
    "object": "data", "script": "src", "source": "src", "track": "src", "video": "src",
}  # fmt: skip
"""Attributes by which a page loads something without a click."""
STYLE_ADDRESS: Final = re.compile(
    r"url\(\s*[\"']?((?:https?:)?//[^\"')]+)|@import\s+[\"']([^\"']+)"
)
SCRIPT_REQUEST: Final = re.compile(
    r"(?:fetch|import|importScripts|open)\(\s*[\"'`](?:https?:)?//[^\"'`]+"
)


class PageReader(HTMLParser):
    """Collect what a page loads and where its links lead; pages inside frames count too."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = {name: value for name, value in attrs if value is not None}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADING and LOADING[tag] in given:
            self.loads.append(given[LOADING[tag]])
        if "srcdoc" in given:
            inner = read_page(given["srcdoc"])
            self.loads += inner.loads


def read_page(text: str) -> PageReader:
    """Read a page."""
    reader = PageReader()
    reader.feed(text)
    reader.loads += [found[1] or found[2] for found in STYLE_ADDRESS.finditer(text)]
    reader.loads += SCRIPT_REQUEST.findall(text)
    return reader


def faults(folder: Path) -> Iterator[str]:
    """Give what is wrong with the pages, styles and scripts of a folder."""
    pages = {path: read_page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    for path, page in sorted(pages.items()):
        name = path.relative_to(folder).as_posix()
        for target in page.loads:
            if target.startswith(("data:", "#")):
                continue
            if urlsplit(target).netloc or "//" in target:
                yield f"{name} asks another computer for {target}"
            elif not (path.parent / unquote(urlsplit(target).path)).is_file():
                yield f"{name} loads {target}, which is not there"
        for target in page.links:
            fault = _lost(path, target, pages)
            if fault:
                yield f"{name}: {fault}"
    for path in sorted([*folder.rglob("*.css"), *folder.rglob("*.js")]):
        text = path.read_text(encoding="utf-8")
        found = [a or b for a, b in STYLE_ADDRESS.findall(text) if path.suffix == ".css"]
        found += SCRIPT_REQUEST.findall(text)
        for target in found:
            if "//" in target:
                yield f"{path.relative_to(folder).as_posix()} asks another computer for {target}"


def _lost(path: Path, target: str, pages: dict[Path, PageReader]) -> str:
    """Say where a link to the same site does not lead, or nothing."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return ""
    place, anchor = urldefrag(target)
    goal = (path.parent / unquote(place)).resolve() if place else path
    if not goal.is_file():
        return f"the link {target} leads nowhere"
    if anchor and goal in pages and unquote(anchor) not in pages[goal].anchors:
        return f"the link {target} leads to no part of that page"
    return ""


def main(arguments: list[str]) -> int:
    """List all faults of a folder."""
    found = list(faults(Path(arguments[0]).resolve()))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
