"""The planner's numbers in a real browser against the library's, and what leaves the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers.chromium import visit
from helpers.planner_toys import CANDIDATES, SHELTERS, costs, districts, sites, toy_planner
from helpers.speaking import LANGUAGES
from playwright.sync_api import Browser, Page

from shelter_geo.access import metrics as access
from shelter_geo.access.costs import CostMatrix
from shelter_geo.access.nearest import nearest
from shelter_geo.capacity.groups import admission
from shelter_geo.capacity.norms import PlaceReading, shortfall
from shelter_geo.publish.words import Words

pytestmark = pytest.mark.browser
LIMITS = (100, 200, 300)
GROUPS = {"all": (), "women": ("women",), "children": ("women", "children"), "men": ("men",)}
GROUPS |= {"lgbtq": ("lgbtq",)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("planner") / "planner.html"
    toy_planner().save(path)
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with visit(browser, file) as seen:
        yield seen.page
        calls = [url for url in seen.requests if not url.startswith("blob:")]
        assert (calls, seen.complaints) == ([], [])


def matrix(kept: list[str]) -> CostMatrix:
    distance_km, travel_min = costs()

    def whole(frame: pd.DataFrame, per_unit: int) -> np.ndarray:
        values = frame[kept].to_numpy()
        return np.where(np.isnan(values), -1, np.round(values * per_unit)).astype("int64")

    length, time = whole(distance_km, 100_000), whole(travel_min, 60_000)
    reason = np.full(len(distance_km), "", dtype=object)
    return CostMatrix(distance_km.index, pd.Index(kept), time, length, reason)


def expected(scenario: dict[str, Any]) -> dict[str, float]:
    """What the library says of a scenario."""
    places = pd.Series(scenario["places"])
    table = sites().loc[places.index]
    admits = admission(table, GROUPS[scenario["group"]]).fillna(scenario["unknown"])
    kept = sorted(places.index[admits.to_numpy(bool)])
    units = districts().set_index("district_id", drop=False)
    if scenario["registered"]:
        units = units.assign(population=units["registered"], women=units["registered_women"])
    weights = {"all": units["population"], "lgbtq": units["population"]}
    weights |= {"men": units["population"] - units["women"]}
    weight = weights.get(scenario["group"], units["women"])
    costs_ = matrix(kept or ["p-0"])
    found = access.point_access(units, costs_, access.BusTime(1, 1, 1))
    if not kept:
        found = found.assign(reachable=False)
    rows = access.summarise(found, weight, distance_classes_km=LIMITS, time_classes_h=(1,))
    values = {row["metric"]: row["value"] for row in rows}
    norm = shortfall(
        pd.Series({"": int(units["population"].sum())}),
        pd.Series({"": int(places[kept].sum())}),
        [PlaceReading("toy", 2.5)],
        people_per_family_place=10_000,
    ).iloc[-1]
    keys = nearest(costs_)["facility_id"] if kept else pd.Series([None] * len(units))
    return {
        "mean": values["distance_km_mean"],
        "median": values["distance_km_median"],
        "max": values["distance_km_max"],
        "unreached": values["unreachable"],
        **{f"beyond_{limit}": values[f"beyond_{limit}_km"] for limit in LIMITS},
        "needed": norm["family_places_needed"],
        "there": norm["family_places_there"],
        "missing": norm["family_places_missing"],
        "nearest": [None if pd.isna(key) else key for key in keys],
    }


def on_page(page: Page, scenario: dict[str, Any]) -> dict[str, Any]:
    """What the page's own script says of it."""
    return dict(
        page.evaluate(
            """({ places, group, unknown, registered }) => {
              Object.assign(Model.counted, { group, unknown, registered });
              const plan = Model.today(), { sites } = Page.data;
              plan.open.fill(0);
              for (const [key, count] of Object.entries(places)) {
                plan.open[sites.id.indexOf(key)] = 1;
                plan.places[sites.id.indexOf(key)] = count;
              }
              const r = Model.evaluate(plan), s = Model.spread(r, r.reached);
              return {
                mean: s.mean, median: s.median, max: s.max, unreached: r.unreached,
                beyond_100: s.beyond[0], beyond_200: s.beyond[1], beyond_300: s.beyond[2],
                needed: r.needed, there: r.there, missing: r.missing,
                nearest: [...r.site].map((at) => at < 0 ? null : sites.id[at]),
              };
            }""",
            scenario,
        )
    )


def scenarios() -> list[dict[str, Any]]:
    random = np.random.default_rng(5)
    made = []
    for n in range(24):
        keys = [*SHELTERS, *CANDIDATES]
        kept = [key for key in keys if random.random() < (0.15 if n % 2 else 0.5)]
        made.append(
            {
                "places": {key: int(random.integers(1, 90)) for key in kept},
                "group": list(GROUPS)[n % 5],
                "unknown": bool(random.random() < 0.5),
                "registered": bool(random.random() < 0.5),
            }
        )
    nobody = {"places": {}, "group": "all", "unknown": False, "registered": True}
    return [*made, nobody]


def test_numbers_are_those_of_the_library(page: Page) -> None:
    for scenario in scenarios():
        if scenario["places"]:
            said, wanted = on_page(page, scenario), expected(scenario)
            assert said.pop("nearest") == wanted.pop("nearest"), scenario
            assert said == pytest.approx(wanted, nan_ok=True, rel=1e-12), scenario


def test_without_any_shelter_everybody_is_cut_off_and_nothing_is_averaged(page: Page) -> None:
    said = on_page(page, scenarios()[-1])
    assert np.isnan([said["mean"], said["median"], said["max"]]).all()
    assert said["unreached"] == districts()["registered"].sum()
    assert (said["beyond_100"], said["there"]) == (0, 0)


def test_who_gains_is_counted_once_by_the_measure_of_the_study(page: Page) -> None:
    before, after = ({"places": dict.fromkeys(keys, 9)} for keys in (SHELTERS, ["p-1", "p-7"]))
    first, second = (
        nearest(matrix(list(scenario["places"])))["distance_km"] for scenario in (before, after)
    )
    people = districts().set_index("district_id")["population"]
    gain = first - second
    wanted = {
        "gain": people[gain > 0].sum(),
        "lose": people[gain < 0].sum(),
        "reached": people[first.isna() & second.notna()].sum(),
        "cut": people[first.notna() & second.isna()].sum(),
    }
    said = page.evaluate(
        """() => {
          const plan = Model.today();
          plan.open.fill(0);
          for (const key of ["p-1", "p-7"]) Model.openSite(plan, Page.data.sites.id.indexOf(key));
          return Model.compare(Model.evaluate(Model.today()), Model.evaluate(plan)).sums;
        }"""
    )
    assert said == wanted
    assert wanted["reached"] == 8000


def test_the_promise_of_a_site_is_what_opening_it_gives(page: Page) -> None:
    wrong = page.evaluate(
        """() => {
          const now = Model.evaluate(Model.today());
          return Model.promises(Model.today(), now).filter((entry) => {
            const plan = Model.today();
            Model.openSite(plan, entry.site);
            const then = Model.evaluate(plan);
            return Math.abs(now.unreached - then.unreached - entry.reaches) > 1e-6 ||
              (!entry.reaches && Math.abs(then.mean - now.mean - entry.change) > 1e-9);
          }).map((entry) => Page.data.sites.id[entry.site]);
        }"""
    )
    assert wrong == []


NUMBERS = [0, 0.4, 0.5, 1.5, 2.5, 999.5, 1000, 12345.678, 10_258_912, -46.2, 7.25]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_written_as_python_writes_them(page: Page, lang: str) -> None:
    page.click(f"[data-lang={lang}]")
    words = Words(lang)
    for value in NUMBERS:
        for digits in (0, 1):
            said = page.evaluate(f"Words.number({value}, {digits})")
            assert said == words.number(value, digits=digits).replace("-", "−")
        size = abs(value)
        assert page.evaluate(f"Words.people({size})") == words.people(size)
        assert page.evaluate(f"Words.km({size})") == words.distance(size)
        assert page.evaluate(f"Words.duration({size})") == words.duration(size)


def test_table_and_pictures_leave_the_page(page: Page, tmp_path: Path) -> None:
    page.click("#plan-a [data-suggestion='0']")
    caught = {}
    for key, button in {
        "csv": "#csv",
        "svg": "#plan-a [data-act=svg]",
        "png": "#plan-a [data-act=png]",
    }.items():
        with page.expect_download() as download:
            page.click(button)
        caught[key] = tmp_path / download.value.suggested_filename
        download.value.save_as(caught[key])
    table = list(csv.DictReader(io.StringIO(caught["csv"].read_text(encoding="utf-8-sig"))))
    wanted = nearest(matrix([*SHELTERS, "p-3", "p-5"]))
    assert [row["district_id"] for row in table] == list(wanted.index)
    assert [row["a_nearest_site_id"] or None for row in table] == [
        None if pd.isna(key) else key for key in wanted["facility_id"]
    ]
    assert table[7]["a_distance_km"] == ""
    drawing = caught["svg"].read_text(encoding="utf-8")
    assert "Plan A: Best two" in drawing
    assert "Roads: somebody" in drawing
    assert "script" not in drawing
    assert caught["png"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert caught["png"].stat().st_size > 20_000


def test_cells_that_a_spreadsheet_would_run_are_defused(page: Page) -> None:
    said = page.evaluate("Files.csv([['=1+1', '-5', '-x', 'a,b', '@x', 'say \"hi\"']])")
    assert said == '\ufeff\'=1+1,-5,\'-x,"a,b",\'@x,"say ""hi"""\n'
