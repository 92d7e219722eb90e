"""Roads as a study says they are today, and what a study's points have to do with its roads."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from helpers.road_toys import toy_network
from helpers.small_study import BORDERS, small_study
from helpers.study_copy import StudyCopy
from typer.testing import CliRunner

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.cli.main import app
from shelter_geo.errors import RoadError, StudyError, TableError
from shelter_geo.plans import apply_plan, read_plan
from shelter_geo.publish.study.study_texts import assumptions
from shelter_geo.publish.words import Words
from shelter_geo.roads import SetSpeed, apply_changes
from shelter_geo.study import load_study, stand_ins
from shelter_geo.vocabulary import Reason


@pytest.fixture
def small(tmp_path: Path) -> StudyCopy:
    """Upper Vale is 62 km and 55 min from Lower Vale, which is 48 km and 36 min from Coast."""
    return small_study(tmp_path / "small")


def told(study: StudyCopy, entry: str) -> None:
    """Say something more of the roads."""
    study.replace("study.toml", "[access.bus]", f"{entry}\n\n[access.bus]")


def reached(study: StudyCopy) -> Evaluation:
    return evaluate(load_study(study.file))


def validated(study: StudyCopy) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["validate", str(study.file)])
    crashed = done.exception is not None and not isinstance(done.exception, SystemExit)
    return done.exit_code, str(done.exception) if crashed else " ".join(done.output.split())


WHY = 'reason = "a ruined bridge"\nsource = "invented"'


def test_a_closed_road_is_closed_today(small: StudyCopy) -> None:
    told(small, f'[[roads.close]]\nbetween = [["s1", "s2"]]\n{WHY}')
    found = reached(small)
    assert found.districts["reachable"].to_dict() == {"coast": True, "lower": True, "upper": False}
    assert found.districts["distance_km"].dropna().to_dict() == {"coast": 0.0, "lower": 48.0}
    said = [text.of(Words("en")) for text in assumptions(found)]
    assert "Roads closed today: a ruined bridge (invented)." in said
    about = load_study(small.file).network.provenance.settings["changes"]
    assert [(one["kind"], one["altered"], one["reason"]) for one in about] == [
        ("close", 1, "a ruined bridge")
    ]


@pytest.mark.parametrize(
    ("entry", "minutes"),
    [
        ('[[roads.slow]]\nclasses = ["road"]\nfactor = 2', 182.0),
        ('[[roads.slow]]\nbetween = [["s1", "s2"]]\nfactor = 1.5', 36 + 82.5),
        ('[[roads.speed]]\nclasses = ["road"]\nkmh = 60', 110.0),
        ('[[roads.speed]]\nbetween = [["s2", "s3"]]\nkmh = 96', 55 + 30.0),
        ('[[roads.speed]]\nwithin = "POLYGON((-30 40, -29.5 40, -29.5 40.26, -30 40.26, -30 40))"\n'
         "kmh = 96", 91 - 0.02 * (55 - 38.75) - 0.5 * 6),
    ],
)  # fmt: skip
def test_a_road_is_slower_or_has_a_speed_of_the_study(
    small: StudyCopy, entry: str, minutes: float
) -> None:
    """From Upper Vale; half of the road to the coast and a fiftieth of the other lie within."""
    told(small, f"{entry}\n{WHY}")
    assert reached(small).districts["travel_min"]["upper"] == pytest.approx(minutes, abs=0.02)
    assert reached(small).districts["distance_km"]["upper"] == 110


def test_speed_is_set_before_slowing_and_closing_whatever_the_order_in_the_file(
    small: StudyCopy,
) -> None:
    told(small, f'[[roads.slow]]\nclasses = ["road"]\nfactor = 2\n{WHY}')
    told(small, f'[[roads.speed]]\nclasses = ["road"]\nkmh = 60\n{WHY}')
    assert reached(small).districts["travel_min"]["upper"] == pytest.approx(220)


def test_a_plan_changes_the_roads_as_they_are_today(small: StudyCopy) -> None:
    told(small, f'[[roads.close]]\nbetween = [["s1", "s2"]]\n{WHY}')
    small.write(
        "bridge.toml",
        '[scenario]\nid = "bridge"\nname = "Bridge"\n\n'
        '[[road]]\nkind = "reopen"\nbetween = [["s1", "s2"]]\nkmh = 62\n\n'
        '[[road]]\nkind = "speed"\nbetween = [["s2", "s3"]]\nkmh = 48\n',
    )
    study = load_study(small.file)
    after = evaluate(apply_plan(study, read_plan(small.path("bridge.toml"))))
    assert after.districts["travel_min"]["upper"] == pytest.approx(60 + 60)
    assert evaluate(study).districts["reason"]["upper"] == Reason.ROAD_CLOSED
    small.replace("bridge.toml", 'kind = "reopen"', 'kind = "speed"')
    slow = evaluate(apply_plan(study, read_plan(small.path("bridge.toml"))))
    assert slow.districts["reason"]["upper"] == Reason.ROAD_CLOSED


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('[[roads.close]]\nclasses = ["rod"]', "roads.close, entry 1.*did you mean 'road'"),
        ('[[roads.close]]\nbetween = [["s1", "s3"]]', "roads.close, entry 1.*no road joins"),
        ('[[roads.slow]]\nclasses = ["road"]\nfactor = 2\nwithin = "POLYGON((0 0, 1 0, 1 1, 0 0))"',
         "roads.slow, entry 1.*means no road"),
        ('[[roads.speed]]\nbetween = [["s1", "x"]]\nkmh = 9', "roads.speed, entry 1.*unknown node"),
    ],
)  # fmt: skip
def test_an_entry_that_means_no_road_is_a_fault(
    small: StudyCopy, entry: str, sentence: str
) -> None:
    told(small, f"{entry}\n{WHY}")
    with pytest.raises(TableError, match=sentence):
        load_study(small.file)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (f"[[roads.close]]\n{WHY}", "say which roads"),
        ('[[roads.close]]\nclasses = ["road"]', "reason is missing"),
        (f'[[roads.slow]]\nclasses = ["road"]\nfactor = 0\n{WHY}', "0.01"),
        (f'[[roads.speed]]\nclasses = ["road"]\nkmh = 900\n{WHY}', "less than or equal to 300"),
    ],
)
def test_an_entry_must_say_which_roads_and_why(small: StudyCopy, entry: str, sentence: str) -> None:
    told(small, entry)
    with pytest.raises(StudyError, match=sentence):
        load_study(small.file)


def test_a_region_that_roads_join_is_not_separate(small: StudyCopy) -> None:
    declared = '[[roads.separate]]\nregion = "Coast"\nreason = "behind a strait"'
    told(small, declared)
    code, said = validated(small)
    assert code == 1
    assert "roads.separate" in said
    assert "is declared separate, but roads join Quayside to Fordham" in said
    told(small, f'[[roads.close]]\nbetween = [["s2", "s3"]]\n{WHY}')
    found = reached(small)
    assert found.districts["reason"].to_dict() == {
        "coast": "",
        "lower": Reason.NO_ROAD,
        "upper": Reason.NO_ROAD,
    }


def test_speeds_differ_by_direction_only_where_the_road_does() -> None:
    network = toy_network([(0, 0), (0.1, 0)], [(0, 1, "forward")])
    fast = apply_changes(network, [SetSpeed(classes=("road",), kmh=72)])
    assert fast.forward_ms[0] == pytest.approx(network.forward_ms[0] / 2, abs=1)
    assert fast.backward_ms.tolist() == [-1]
    with pytest.raises(RoadError, match="unknown class"):
        apply_changes(network, [SetSpeed(classes=("lane",), kmh=72)])


def test_a_centre_far_from_roads_is_named_and_its_district_counted_from_its_people(
    small: StudyCopy,
) -> None:
    """The point of Upper Vale lies 28 km east of Highmill; a hamlet has its own road."""
    small.replace("districts.csv", "no,40.75,-29.75", "no,40.75,-29.52")
    small.write(
        "settlements.csv", small.text("settlements.csv") + "s4,Lookout,upper,40.9,-29.9,4000\n"
    )
    study = load_study(small.file)
    assert stand_ins(study).to_dict() == {"upper": "s1"}
    found = evaluate(study)
    upper = found.districts.loc["upper"]
    assert (upper["distance_km"], upper["travel_min"], upper["reason"]) == (110.0, 91.0, "")
    assert upper["settlement_reachable_pct"] == pytest.approx(100 * 20 / 24)
    joins = found.joins.set_index(["point_kind", "point_id"])
    centre = joins.loc[("district_centre", "upper")]
    assert (centre["reason"], centre["counted_from"]) == (Reason.NO_ROAD_NEARBY, "s1")
    assert joins["counted_from"].ne("").sum() == 1
    code, said = validated(small)
    assert code == 0
    assert "districts.csv, upper: the centre of Upper Vale is far from the roads" in said
    assert "counted from Highmill" in said


def test_an_island_with_its_own_shelter_and_no_road_is_0_km_from_it(small: StudyCopy) -> None:
    small.replace("districts.csv", "Coast,Coast", "Isle,Coast")
    told(small, '[[roads.separate]]\nregion = "Coast"\nreason = "an island"')
    small.write("links.csv", "from_node,to_node,km,minutes\ns1,s2,62,55\n")
    found = reached(small)
    isle = found.districts.loc["coast"]
    assert (isle["distance_km"], isle["travel_min"], isle["reachable"]) == (0, 0, True)
    assert found.settlements["distance_km"].dropna().to_dict() == {"s3": 0}


def test_a_place_with_one_settlement_and_no_road_can_be_studied(small: StudyCopy) -> None:
    for name in ("districts.csv", "settlements.csv", "nodes.csv"):
        head, *rows = small.text(name).splitlines()
        last = [row for row in rows if row.startswith(("coast", "s3"))]
        small.write(name, "\n".join([head, *last]) + "\n")
    small.write("links.csv", "from_node,to_node,km,minutes\n")
    shapes = json.loads(small.text("districts.geojson"))
    shapes["features"] = shapes["features"][-1:]
    small.write("districts.geojson", json.dumps(shapes))
    code, said = validated(small)
    assert (code, "1 settlements" in said, "0 roads" in said) == (0, True, True)
    assert reached(small).districts["distance_km"].tolist() == [0]


def test_only_a_district_without_people_reaches_a_shelter(small: StudyCopy) -> None:
    small.replace("districts.csv", "Coast,120000,61000", "Coast,0,0")
    small.replace("settlements.csv", "-29.25,80000", "-29.25,0")
    small.write("links.csv", "from_node,to_node,km,minutes\ns1,s2,62,55\n")
    found = reached(small)
    assert found.districts["reachable"].to_dict() == {"coast": True, "lower": False, "upper": False}
    assert found.districts["distance_km"]["coast"] == 0
    lost = found.metrics.query("metric == 'unreachable' and weighted_by == 'people'")
    assert set(lost["value"]) == {150_000}


def test_roads_of_another_place_are_named_as_the_cause(small: StudyCopy) -> None:
    nodes = pd.read_csv(small.path("nodes.csv")).assign(lat=lambda table: table["lat"] - 10)
    nodes.to_csv(small.path("nodes.csv"), index=False)
    with pytest.raises(TableError, match="none of the 3 nodes lies within the study's boundaries"):
        reached(small)


def test_centres_in_the_polygons_of_others_are_named(small: StudyCopy) -> None:
    collection = json.loads(small.text("districts.geojson"))
    keys = [*BORDERS][1:] + [*BORDERS][:1]
    for feature, key in zip(collection["features"], keys, strict=True):
        feature["properties"]["district_id"] = key
    small.write("districts.geojson", json.dumps(collection))
    code, said = validated(small)
    assert code == 1
    assert "polygons of 3 districts are exchanged: coast, lower, upper." in said
    whole = small_study(small.folder.parent / "whole")
    assert "exchanged" not in validated(whole)[1]


def test_the_line_that_excel_writes_first_is_passed_over(small: StudyCopy) -> None:
    small.write("settlements.csv", "sep=,\r\n" + small.text("settlements.csv"))
    assert validated(small)[0] == 0
    small.replace("settlements.csv", "s2,Fordham,lower", "s2,Fordham,lowr")
    assert "settlements.csv, row 4, column district_id" in validated(small)[1]
    small.replace("settlements.csv", "s2,Fordham,lowr", "s2,Fordham,lower")
    semicolons = small.text("settlements.csv").replace(",", ";")
    small.write("settlements.csv", semicolons)
    assert validated(small)[0] == 0


@pytest.mark.parametrize("key", ["XYZ.1.1_1", "şəki", "Ղ-1", "कोटा"])
def test_keys_are_of_any_script(small: StudyCopy, key: str) -> None:
    for name in ("districts.csv", "settlements.csv", "nodes.csv", "districts.geojson"):
        text = small.text(name).replace("upper,", f"{key},").replace('"upper"', f'"{key}"')
        small.write(name, text.replace(",upper", f",{key}"))
    code, said = validated(small)
    assert code == 0, said
    assert reached(small).districts["distance_km"][key] == 110


@pytest.mark.parametrize("key", ["up per", ".upper", "up/per", "up\u202eper", "a,b"])
def test_other_signs_are_no_keys(small: StudyCopy, key: str) -> None:
    small.replace("districts.csv", "upper,Upper", f'"{key}",Upper')
    assert validated(small)[0] == 1


def test_two_candidates_at_one_point_are_said_to_be_one(small: StudyCopy) -> None:
    small.write("two.csv", "candidate_id,lat,lon\nc1,40.25,-29.75\nc2,40.25,-29.75\n")
    order = ["site", str(small.file), "--new", "2", "--candidates", str(small.path("two.csv"))]
    done = CliRunner().invoke(app, order)
    assert done.exit_code == 0
    assert "c2 and c1 are one point" in done.output
    small.write("two.csv", "candidate_id,lat,lon\nc1,40.25,-29.75\nc2,40.75,-29.75\n")
    assert "are one point" not in CliRunner().invoke(app, order).output
