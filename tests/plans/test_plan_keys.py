"""What a plan file may say: candidates and costs, time factors, assumptions on stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.analysis.comparison import plan_metrics
from shelter_geo.errors import StudyError
from shelter_geo.plans import Plan, apply_plan, read_plan
from shelter_geo.study.study import Study

HEAD = '[scenario]\nid = "{id}"\nname = "A plan"\n'
LANKARAN, SHEKI = "gn-147622", "gn-585170"


def opened(settlement: str, places: int, *, cost: str = "") -> str:
    return f'[[open]]\nsettlement_id = "{settlement}"\nplaces = {places}\n{cost}'


def candidate(settlement: str, keys: str) -> str:
    return f'[[candidate]]\nsettlement_id = "{settlement}"\n{keys}'


def plan(folder: Path, body: str, *, id: str = "p", inherits: str = "") -> Plan:
    path = folder / f"{id}.toml"
    parent = f'inherits = "{inherits}"\n' if inherits else ""
    path.write_text(HEAD.format(id=id) + parent + body, encoding="utf-8")
    return read_plan(path)


# ----------------------------------------------------------------------------- candidates and costs


@pytest.mark.parametrize(
    ("body", "cost", "uncosted"),
    [
        ("", None, 0),
        (opened(LANKARAN, 10), None, 1),
        (opened(LANKARAN, 10, cost="cost = 70\n"), 70, 0),
        (candidate(LANKARAN, "cost = 100\ncost_per_place = 5\n") + opened(LANKARAN, 10), 150, 0),
        (candidate(LANKARAN, "cost_per_place = 5\n") + opened(LANKARAN, 10), 50, 0),
        # Its own cost counts first, and what is not opened costs nothing.
        (
            candidate(LANKARAN, "cost = 100\n")
            + candidate(SHEKI, "cost = 900\n")
            + opened(LANKARAN, 10, cost="cost = 1\n"),
            1,
            0,
        ),
        (candidate(LANKARAN, "max_places = 10\n") + opened(LANKARAN, 10), None, 1),
        (
            opened(LANKARAN, 10, cost="cost = 7\n")
            + '[[resize]]\nshelter_id = "ganja"\nplaces = 50\n',
            7,
            1,
        ),
        # The plan's own costs hold where neither the shelter nor its candidate says anything.
        ("[costs]\nper_shelter = 100\nper_place = 5\n" + opened(LANKARAN, 20), 200, 0),
        (
            "[costs]\nper_place = 5\n"
            + candidate(LANKARAN, "cost = 70\n")
            + opened(LANKARAN, 20)
            + opened("gn-584717", 4),
            90,
            0,
        ),
        (
            '[costs]\nper_shelter = 100\n[[resize]]\nshelter_id = "ganja"\nplaces = 60\n',
            None,
            1,
        ),
    ],
)
def test_cost_is_that_of_the_shelter_else_of_its_candidate(
    tmp_path: Path, body: str, cost: float | None, uncosted: int
) -> None:
    found = plan(tmp_path, body)
    assert (found.cost, found.uncosted) == (cost, uncosted)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (candidate(LANKARAN, "cost = 1\n") * 2, f"{LANKARAN} is a candidate twice"),
        (candidate(LANKARAN, ""), "give cost, cost_per_place or max_places"),
        (candidate(LANKARAN, "cost = -1\n"), "cost"),
        (candidate(LANKARAN, "price = 1\n"), "unknown key.*price"),
        (
            candidate(LANKARAN, "max_places = 9\n") + opened(LANKARAN, 10),
            "opens 10 places and may have 9",
        ),
        ("[costs]\n", "give per_shelter, per_place or both"),
        ("[costs]\nper_place = -1\n", "per_place"),
        ("[costs]\nrent = 1\n", "unknown key.*rent"),
        ("[time_factor]\nnight = 0\n", "night"),
        ("[time_factor]\nrain = 1.1\n", "unknown key.*rain"),
        ("[time_factor]\nbus = 0.5\n", "bus"),
        ("[demand]\nshare_needing = 1.5\n", "share_needing"),
        ("[demand]\nunder_reporting = 0.5\n", "under_reporting"),
        ("[demand]\nstay_days = -1\n", "stay_days"),
        ("[demand]\nstays = 3\n", "unknown key.*stays"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        plan(tmp_path, body)


def test_unknown_candidates_and_moves_to_where_it_stands_are_refused(
    tmp_path: Path, study: Study
) -> None:
    with pytest.raises(StudyError, match="there is no settlement nowhere"):
        apply_plan(study, plan(tmp_path, candidate("nowhere", "cost = 1\n")))
    home = study.shelters.loc["ganja", "settlement_id"]
    stays = f'[[move]]\nshelter_id = "ganja"\nsettlement_id = "{home}"\n'
    with pytest.raises(StudyError, match="where it stands already"):
        apply_plan(study, plan(tmp_path, stays))


def test_candidates_alone_change_nothing(tmp_path: Path, study: Study) -> None:
    found = plan(tmp_path, candidate(LANKARAN, "cost = 1\n"))
    assert found.changes_nothing
    assert apply_plan(study, found).shelters.equals(study.shelters)


# --------------------------------------------------------------------------------------- inheriting


def test_own_keys_replace_inherited_ones_and_the_others_stay(tmp_path: Path) -> None:
    plan(
        tmp_path,
        "[demand]\nstay_days = 30\ncount_registered = false\n[time_factor]\nnight = 1.1\n"
        "[costs]\nper_shelter = 10\nper_place = 2\n" + candidate(LANKARAN, "cost = 100\n"),
        id="parent",
    )
    child = plan(
        tmp_path,
        "[demand]\nstay_days = 60\n[time_factor]\nsnow = 1.5\n[costs]\nper_place = 3\n"
        + opened(LANKARAN, 4)
        + opened("gn-584717", 5),
        inherits="parent",
    )
    assert child.demand is not None
    assert (child.demand.stay_days, child.demand.count_registered) == (60, False)
    assert child.time_factor is not None
    assert child.time_factor.roads == pytest.approx(1.1 * 1.5)
    assert child.cost == 100 + 10 + 5 * 3


# ------------------------------------------------------------------------------------- time factors


def test_night_and_snow_slow_every_road_and_buses_only_buses(
    tmp_path: Path, study: Study, evaluation: Evaluation
) -> None:
    slow = evaluate(apply_plan(study, plan(tmp_path, "[time_factor]\nnight = 1.5\nsnow = 2\n")))
    before, after = evaluation.districts, slow.districts
    reached = before["reachable"].to_numpy(bool)
    # The ways to the roads, at most 10 km at 20 km/h, are not slowed.
    ratio = (after["travel_min"] / before["travel_min"])[reached & (before["travel_min"] > 120)]
    assert ratio.between(2.4, 3.0).all()
    np.testing.assert_allclose(after["distance_km"], before["distance_km"])

    bus = evaluate(apply_plan(study, plan(tmp_path, "[time_factor]\nbus = 2\n"))).districts
    np.testing.assert_allclose(bus["travel_min"], before["travel_min"])
    for column in ("bus_min", "bus_min_low", "bus_min_high"):
        np.testing.assert_allclose(bus[column], 2 * before["travel_min"])


def test_a_slow_plan_holds_for_its_own_new_roads(tmp_path: Path, study: Study) -> None:
    road = '[[road]]\nkind = "open"\nstart = "gn-586523"\nend = "gn-587084"\nkm = 320\nkmh = 100\n'
    fast = apply_plan(study, plan(tmp_path, road)).network
    slow = apply_plan(study, plan(tmp_path, road + "[time_factor]\nsnow = 2\n")).network
    assert (slow.forward_ms == 2 * fast.forward_ms).all()


# ----------------------------------------------------------------------------- assumptions on stays


def stays(evaluation: Evaluation) -> dict[tuple[str, str], float]:
    table = plan_metrics(evaluation)
    table = table[table["weighted_by"] == "stays"]
    return table.set_index(["basis", "metric"])["value"].to_dict()


def with_plan(evaluation: Evaluation, found: Plan) -> Evaluation:
    """The same roads and shelters, with the settings of the plan."""
    return replace(evaluation, study=apply_plan(evaluation.study, found))


def test_assumptions_take_the_place_of_ranges(tmp_path: Path, evaluation: Evaluation) -> None:
    body = "[demand]\nstay_days = 45\nshare_needing = 0.2\nunder_reporting = 4\n"
    found = stays(with_plan(evaluation, plan(tmp_path, body)))
    whole = 9389 * 4 * 0.2
    # Of all stays: those whom no road leads to any shelter find no place either.
    per_year = found["complaints", "no_place_per_year_central"]
    share = found["complaints", "no_place_central"]
    assert per_year / share == pytest.approx(whole)
    capacity = apply_plan(evaluation.study, plan(tmp_path, body)).settings.capacity
    assert capacity.stays.days.evidence == "assumed"
    assert capacity.stays.days.source == "scenario p"
    assert (capacity.stays.days.low, capacity.stays.days.high) == (45, 45)


@pytest.mark.parametrize("days", [0, 400])
def test_stays_of_zero_or_400_days(tmp_path: Path, evaluation: Evaluation, days: int) -> None:
    found = stays(with_plan(evaluation, plan(tmp_path, f"[demand]\nstay_days = {days}\n")))
    share = found["complaints", "no_place_central"]
    if days:
        assert share > stays(evaluation)["complaints", "no_place_central"]
        return
    # Beds that are free at once are of no use to those whom no road leads to one.
    towns = evaluation.settlements
    no_road = towns["distance_km"].isna()
    assert share == pytest.approx(towns["women"][no_road].sum() / towns["women"].sum())


def test_a_study_without_demand_cannot_have_it_changed(tmp_path: Path, study: Study) -> None:
    capacity = study.settings.capacity.model_copy(update={"demand": None})
    bare = replace(study, settings=study.settings.model_copy(update={"capacity": capacity}))
    with pytest.raises(StudyError, match=r"gives no \[capacity.demand\]"):
        apply_plan(bare, plan(tmp_path, "[demand]\nshare_needing = 0.5\n"))
    assert apply_plan(bare, plan(tmp_path, "[demand]\nstay_days = 30\n")).settings != bare.settings
