"""What the planner says of people as a range, of roads, and of what is nearest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.chromium import visit
from helpers.planner_toys import costs, districts, toy_planner
from helpers.reading import read_page
from helpers.speaking import LANGUAGES
from playwright.sync_api import Browser

from shelter_geo.publish.words import Words
from shelter_geo.vocabulary import Impedance


def ranged() -> Any:
    """Districts of which nobody knows to the last person who lives where."""
    units = districts()
    return units.assign(
        residents_low=(units["population"] - 300).clip(lower=0),
        residents_high=units["population"] + 700,
        resident_women_low=(units["women"] - 100).clip(lower=0),
        resident_women_high=units["women"] + 300,
    )


def beyond(limit: float, group: str) -> tuple[float, float]:
    """Least and most people beyond a limit from today's shelters, counted one by one."""
    distance_km, _ = costs()
    least = distance_km[["house-1", "house-2", "refuge"]].min(axis=1)
    low = high = near = far = 0
    for _, row in ranged().iterrows():
        km = least[row["district_id"]]
        of = {"women": ("women", "resident_women"), "all": ("population", "residents")}[group]
        central = row[of[0]]
        near += central if limit * 0.98 < km <= limit * 1.02 else 0
        far += central if km > limit else 0
    sharp = near <= 0.05 * far
    for _, row in ranged().iterrows():
        km = least[row["district_id"]]
        low += row[f"{of[1]}_low"] if km > (limit if sharp else limit * 1.02) else 0
        high += row[f"{of[1]}_high"] if km > (limit if sharp else limit * 0.98) else 0
    return low, high


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_beyond_a_limit_are_a_range_before_and_with_scripts(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    # 100 km are crossed sharply; of 271 km and more many live at 270.
    toy_planner(districts=ranged(), lang=lang).save(tmp_path / "planner.html")
    words = Words(lang)
    wanted = [words.people_between(*beyond(limit, "all")) for limit in (100, 200, 300)]
    assert any(words.text("study.between", low="", high="").strip() in text for text in wanted)
    for scripts in (False, True):
        with visit(browser, tmp_path / "planner.html", java_script_enabled=scripts) as seen:
            cells = seen.page.locator(".bar [data-figure^=beyond] [data-who=today] > .value")
            assert cells.all_text_contents() == wanted
    with visit(browser, tmp_path / "planner.html") as seen:
        seen.page.locator("[name=group][value=women]").check(force=True)
        cells = seen.page.locator(".bar [data-figure^=beyond] [data-who=today] > .value")
        assert cells.all_text_contents() == [
            # Shelters of today that do not take women are not counted: house-1 and house-2 do.
            words.people_between(*of_women(limit))
            for limit in (100, 200, 300)
        ]


def of_women(limit: float) -> tuple[float, float]:
    distance_km, _ = costs()
    least = distance_km[["house-1", "house-2"]].min(axis=1).to_numpy()
    units = ranged()
    women = units.set_index("district_id").loc[distance_km.index]
    edge = (least > limit * 0.98) & (least <= limit * 1.02)
    sharp = women["women"][edge].sum() <= 0.05 * women["women"][least > limit].sum()
    inner, outer = (limit, limit) if sharp else (limit * 0.98, limit * 1.02)
    return (
        float(women["resident_women_low"][least > outer].sum()),
        float(women["resident_women_high"][least > inner].sum()),
    )


PAIRS = [(0, 0), (0, 9000), (949, 951), (9_949, 10_020), (1_150_400, 1_417_000), (150, 99_999)]


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_range_is_written_as_python_writes_it(
    browser: Browser, tmp_path: Path, lang: str
) -> None:
    toy_planner(lang=lang).save(tmp_path / "planner.html")
    random = np.random.default_rng(3)
    pairs = [*PAIRS, *(sorted(map(int, random.integers(0, 3e6, 2))) for _ in range(60))]
    with visit(browser, tmp_path / "planner.html") as seen:
        for low, high in pairs:
            said = seen.page.evaluate(f"Words.between({low}, {high})")
            assert said == Words(lang).people_between(low, high), (low, high)


@pytest.mark.browser
def test_a_change_of_ranges_is_known_to_two_digits(browser: Browser, tmp_path: Path) -> None:
    toy_planner(districts=ranged()).save(tmp_path / "planner.html")
    with visit(browser, tmp_path / "planner.html") as seen:
        assert seen.page.evaluate("[1178734, -986512, 4321, -60].map(Words.about)") == [
            1_200_000, -990_000, 4300, -100,
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("impedance", "said", "not_said"),
    [
        (Impedance.DISTANCE, "fewest kilometres, each counted", "the least time by car"),
        (Impedance.TIME, "the least time by car", "fewest kilometres, each counted"),
    ],
)
def test_what_is_nearest_is_said_by_the_measure_of_the_study(
    tmp_path: Path, impedance: Impedance, said: str, not_said: str
) -> None:
    toy_planner(impedance=impedance).save(tmp_path / "planner.html")
    whole = read_page(tmp_path / "planner.html", "en").whole
    assert said in whole
    assert not_said not in whole
    assert "of the same road" not in whole


@pytest.mark.browser
@pytest.mark.parametrize("domestic", [False, True])
def test_whom_no_road_and_whom_no_shelter_serves_are_told_apart(
    browser: Browser, tmp_path: Path, *, domestic: bool
) -> None:
    toy_planner(domestic=domestic).save(tmp_path / "planner.html")
    with visit(browser, tmp_path / "planner.html") as seen:
        page = seen.page
        label = page.locator("#plan-a [data-figure=unreached] dt")
        inside = "inside the country" if domestic else "without any road"
        assert inside in str(label.text_content())
        assert ("inside the country" in page.locator(".key").inner_text()) is domestic
        page.locator("[name=group][value=lgbtq]").check(force=True)
        # No house is known to admit this group: the road to it is there all the same.
        assert "no shelter is known to admit" in str(label.text_content())
        cells = page.locator("#table tbody tr td:nth-child(5)").all_text_contents()
        assert cells.count("no shelter known to admit them") == 7
        road = "no road inside the country to a shelter" if domestic else "no road to a shelter"
        assert cells.count(road) == 1
