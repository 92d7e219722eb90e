"""A planner of a large study holds the nearest sites of each district, and stays exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.chromium import visit
from helpers.large_planner import LargeCountry, large_country
from helpers.planner_desk import DESK, open_site
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from shelter_geo.errors import OutputError
from shelter_geo.publish.planner.beyond import Beyond
from shelter_geo.publish.planner.packing import deflated
from shelter_geo.publish.planner.page import PlannerPage
from shelter_geo.publish.planner.page_costs import PageSize

SMALL = PageSize(costs=260, district=0, least=0, packed=900, candidates=16, rows=40)
STEPS = (2, 1)
"""Steps to a kilometre and to a minute where there is little room."""


@pytest.fixture(scope="module")
def country() -> LargeCountry:
    """A country whose costs are in the middle of those steps, so that they are held exactly."""
    made = large_country(60, 20, 5)
    km = (np.ceil(2 * made.distance_km) / 2 - 0.25).clip(lower=0.25)
    minutes = np.round(made.travel_min)
    return replace(made, distance_km=km, travel_min=minutes)


@pytest.fixture(scope="module")
def wide() -> LargeCountry:
    return large_country(2_000, 300, 4)


@pytest.fixture(scope="module")
def wide_page(wide: LargeCountry) -> PlannerPage:
    return wide.planner()


@pytest.fixture(scope="module")
def file(country: LargeCountry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "planner.html"
    country.planner(size=SMALL, beyond=Beyond()).save(path)
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with visit(browser, file, DESK) as seen:
        yield seen.page
        seen.assert_silent()


def test_two_thousand_districts_and_three_hundred_candidates_take_less_than_a_megabyte(
    wide_page: PlannerPage,
) -> None:
    assert not wide_page.data.page_costs.whole
    assert len(wide_page.html.encode()) < 1_000_000
    # Every site that is nearer to a district than its nearest shelter is held for it.
    shelter = (wide_page.data.sites["role"] == "shelter").to_numpy()
    for cost in (wide_page.data.length_cm, wide_page.data.time_ms):
        nearer = (cost <= cost[:, shelter].min(axis=1, keepdims=True)) & (cost >= 0)
        assert nearer.sum() > 100_000
        assert wide_page.data.page_costs.held[nearer].all()


EACH = """() => {
  const { sites } = Page.data;
  return sites.id.flatMap((id, at) => {
    if (sites.shelter[at]) return [];
    const plan = Model.today();
    Model.openSite(plan, at);
    const { km, minutes, hidden, unreached } = Model.evaluate(plan);
    const costs = [km, minutes].map((each) => [...each].map((cost) => (cost >= 0 ? cost : -1)));
    return [[id, ...costs, hidden, unreached]];
  });
}"""


@pytest.mark.browser
def test_no_opening_leaves_a_district_of_a_large_study_out(
    wide: LargeCountry, wide_page: PlannerPage, browser: Browser, tmp_path: Path
) -> None:
    wide_page.save(tmp_path / "wide.html")
    with visit(browser, tmp_path / "wide.html", DESK) as seen:
        found = seen.page.evaluate(EACH)
        seen.assert_silent()
    shelters = [key for key in wide.distance_km if key.startswith("s")]
    now = [costs[shelters].min(axis=1).to_numpy() for costs in (wide.distance_km, wide.travel_min)]
    island = wide.districts["population"].iloc[0]
    assert len(found) == 300
    for site, km, minutes, hidden, unreached in found:
        assert (hidden, unreached) == (0, island)
        for said, table, today in zip(
            (km, minutes), (wide.distance_km, wide.travel_min), now, strict=True
        ):
            # Whole kilometres and minutes are those of all costs; halves may go up or down.
            exact = np.minimum(today, table[site].to_numpy())[1:]
            whole, sharp = np.floor(np.array(said[1:]) + 0.5), np.abs(exact % 1 - 0.5) > 1e-4
            np.testing.assert_array_equal(whole[sharp], np.round(exact[sharp]))
            assert sharp.mean() > 0.99


@pytest.mark.browser
def test_what_is_compressed_comes_back_as_it_was(page: Page) -> None:
    random = np.random.default_rng(8)
    noise, few = random.integers(0, 256, 70_000), random.integers(97, 101, 30_000)
    far = np.concatenate([noise[:300], np.zeros(20_000, int), noise[:300]])
    for content in (np.array([], int), np.array([7]), np.arange(9), noise, few, far):
        raw = content.astype(np.uint8).tobytes()
        packed = deflated(raw)
        assert not set(packed) & set("&<>'`\"\\:/")
        assert page.evaluate("(text) => [...Inflate.bytes(text)]", packed) == list(raw)


def test_a_study_of_common_size_is_held_whole(country: LargeCountry) -> None:
    page = country.planner()
    assert page.data.page_costs.whole
    assert (page.data.left_out, page.rows) == (0, 300)
    assert 'class="hint held"' not in page.html


def test_what_is_offered_is_nearest_to_the_most_people(country: LargeCountry) -> None:
    data = country.planner(size=SMALL).data
    kept = set(data.sites.loc[data.sites["role"] == "candidate", "site_id"])
    assert (len(kept), data.left_out) == (16, 4)
    candidates = [key for key in country.distance_km if key.startswith("p")]
    served = dict.fromkeys(candidates, 0)
    people = country.districts.set_index("district_id")["population"]
    for key, row in country.distance_km[candidates].dropna().iterrows():
        served[str(row.idxmin())] += int(people[key])
    left = set(candidates) - kept
    assert max(served[key] for key in left) <= min(served[key] for key in kept)


@pytest.mark.parametrize("wrong", [{"costs": -1}, {"rows": -5}, {"candidates": -1}, {"packed": -1}])
def test_a_page_of_less_than_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(OutputError, match="0 or more"):
        PageSize(**wrong)


EVALUATE = """([opened, closed, group]) => {
  Model.counted.group = group;
  const plan = Model.today(), { sites } = Page.data;
  for (const id of opened) Model.openSite(plan, sites.id.indexOf(id));
  for (const id of closed) plan.open[sites.id.indexOf(id)] = 0;
  const r = Model.evaluate(plan), rows = [...r.km.keys()];
  const promises = Model.promises(plan, r);
  return {
    km: rows.map((row) => (r.site[row] < 0 ? null : r.km[row])),
    minutes: rows.map((row) => (r.site[row] < 0 ? null : r.minutes[row])),
    unsure: [...r.unsure], hidden: r.hidden, unreached: r.unreached,
    second: rows.map((row) => (r.site[row] < 0 ? null : Model.second(r, row))),
    promises: promises.map((one) => [sites.id[one.site], one.change * r.served, one.some]),
  };
}"""


def admitting(country: LargeCountry, group: str, keys: list[str]) -> list[str]:
    return [k for k in keys if group == "all" or country.sites.loc[k, group] == "yes"]


@pytest.mark.browser
def test_figures_are_those_of_all_costs_or_said_to_be_missing(
    page: Page, country: LargeCountry
) -> None:
    random, people = np.random.default_rng(5), country.districts["population"].to_numpy()
    offered = set(page.evaluate("Page.data.sites.id"))
    free = sorted(key for key in offered if key.startswith("p"))
    shelters = sorted(key for key in offered if key.startswith("s"))
    unsure = sure = more = 0
    for start in range(40):
        group = ("all", "men")[start % 2]
        opened = list(random.choice(free, start % 5, replace=False))
        closed = list(random.choice(shelters, start % 3, replace=False)) if start > 5 else []
        found = page.evaluate(EVALUATE, [opened, closed, group])
        there = sorted({*shelters, *opened} - set(closed))
        km = country.distance_km[admitting(country, group, there)].to_numpy()
        minutes = country.travel_min[admitting(country, group, there)].to_numpy()
        known = ~np.array(found["unsure"], dtype=bool)
        if not opened and not closed:
            assert known.all()
        wanted = [
            np.where(np.isnan(costs).all(axis=1), np.nan, np.fmin.reduce(costs, axis=1))
            for costs in (km, minutes)
        ]
        for said, exact in zip(("km", "minutes"), wanted, strict=True):
            np.testing.assert_allclose(np.array(found[said], float)[known], exact[known], atol=1e-4)
        weight = people - country.districts["women"].to_numpy() if group == "men" else people
        assert found["hidden"] == weight[~known].sum()
        assert found["unreached"] == weight[known & np.isnan(wanted[0])].sum()
        for row, said in enumerate(found["second"]):
            if said and said["site"] >= 0:
                assert said["km"] == pytest.approx(np.sort(km[row])[1], abs=1e-4)
        sure, unsure = sure + known.sum(), unsure + (~known).sum()
        for key, change, some in found["promises"]:
            exact = -saved_by(country, key, wanted[0], weight, known)
            more += some
            if some:
                assert change >= exact - 1
            else:
                assert change == pytest.approx(exact, abs=1)
    assert sure > unsure > 0
    assert more > 0


def saved_by(
    country: LargeCountry,
    key: str,
    now: NDArray[np.float64],
    weight: NDArray[Any],
    known: NDArray[np.bool_],
) -> float:
    less = np.nan_to_num(now - country.distance_km[key].to_numpy())
    return float((weight * np.maximum(less, 0))[known].sum())


@pytest.mark.browser
def test_the_best_from_here_is_proven_only_where_every_nearer_site_is_held(
    page: Page, country: LargeCountry, browser: Browser, tmp_path: Path
) -> None:
    ask = "(n) => Best.search(Model.today(), { kind: 'mean', limit: 0 }, n)"
    assert [page.evaluate(ask, n)["exact"] for n in (1, 2)] == [False, False]
    path = tmp_path / "roomy.html"
    country.planner(size=PageSize(costs=800, district=0, least=0)).save(path)
    with visit(browser, path, DESK) as seen:
        found = seen.page.evaluate(ask, 1)
        assert (found["exact"], seen.page.evaluate("Boolean(Page.data.held)")) == (True, True)
        now = country.distance_km[[k for k in country.distance_km if k.startswith("s")]].min(axis=1)
        people = country.districts["population"].to_numpy()
        gains = {
            key: float((people * np.maximum(now - country.distance_km[key], 0).fillna(0)).sum())
            for key in country.distance_km
            if key.startswith("p")
        }
        assert seen.page.evaluate("(at) => Page.data.sites.id[at]", found["sites"][0]) == max(
            gains, key=lambda key: gains[key]
        )
        seen.assert_silent()


@pytest.mark.browser
def test_the_page_says_what_it_leaves_out_and_how_to_get_it(page: Page) -> None:
    notes = page.locator(".hint.held").all_text_contents()
    assert len(notes) == 5
    assert "of 21" in notes[0]
    assert "16 of 20 possible sites" in notes[1]
    assert "20 districts of 60" in notes[2]
    assert "within 0.25 km, and times within 0.5 min, of those" in notes[3]
    assert notes[4].startswith("Stays and waits")
    assert all("shelter-geo compare" in note for note in notes[:2])
    assert page.locator("#table tbody tr").count() == 20
    assert page.locator("#district option").count() == 61
    for site in ("town 1", "town 3", "town 5"):
        open_site(page, site)
    rows = page.evaluate("""() => {
      const plan = Past.decoded(document.querySelector(".code").value);
      const { unsure } = Model.evaluate(plan);
      return [...unsure.keys()].filter((row) => unsure[row]);
    }""")
    assert rows
    said = page.locator("#plan-a .unsure")
    assert f"districts {len(rows)}," in str(said.text_content())
    area = page.locator("#plan-a .area").nth(rows[0])
    assert area.get_attribute("fill") == "url(#no-figure)"
    page.select_option("#district", str(rows[0]))
    cells = page.locator(".chosen tbody tr").nth(1).locator("td")
    assert cells.first.text_content() == "not on this page"
    page.click("#plan-a .to-today")
    assert said.is_hidden()


NAMES = """() => [...document.querySelectorAll("#plan-a .marks text")].map((text) => {
  const { x, y, width, height } = text.getBBox();
  return [text.textContent, x, y + height * 0.2, x + width, y + height * 0.8];
})"""


@pytest.mark.browser
def test_names_of_all_opened_sites_stand_and_none_lies_on_another(page: Page) -> None:
    for _ in range(8):
        page.locator("#plan-a .free button").first.click()
    wanted = page.locator("#plan-a .opened li.added label").all_inner_texts()
    names = page.evaluate(NAMES)
    assert len(wanted) == 8
    assert set(wanted) <= {name for name, *_ in names}
    for at, (name, left, top, right, bottom) in enumerate(names):
        for other, west, north, east, south in names[:at]:
            apart = right <= west or east <= left or bottom <= north or south <= top
            assert apart, (name, other)


@pytest.mark.browser
def test_the_bar_says_how_many_a_plan_leaves_out(page: Page) -> None:
    said, free = page.locator(".bar .lacking"), page.locator("#plan-a .free button")
    assert said.inner_text() == ""
    free.last.click()
    free.last.click()
    towns = page.locator("#plan-a .opened li.added label").all_inner_texts()
    opened = [f"p{int(town.removeprefix('Town ')):03}" for town in towns]
    found = page.evaluate(EVALUATE, [opened, [], "all"])
    assert found["hidden"] > 0
    assert f"Plan A leaves out: districts {sum(found['unsure'])}, people " in said.inner_text()
    page.click("#undo")
    page.click("#undo")
    assert said.inner_text() == ""
