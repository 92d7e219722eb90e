"""Plans read, applied, evaluated and compared with today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.speaking import said

from shelter_geo.analysis import (
    EvaluatedPlans,
    Evaluation,
    compare,
    evaluate,
    evaluate_plans,
)
from shelter_geo.errors import StudyError
from shelter_geo.plans import Plan, apply_plan, find_plans, read_plan, read_plans
from shelter_geo.publish.study.lines import comparison_lines
from shelter_geo.publish.study.scenario_outputs import lead
from shelter_geo.study.load import bundled_study
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Effect

HEAD = '[scenario]\nid = "p"\nname = "A plan"\n'
LANKARAN = "gn-147622"


def write(folder: Path, body: str, *, name: str = "p") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(HEAD.replace('"p"', f'"{name}"') + body, encoding="utf-8")
    return path


def plan(folder: Path, body: str) -> Plan:
    return read_plan(write(folder, body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[[opens]]\n", 'unknown key opens.*"open"'),
        ('[[open]]\nsettlement_id = "x"\nplaces = 0\n', "places"),
        ('[[open]]\nsettlement_id = "x"\nplaces = 2.5\n', "places"),
        ("[[open]]\nplaces = 5\n", "settlement_id is missing"),
        ('[[close]]\nshelter_id = "a"\n[[close]]\nshelter_id = "a"\n', "a is closed twice"),
        (
            '[[close]]\nshelter_id = "a"\n[[resize]]\nshelter_id = "a"\nplaces = 3\n',
            "closed and also",
        ),
        (
            '[[open]]\nsettlement_id = "x"\nplaces = 1\n' * 2,
            "opened twice in x",
        ),
        ('[[road]]\nkind = "fly"\n', "road"),
        ('[[road]]\nkind = "slow"\nfactor = 0.0\n', "factor"),
        ("[[open\n", "TOML"),
    ],
)
def test_faulty_plans_are_refused(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        plan(tmp_path, body)


def test_plans_inherit_and_their_own_demand_wins(tmp_path: Path) -> None:
    write(tmp_path, '[[close]]\nshelter_id = "ganja"\n[demand]\ncount_registered = false\n')
    path = tmp_path / "child.toml"
    path.write_text(
        '[scenario]\nid = "child"\nname = "C"\ninherits = "p"\n'
        f'[[open]]\nsettlement_id = "{LANKARAN}"\nplaces = 9\n[demand]\ncount_registered = true\n',
        encoding="utf-8",
    )
    child = read_plan(path)
    assert [c.shelter_id for c in child.close] == ["ganja"]
    assert [c.places for c in child.open] == [9]
    assert child.demand is not None
    assert child.demand.count_registered


def test_inheritance_in_a_circle_and_inherited_contradictions(tmp_path: Path) -> None:
    write(tmp_path, "", name="a")
    path = tmp_path / "a.toml"
    path.write_text('[scenario]\nid = "a"\nname = "A"\ninherits = "a"\n', encoding="utf-8")
    with pytest.raises(StudyError, match="circle"):
        read_plan(path)
    write(tmp_path, '[[close]]\nshelter_id = "ganja"\n', name="parent")
    child = tmp_path / "child.toml"
    child.write_text(
        '[scenario]\nid = "child"\nname = "C"\ninherits = "parent"\n'
        '[[resize]]\nshelter_id = "ganja"\nplaces = 5\n',
        encoding="utf-8",
    )
    with pytest.raises(StudyError, match="closed and also moved or resized"):
        read_plan(child)


def test_file_and_key_must_agree(tmp_path: Path) -> None:
    write(tmp_path, "").rename(tmp_path / "other.toml")
    with pytest.raises(StudyError, match="Name both alike"):
        read_plans(tmp_path)


def test_plans_are_found_by_key_or_file(tmp_path: Path, study: Study) -> None:
    path = write(tmp_path, "")
    found = find_plans(["today", str(path)], study.scenarios)
    assert [p.scenario.id for p in found] == ["today", "p"]
    with pytest.raises(StudyError, match=r"there is no scenario nope\. Known: .*winter"):
        find_plans(["nope"], study.scenarios)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('[[close]]\nshelter_id = "x"\n', "no shelter x"),
        ('[[open]]\nsettlement_id = "x"\nplaces = 1\n', "no settlement x"),
        ('[[move]]\nshelter_id = "ganja"\nsettlement_id = "y"\n', "no settlement y"),
        (
            "".join(
                f'[[close]]\nshelter_id = "{k}"\n' for k in ("baku-other", "baku-state", "ganja")
            ),
            "closes every shelter",
        ),
    ],
)
def test_unknown_places_are_refused(tmp_path: Path, study: Study, body: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        apply_plan(study, plan(tmp_path, body))


def test_shelters_open_close_move_and_change_size(tmp_path: Path, study: Study) -> None:
    changed = apply_plan(
        study,
        plan(
            tmp_path,
            f'[[open]]\nsettlement_id = "{LANKARAN}"\nplaces = 7\n'
            '[[close]]\nshelter_id = "baku-other"\n'
            '[[move]]\nshelter_id = "ganja"\nsettlement_id = "gn-584649"\n'
            '[[resize]]\nshelter_id = "baku-state"\nplaces = 99\n',
        ),
    )
    shelters = changed.shelters
    assert list(shelters.index) == ["baku-state", "ganja", f"new-{LANKARAN}"]
    assert shelters["places"].tolist() == [99, 25, 7]
    assert shelters.loc["ganja", "settlement"] == "Yevlakh"
    point = study.settlements.geometry[LANKARAN]
    assert shelters.geometry[f"new-{LANKARAN}"].equals(point)
    assert list(study.shelters["places"]) == [120, 30, 25]  # the study itself is not altered


def test_people_may_be_counted_where_they_live_only(tmp_path: Path, study: Study) -> None:
    changed = apply_plan(study, plan(tmp_path, "[demand]\ncount_registered = false\n"))
    for points, before in (
        (changed.districts, study.districts),
        (changed.settlements, study.settlements),
    ):
        assert points["population"].equals(before["population"])
        assert (points["registered"] == before["population"]).all()


def test_people_may_be_counted_where_they_are_registered(tmp_path: Path, study: Study) -> None:
    changed = apply_plan(study, plan(tmp_path, "[demand]\ncount_registered = true\n"))
    assert changed.districts["population"].sum() == 10_262_351
    assert changed.settlements["women"].sum() == study.districts["registered_women"].sum()
    assert (changed.districts["residents_low"] == changed.districts["registered"]).all()


def test_without_a_word_on_residents_nobody_is_counted_where_people_live_elsewhere(
    tmp_path: Path, study: Study
) -> None:
    units = study.districts
    one = units.assign(population=units["registered"], women=units["registered_women"])
    listed = replace(
        study,
        districts=one,
        settlements=study.settlements.assign(
            population=study.settlements["registered"], women=study.settlements["registered_women"]
        ),
    )
    changed = apply_plan(listed, plan(tmp_path, "[demand]\ncount_registered = false\n"))
    assert one["population"].sum() - changed.districts["population"].sum() == 758_587
    assert changed.settlements["population"].sum() == changed.districts["population"].sum()


def test_today_changes_nothing(study: Study, evaluation: Evaluation) -> None:
    today = read_plan(bundled_study().parent / "scenarios" / "today.toml")
    assert today.changes_nothing
    again = evaluate(apply_plan(study, today))
    pd.testing.assert_frame_equal(again.metrics, evaluation.metrics)
    found = compare({"today": evaluation, "again": again})
    assert set(found.districts["change"]) == {Effect.NO_CHANGE, Effect.STAYS_CUT_OFF}
    assert len(found.reallocation) == 0
    changes = found.metrics["again_change"].to_numpy(float)
    assert np.nanmax(np.abs(changes)) == 0


def test_bundled_plans_equal_a_computation_from_scratch(
    study: Study, bundled: EvaluatedPlans
) -> None:
    """A study whose tables already hold the plan gives the same figures as the plan applied."""
    for key in ("announced-2017", "one-per-region"):
        entry = next(p for p in bundled.plans if p.scenario.id == key)
        applied = apply_plan(study, entry)
        shelters = applied.shelters.sample(frac=1, random_state=1).sort_index()
        scratch = evaluate(replace(study, shelters=shelters))
        pd.testing.assert_frame_equal(scratch.metrics, bundled.evaluations[key].metrics)


def test_comparison_by_hand_for_one_new_shelter(tmp_path: Path, study: Study) -> None:
    """A shelter in Lankaran: whoever gains moves to it, and nobody loses."""
    body = f'[[open]]\nsettlement_id = "{LANKARAN}"\nplaces = 40\n'
    today = read_plan(bundled_study().parent / "scenarios" / "today.toml")
    found = evaluate_plans(study, [today, plan(tmp_path, body)]).comparison
    table = found.districts.set_index("district_id")
    assert table.loc["AZ-LAN", "km_after"] < 0.5
    assert table.loc["AZ-LAN", "change"] == Effect.NEARER
    assert not (table["change"] == Effect.FARTHER).any()
    gains = table[table["change"] == Effect.NEARER]
    assert set(gains["shelter_after"]) == {f"new-{LANKARAN}"}
    row = found.summary.set_index("scenario").loc["p"]
    assert row["people_gain"] == gains["population"].sum()
    moved = found.reallocation
    assert moved["people"].sum() == gains["population"].sum()
    assert (table.loc[table["change"] == Effect.STAYS_CUT_OFF, "km_after"].isna()).all()


def test_a_shelter_in_a_cut_off_region_brings_it_within_reach(bundled: EvaluatedPlans) -> None:
    row = bundled.comparison.summary.set_index("scenario").loc["one-per-region"]
    assert row["people_reached"] == 472_429


def test_winter_closes_the_pass_and_slows_everybody(bundled: EvaluatedPlans) -> None:
    table = bundled.comparison.districts
    winter = table[table["scenario"] == "winter"].set_index("district_id")
    assert winter.loc["AZ-KAL", "km_after"] > winter.loc["AZ-KAL", "km_before"] + 50
    slower = winter.loc["AZ-LAN", "min_after"] / winter.loc["AZ-LAN", "min_before"]
    assert slower == pytest.approx(1.25, abs=0.01)


def test_roads_opened_since_2021_bring_ten_units_half_an_hour_nearer(
    bundled: EvaluatedPlans,
) -> None:
    table = bundled.comparison.districts
    opened = table[table["scenario"] == "roads-2021"].set_index("district_id")
    gain = opened["min_before"] - opened["min_after"]
    nearer = gain[gain > 0]
    assert set(nearer.index) == {
        "AZ-AGM", "AZ-CAB", "AZ-FUZ", "AZ-LAC", "AZ-QBI", "AZ-SUS", "AZ-XA", "AZ-XCI", "AZ-XVD",
        "AZ-ZAN",
    }  # fmt: skip
    assert nearer.between(24, 33).all()
    built = table[table["scenario"] == "roads-being-built"].set_index("district_id")
    assert (built["min_after"] <= opened["min_after"]).where(built["min_after"].notna(), True).all()
    assert built.at["AZ-KAL", "min_after"] < opened.at["AZ-KAL", "min_after"] - 15


def test_sentences_say_which_way_it_goes(bundled: EvaluatedPlans) -> None:
    assert "is nearer for" in said(lead(bundled, "announced-2017"))
    assert "takes longer for" in said(lead(bundled, "winter"))
    # In the ten units that the road from Barda to Aghdam brings nearer live 194,900 people.
    assert "takes less time for 194,900 people" in said(lead(bundled, "roads-2021"))
    lines = comparison_lines(bundled, "en")
    assert lines[0].split() == list(bundled.evaluations)
    assert any(line.startswith("winter: ") for line in lines)


def test_comparison_needs_two_of_a_kind(evaluation: Evaluation) -> None:
    with pytest.raises(StudyError, match="at least two"):
        compare({"today": evaluation})
    other = replace(evaluation, districts=evaluation.districts.iloc[1:])
    with pytest.raises(StudyError, match="different districts"):
        compare({"today": evaluation, "other": other})


def test_the_same_plan_twice_is_refused(study: Study, tmp_path: Path) -> None:
    one = plan(tmp_path, "")
    with pytest.raises(StudyError, match="stands twice"):
        evaluate_plans(study, [one, one])
