"""All outputs of a run, every page of them: nothing leads away, and each keeps the same policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

from helpers.elements import Elements
from helpers.speaking import said, speaking
from helpers.study_pages import outputs as outputs

from shelter_geo.analysis import Evaluation, site_options
from shelter_geo.plans import read_plans
from shelter_geo.publish.pages.sealed import PageText
from shelter_geo.publish.planner.data import Suggestion
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.publish.words import everywhere

LEADING = {
    "a", "applet", "area", "audio", "base", "embed", "fencedframe", "form", "frame", "iframe",
    "image", "img", "object", "portal", "source", "track", "video",
}  # fmt: skip
"""Elements by which a page loads something or takes a reader elsewhere."""
CALLS = (
    "fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "RTCPeerConnection",
    "WebTransport", "importScripts", "serviceWorker", "SharedWorker", "new Worker", "import(",
    "window.open", "location.href =", "location.assign", "location.replace", "eval(",
    "new Function", "document.write", "insertAdjacentHTML", "localStorage", "sessionStorage",
    "indexedDB", "document.cookie",
)  # fmt: skip
"""What would call out, run text or keep something, in a script."""
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
TEXTS = {".csv", ".html", ".json", ".svg", ".txt"}


def pages(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.html"))
    assert len(found) > 15
    return found


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_no_page_leads_away(outputs: Path) -> None:
    for file in pages(outputs):
        html = file.read_text(encoding="utf-8")
        found = Elements(html)
        index = file == outputs / "index.html"
        leading = LEADING - {"a", "img"} if index else LEADING  # to its neighbours; small pictures
        assert not leading & set(found.counts), file
        assert found.handlers == []
        others = [a for a in found.addresses if not re.fullmatch(r"data:,|#[a-z-]+\d*", a)]
        assert index or others == [], file
        for address in others:
            picture = address.startswith("data:image/png;base64,")
            assert picture or (outputs / address).resolve().is_relative_to(outputs), address
            assert picture or (outputs / address).is_file(), address
        links = re.findall(r"<link ([^>]*)>", html)  # the icon, which is nothing, and its own end
        assert 'rel="icon" href="data:,"' in links
        assert set(links) <= {
            'rel="icon" href="data:,"',
            'rel="expect" href="#whole" blocking="render"',
        }
        assert re.findall(r"http-equiv=\W?([\w-]+)", html) == ["Content-Security-Policy"], file
        assert not re.search(r"speculationrules|importmap|prefetch|preconnect|manifest", html), file
        assert '<meta name="referrer" content="no-referrer">' in html
        types = set(re.findall(r"<script([^>]*)>", html))
        assert types == {"", ' type="application/json" id="data"'}, file


def test_no_script_calls_runs_or_keeps_anything(outputs: Path) -> None:
    for file in pages(outputs):
        found = Elements(file.read_text(encoding="utf-8"))
        for script in found.code["script"]:
            assert [call for call in CALLS if call in script] == [], file
        for style in found.code["style"]:
            assert not re.search(r"@import|url\((?!\"?#)|expression\(|@font-face", style), file


def test_every_page_has_the_policy_that_lets_only_its_constant_code_run(outputs: Path) -> None:
    constant: dict[str, set[str]] = {}
    for file in pages(outputs):
        html = file.read_text(encoding="utf-8")
        found = Elements(html)
        assert html.count("Content-Security-Policy") == 1
        assert html.index("Content-Security-Policy") < html.index("<style")
        assert found.policy.split("; ") == [
            "default-src 'none'",
            "script-src " + " ".join(map(digest, found.code["script"])),
            "style-src " + " ".join(map(digest, found.code["style"])),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ], file
        kind = {name: name for name in ("planner", "report", "index")}.get(file.stem, "map")
        constant.setdefault(kind, set()).add(found.policy)
    assert {kind: len(policies) for kind, policies in constant.items()} == {
        "map": 1,
        "planner": 1,
        "report": 1,
        "index": 1,
    }


def test_data_of_every_page_are_inert(outputs: Path) -> None:
    for file in pages(outputs):
        (block,) = DATA.findall(file.read_text(encoding="utf-8"))
        assert not set("<>&'`\u2028\u2029") & set(block), file
        assert isinstance(json.loads(block), dict)


def test_no_output_names_this_machine_or_leads_a_drawing_away(outputs: Path) -> None:
    home = str(outputs.parent)
    for file in sorted(path for path in outputs.rglob("*") if path.suffix in TEXTS):
        text = file.read_text(encoding="utf-8")
        assert home not in text, file
        if file.suffix == ".svg":
            assert not re.search(r"<(script|a|image|foreignObject|style [^>]*href)\b", text), file
            assert set(re.findall(r'href="([^#"]*)', text)) <= {""}, file


def test_titles_of_sources_are_in_the_language_of_the_page(outputs: Path) -> None:
    """Or marked as English, so that a reader aloud says them right."""
    for file in pages(outputs):
        html = file.read_text(encoding="utf-8")
        block = json.loads(DATA.findall(html)[0])
        told = [text for text in block["text"] if isinstance(text, list)]
        az, en, ru = (block["languages"].index(lang) for lang in ("az", "en", "ru"))
        (titles,) = [text for text in told if text[en].startswith("GeoNames, through")]
        assert titles[az].startswith("GeoNames, Python-un")
        assert titles[ru].startswith("GeoNames, через")
        for text in told:
            for own in (az, ru):
                words = re.findall(r"\b[a-z]{4,}\b", text[own])
                assert text[own] != text[en] or len(words) < 3, f"{file}: {text[own]}"
        alike = [text for text in block["text"] if isinstance(text, str)]
        for text in alike:
            assert len(re.findall(r"(?<!\{)\b[a-z]{4,}\b", text)) < 3, f"{file}: {text}"


def test_a_title_as_published_is_marked_as_english() -> None:
    text = PageText(speaking("ru"))
    alone = text.cited("li", everywhere("Name"))
    assert alone == '<li lang="en">Name</li>'
    own = text.cited("li", everywhere({"az": "Ad", "en": "Name", "ru": "Имя"}))
    assert own == '<li data-t="0">Имя</li>'


# ------------------------------------------------------------- suggestions that are the same


def test_two_suggestions_of_the_same_sites_are_one(evaluation: Evaluation) -> None:
    """The first name stays, with the plan's places; one site fewer is another plan."""
    study = evaluation.study
    plans = [plan for plan in read_plans(study.scenarios) if plan.scenario.id == "best-three-mean"]
    sites = [shelter.settlement_id for shelter in plans[0].open]
    best = [
        Suggestion("By mean", sites),
        Suggestion("One fewer", sites[1:]),
        Suggestion("By another model", sites[::-1]),
        Suggestion("One fewer again", sites[:0:-1]),
    ]
    page = study_planner(evaluation, site_options(study), plans, best=best)
    assert [said(name) for name, _, _ in page.data.suggestions] == ["By mean", "One fewer"]
    assert [len(rows) for _, rows, _ in page.data.suggestions] == [3, 2]
    given = [shelter.places for shelter in plans[0].open]
    assert [sorted(each) for _, _, each in page.data.suggestions] == [sorted(given), [20, 20]]
