"""The elements of a page, and what of it could run, call out or lead away."""

from __future__ import annotations

from html.parser import HTMLParser


class Elements(HTMLParser):
    """Counts elements and takes the scripts, styles and addresses out of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.code: dict[str, list[str]] = {"script": [], "style": []}
        self.policy = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        named = dict(attrs)
        self.addresses += [v or "" for k, v in attrs if k in ("href", "src", "action", "srcset")]
        self.handlers += [k for k in named if k.startswith("on") or k == "style"]
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""
        data = named.get("type") == "application/json"
        self._inside = tag if tag in self.code and not data else ""
        if self._inside:
            self.code[tag].append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[self._inside][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
