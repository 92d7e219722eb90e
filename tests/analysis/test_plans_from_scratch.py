"""Every bundled plan worked out again from the tables alone, with networkx and nothing of ours."""

from __future__ import annotations

import csv
import itertools
import math
import re
import tomllib
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from shelter_geo.analysis import EvaluatedPlans
from shelter_geo.study.load import bundled_study

DATA = bundled_study().parent
GEOD = Geod(ellps="WGS84")
BUILT_ON = {"roads-being-built": "roads-2021"}
KEYS = sorted(
    path.stem
    for path in (DATA / "scenarios").glob("*.toml")
    if not re.search(r"^kind = ", path.read_text(encoding="utf-8"), re.MULTILINE)
)
"""Plans for shelters; those for another kind of facility change nothing here."""


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def document(key: str) -> dict[str, Any]:
    """A plan, with the roads of the one it inherits from before its own."""
    plan = tomllib.loads((DATA / "scenarios" / f"{key}.toml").read_text(encoding="utf-8"))
    parent = plan["scenario"].get("inherits")
    if key in BUILT_ON:
        plan["road"] = document(BUILT_ON[key])["road"] + plan["road"]
    else:
        assert parent in (None, "today")
    return plan


def roads_of(changes: list[dict[str, Any]]) -> nx.DiGraph:
    graph = nx.DiGraph()
    for link in rows("roads/links.csv"):
        ends = link["from_node"], link["to_node"]
        graph.add_edge(*ends, km=float(link["km"]), min=float(link["minutes"]))
        if link["km_back"]:
            home = {"km": float(link["km_back"]), "min": float(link["minutes_back"])}
            graph.add_edge(*ends[::-1], **home)
    for change in changes:
        if change["kind"] == "open":
            minutes = change["km"] / change["kmh"] * 60
            for ends in itertools.permutations((change["start"], change["end"])):
                assert not graph.has_edge(*ends)
                graph.add_edge(*ends, km=change["km"], min=minutes)
        elif change["kind"] == "close":
            for pair in change["between"]:
                graph.remove_edges_from(itertools.permutations(pair))
        else:
            for *_, edge in graph.edges(data=True):
                edge["min"] *= change["factor"]
    return graph


def joined(place: tuple[float, float], nodes: list[dict[str, str]]) -> tuple[str, float] | None:
    """The nearest node and the kilometres to it, if these are no more than ten."""
    lon, lat = place
    there = [(float(node["lon"]), float(node["lat"])) for node in nodes]
    n = len(there)
    km = GEOD.inv([lon] * n, [lat] * n, [p[0] for p in there], [p[1] for p in there])[2]
    best = int(np.argmin(km))
    return (nodes[best]["node_id"], km[best] / 1000) if km[best] <= 10_000 else None


def from_scratch(key: str) -> pd.DataFrame:
    """Fewest kilometres and fewest minutes from every district centre to a shelter.

    Both are along the fastest way to a shelter, and may be of two shelters; `shelter` is the one
    with the fewest kilometres, which is the study's measure.
    """
    plan = document(key)
    graph, nodes = roads_of(plan.get("road", [])), rows("roads/nodes.csv")
    points = {
        r["settlement_id"]: (float(r["lon"]), float(r["lat"]))
        for r in rows("places/settlements.csv")
    }
    shelters = {row["shelter_id"]: row["settlement_id"] for row in rows("shelters/shelters.csv")}
    shelters |= {f"new-{e['settlement_id']}": e["settlement_id"] for e in plan.get("open", [])}
    ends = {key: joined(points[town], nodes) for key, town in sorted(shelters.items())}
    found = {}
    for row in rows("population/districts.csv"):
        here = float(row["lon"]), float(row["lat"])
        start = joined(here, nodes)
        # Nobody drives to a shelter in the town that she starts from.
        ways = [(0.0, 0.0, key) for key, town in sorted(shelters.items()) if points[town] == here]
        if start is not None and start[0] in graph:
            minutes, paths = nx.single_source_dijkstra(graph, start[0], weight="min")
            for shelter, end in ends.items():
                if end is not None and end[0] in minutes:
                    km = nx.path_weight(graph, paths[end[0]], "km") + start[1] + end[1]
                    ways.append((minutes[end[0]] + (start[1] + end[1]) / 20 * 60, km, shelter))
        nearest = min(((km, shelter) for _, km, shelter in ways), default=(math.nan, ""))
        least = min((minutes for minutes, *_ in ways), default=math.nan)
        found[row["district_id"]] = {"min": least, "km": nearest[0], "shelter": nearest[1]}
    return pd.DataFrame.from_dict(found, orient="index").sort_index()


def residents() -> pd.Series:
    """People by district where they live: those registered, or who lives there in their place."""
    people = {
        row["district_id"]: int(row["population"]) for row in rows("population/districts.csv")
    }
    for row in rows("population/residents.csv"):
        people[row["district_id"]] = int(row["residents_central"])
    for row in rows("population/displaced.csv"):
        people[row["district_id"]] += int(row["displaced_central"])
    return pd.Series(people)


@pytest.fixture(scope="module")
def today_again() -> pd.DataFrame:
    return from_scratch("today")


def test_bundled_plans_change_only_what_is_worked_out_here() -> None:
    """A plan that moves, closes or inherits more than today would need more than `from_scratch`."""
    for key in KEYS:
        plan = document(key)
        assert set(plan) <= {"scenario", "open", "resize", "road"}
        assert plan["scenario"].get("inherits", "today") == BUILT_ON.get(key, "today")


@pytest.mark.parametrize("key", [key for key in KEYS if key != "today"])
def test_comparison_with_today_equals_a_computation_from_scratch(
    key: str, bundled: EvaluatedPlans, today_again: pd.DataFrame
) -> None:
    again = from_scratch(key)
    table = bundled.comparison.districts
    table = table[table["scenario"] == key].set_index("district_id").sort_index()
    for column, expected in (
        ("km_before", today_again["km"]),
        ("min_before", today_again["min"]),
        ("km_after", again["km"]),
        ("min_after", again["min"]),
        ("gain_km", today_again["km"] - again["km"]),
    ):
        np.testing.assert_allclose(table[column], expected, atol=2e-3, err_msg=column)
    people = residents()
    measure = "min" if "road" in document(key) else "km"  # a faster road may be a longer one
    gain = today_again[measure] - again[measure]
    row = bundled.comparison.summary.set_index("scenario").loc[key]
    assert row["people_gain"] == people[gain > 1e-3].sum()
    assert row["people_lose"] == people[gain < -1e-3].sum()
    assert row["people_reached"] == people[today_again["km"].isna() & again["km"].notna()].sum()
    assert row["people_cut_off"] == people[today_again["km"].notna() & again["km"].isna()].sum()
    both = today_again["km"].notna() & again["km"].notna()
    assert row["people_compared"] == people[both].sum()
    for column, table in (("distance_km_mean_before", today_again), ("distance_km_mean", again)):
        mean = (table["km"] * people)[both].sum() / people[both].sum()
        assert row[column] == pytest.approx(mean, abs=1e-3)
    reach = bundled.comparison.reach
    for entry in reach[reach["scenario"] == key].to_dict("records"):
        near, was = again["km"] <= entry["limit_km"], today_again["km"] <= entry["limit_km"]
        assert entry["people_within"] == people[near].sum()
        assert entry["people_come_within"] == people[near & ~was].sum()
        assert entry["people_no_longer_within"] == people[was & ~near].sum()
    assert moves(bundled, key) == moves_again(today_again, again, people)


def moves(bundled: EvaluatedPlans, key: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Districts and people by the shelter they leave and the one they turn to."""
    table = bundled.comparison.reallocation
    return {
        (row["shelter_before"], row["shelter_after"]): (row["districts"], row["people"])
        for row in table[table["scenario"] == key].to_dict("records")
    }


def moves_again(
    before: pd.DataFrame, after: pd.DataFrame, people: pd.Series
) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for district, count in people.items():
        pair = before.loc[district, "shelter"], after.loc[district, "shelter"]
        if pair[0] != pair[1]:
            known = found.get(pair, (0, 0))
            found[pair] = known[0] + 1, known[1] + int(count)
    return found


@pytest.mark.parametrize("key", KEYS)
def test_places_missing_places_and_costs_equal_those_of_the_files(
    key: str, bundled: EvaluatedPlans
) -> None:
    plan, shelters = document(key), rows("shelters/shelters.csv")
    places = {row["shelter_id"]: int(row["places"]) for row in shelters}
    places |= {change["shelter_id"]: change["places"] for change in plan.get("resize", [])}
    whole = sum(places.values()) + sum(entry["places"] for entry in plan.get("open", []))
    row = bundled.comparison.summary.set_index("scenario").loc[key]
    assert row["places"] == whole

    people = int(residents().sum())
    study = tomllib.loads((DATA / "study.toml").read_text(encoding="utf-8"))
    persons = [entry["persons_per_family_place"] for entry in study["capacity"]["readings"]]
    missing = [max(0.0, people / 10_000 - whole / each) for each in persons]
    table = bundled.comparison.metrics.set_index(["basis", "metric", "units"])[key]
    for end, expected in (("low", min(missing)), ("high", max(missing))):
        found = table.loc["places-by-people", f"missing_{end}", "residents"]
        assert found == pytest.approx(expected)

    changed = [*plan.get("open", []), *plan.get("resize", [])]
    given = [entry["cost"] for entry in changed if "cost" in entry]
    found_plan = next(found for found in bundled.plans if found.scenario.id == key)
    assert found_plan.cost == (sum(given) if given else None)
    assert found_plan.uncosted == len(changed) - len(given)


def test_places_by_need_are_a_thousand_new_ones(bundled: EvaluatedPlans) -> None:
    row = bundled.comparison.summary.set_index("scenario").loc["thousand-places"]
    assert row["places"] == 175 + 1000
