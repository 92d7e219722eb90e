from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from shelter_geo.roads.sources.access import (
    CLOSED_ACCESS,
    OPEN_ACCESS,
    OPEN_BARRIERS,
    barrier_note,
)
from shelter_geo.roads.sources.driving import TAGS, Drive, Reading, WayReader, read_tags
from shelter_geo.roads.sources.notes import TagReport, tag_summary
from shelter_geo.roads.sources.speeds import SPEED_KMH, RoadSettings
from shelter_geo.roads.sources.tagged_speeds import (
    IMPLIED_KMH,
    IMPLIED_TAGS,
    NO_LIMIT,
    SURFACE_KMH,
    duration_min,
    read_maxspeed,
)

DEFAULT = RoadSettings()
PRIMARY = Drive("primary", 65, 65)


def drive(tags: dict[str, str], **change: object) -> Drive | None:
    return read_tags(tags, RoadSettings(**change)).drive


def primary(**tags: str) -> Reading:
    return read_tags({"highway": "primary", **tags}, DEFAULT)


def said(reading: Reading) -> list[tuple[str, str, str, str]]:
    return [tuple(note) for note in reading.notes]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, Drive("motorway", 90, 0, 0, False)),
        ({"highway": "motorway", "oneway": "no"}, Drive("motorway", 90, 90, 0, False)),
        ({"highway": "motorway_link", "oneway": "yes"}, Drive("motorway_link", 45, 0, 0, False)),
        ({"highway": "trunk"}, Drive("trunk", 85, 85)),
        ({"highway": "trunk", "motorroad": "yes"}, Drive("trunk", 85, 85, 0, False)),
        ({"highway": "primary", "tunnel": "yes"}, Drive("primary", 65, 65, 0, False)),
        ({"highway": "primary", "tunnel": "no"}, PRIMARY),
        ({"highway": "service", "tunnel": "building_passage"}, Drive("service", 25, 25)),
        ({"highway": "Primary"}, PRIMARY),
        ({"highway": "primary", "oneway": "-1"}, Drive("primary", 0, 65)),
        ({"highway": "primary", "oneway": "Yes"}, Drive("primary", 65, 0)),
        ({"highway": "primary", "oneway": "yes", "oneway:motor_vehicle": "no"}, PRIMARY),
        ({"highway": "primary", "oneway:vehicle": "yes"}, Drive("primary", 65, 0)),
        ({"highway": "secondary", "junction": "roundabout"}, Drive("secondary", 55, 0)),
        ({"highway": "tertiary", "oneway": "alternating"}, Drive("tertiary", 40, 40)),
        ({"highway": "tertiary", "oneway": "reversible"}, None),
        ({"highway": "track"}, Drive("track", 25, 25)),
        ({"highway": "footway"}, None),
        ({"highway": "service", "area": "yes"}, None),
        ({"highway": "service", "service": "emergency_access"}, None),
        ({"highway": "primary", "impassable": "yes"}, None),
        ({"highway": "construction", "construction": "trunk"}, None),
        ({"highway": "service", "access": "private"}, None),
        (
            {"highway": "service", "access": "private", "motor_vehicle": "yes"},
            Drive("service", 25, 25),
        ),
        ({"highway": "primary", "access": "yes", "motorcar": "no"}, None),
        ({"highway": "primary", "access": "destination"}, PRIMARY),
        ({"highway": "primary", "motor_vehicle": "agricultural;forestry"}, None),
        ({"highway": "primary", "motor_vehicle": "agricultural; destination"}, PRIMARY),
        ({"highway": "primary", "motor_vehicle": "no|yes"}, PRIMARY),
        ({"highway": "primary", "access": "Private"}, None),
        ({"highway": "primary", "access": "psv"}, None),
        ({"highway": "primary", "access": "permit"}, None),
        ({"highway": "primary", "access": ""}, PRIMARY),
        ({"highway": "primary", "motor_vehicle:forward": "no"}, Drive("primary", 0, 65)),
        ({"highway": "primary", "vehicle:backward": "no", "motorcar": "yes"}, PRIMARY),
        ({"highway": "primary", "oneway": "yes", "motorcar:forward": "no"}, None),
        ({"highway": "primary", "maxspeed": "90"}, Drive("primary", 90, 90)),
        ({"highway": "primary", "maxspeed": "none"}, PRIMARY),
        ({"highway": "primary", "maxspeed": "RU:urban"}, Drive("primary", 60, 60)),
        ({"highway": "primary", "maxspeed": "az:urban"}, Drive("primary", 60, 60)),
        ({"highway": "primary", "source:maxspeed": "AZ:rural"}, Drive("primary", 90, 90)),
        ({"highway": "primary", "source:maxspeed": "sign"}, PRIMARY),
        ({"highway": "primary", "maxspeed:backward": "30"}, Drive("primary", 65, 30)),
        ({"highway": "primary", "surface": "gravel"}, Drive("primary", 40, 40)),
        ({"highway": "primary", "surface": "asphalt;mud"}, Drive("primary", 10, 10)),
        ({"highway": "primary", "maxspeed": "90", "smoothness": "bad"}, Drive("primary", 40, 40)),
        ({"highway": "track", "tracktype": "grade5"}, Drive("track", 20, 20)),
        ({"highway": "primary", "smoothness": "impassable"}, None),
        ({"route": "ferry"}, Drive("ferry", 5, 5, 0, False)),
        ({"highway": "ferry", "duration": "01:30"}, Drive("ferry", 5, 5, 90, False)),
        ({"highway": "road", "route": "ferry", "duration": "2h"}, Drive("ferry", 5, 5, 120, False)),
        ({"route": "ferry;road", "duration": "20-30"}, Drive("ferry", 5, 5, 30, False)),
        ({"route": "shuttle_train", "duration": "20"}, Drive("ferry", 5, 5, 20, False)),
        ({"route": "ferry", "motor_vehicle": "no"}, None),
        ({"route": "bus"}, None),
        ({"highway": "primary", "ice_road": "yes"}, None),
        ({"highway": "primary", "ice_road": "no"}, PRIMARY),
        ({"highway": "track", "winter_road": "yes"}, None),
        ({"highway": "track", "seasonal": "winter"}, None),
        ({"highway": "track", "surface": "ice"}, None),
        ({"highway": "track", "seasonal": "dry_season"}, Drive("track", 25, 25)),
        ({}, None),
    ],
)  # fmt: skip
def test_rules_as_documented(tags: dict[str, str], expected: Drive | None):
    assert drive(tags) == expected


@pytest.mark.parametrize(
    ("change", "tags", "expected"),
    [
        ({"keep": ("primary",)}, {"highway": "trunk"}, None),
        ({"keep": ("primary",)}, {"highway": "primary_link"}, Drive("primary_link", 30, 30)),
        ({"ramps": False}, {"highway": "primary_link"}, None),
        ({"ferries": False}, {"route": "ferry"}, None),
        ({"speed_kmh": {"track": 12}}, {"highway": "track"}, Drive("track", 12, 12)),
        ({"speed_kmh": {"track": 12}}, {"highway": "trunk"}, Drive("trunk", 85, 85)),
        ({"keep": ("busway",)}, {"highway": "busway"}, Drive("busway", 25, 25)),
        ({"maxspeed": False}, {"highway": "trunk", "maxspeed": "40"}, Drive("trunk", 85, 85)),
        ({"maxspeed_factor": 0.8}, {"highway": "trunk", "maxspeed": "50"}, Drive("trunk", 40, 40)),
        ({"surface": False}, {"highway": "primary", "surface": "mud"}, PRIMARY),
        (
            {"one_way": False},
            {"highway": "motorway", "oneway": "yes"},
            Drive("motorway", 90, 90, 0, False),
        ),
        (
            {"closed_access": ("no",)},
            {"highway": "road", "access": "private"},
            Drive("road", 25, 25),
        ),
        ({"closed_access": ("destination",)}, {"highway": "road", "access": "destination"}, None),
        (
            {"construction": "open"},
            {"highway": "construction", "construction": "trunk", "access": "no", "oneway": "yes"},
            Drive("construction", 85, 0),
        ),
        (
            {"construction": "closed"},
            {"highway": "construction", "construction": "trunk"},
            Drive("construction", 0, 0),
        ),
        ({"construction": "open"}, {"highway": "construction"}, Drive("construction", 25, 25)),
        (
            {"winter_roads": "closed"},
            {"highway": "track", "ice_road": "yes"},
            Drive("winter_road", 0, 0),
        ),
        (
            {"winter_roads": "open"},
            {"highway": "track", "winter_road": "yes"},
            Drive("winter_road", 25, 25),
        ),
    ],
)
def test_settings_change_the_rules(change, tags, expected):
    assert drive(tags, **change) == expected


@pytest.mark.parametrize(
    ("text", "kmh", "known"),
    [
        ("60", 60, True),
        ("60 mph", 96.56064, True),
        ("60MPH", 96.56064, True),
        ("50 km/h", 50, True),
        ("40 KM/H", 40, True),
        ("40,5", 40.5, True),
        ("10 knots", 18.52, True),
        ("50;30", 30, True),
        ("70|100", 70, True),
        ("60, 40", 40, True),
        ("50,30", 30, True),
        ("50;fast", 50, False),
        ("RU:urban", 60, True),
        ("ru:living_street", 20, True),
        ("DE:motorway", None, True),
        ("GB:nsl_single", 96.6, True),
        ("XX:rural", 90, True),
        ("DE:zone:30", 30, True),
        ("FR:zone30", 30, True),
        ("GB:zone20", 32.2, True),
        ("RU:40", 40, True),
        ("AT:walk", 7, True),
        ("BE-VLG:rural", 70, True),
        ("BE-VLG:urban", 50, True),
        ("XX:school", None, False),
        ("none", None, True),
        ("signals", None, True),
        ("walk", 7, True),
        ("walking pace", 7, True),
        ("0", None, False),
        ("999", None, False),
        ("fast", None, False),
        ("", None, True),
        (" ; ", None, True),
    ],
)
def test_tagged_speeds(text: str, kmh: float | None, known: bool):
    limit = read_maxspeed(text)
    assert limit.kmh == (None if kmh is None else pytest.approx(kmh))
    assert limit.known is known


def test_table_of_implied_limits_has_sources_and_usable_values():
    text = files("shelter_geo.roads.sources").joinpath("implied_speeds.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    keys = [(row["code"], row["context"]) for row in rows]
    assert keys == sorted(set(keys))
    for row in rows:
        assert re.fullmatch(r"[a-z]{2}(-[a-z0-9]{1,3})?", row["code"])
        assert row["source"]
        assert row["kmh"] == "" or 5 <= float(row["kmh"]) <= 150
        read = read_maxspeed(f"{row['code'].upper()}:{row['context']}")
        assert read.kmh == (float(row["kmh"]) if row["kmh"] else None)
        assert read.known


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45", 45),
        ("1:30", 90),
        ("1:5", 65),
        ("00:20", 20),
        ("0:45:30", 45.5),
        ("26:00", 1560),
        (" 01:30 ", 90),
        ("PT1H30M", 90),
        ("pt1h30m", 90),
        ("PT90M", 90),
        ("PT1.5H", 90),
        ("PT0,5H", 30),
        ("PT20M", 20),
        ("P1DT2H", 1560),
        ("P1D", 1440),
        ("45 min", 45),
        ("45min.", 45),
        ("45 minutes", 45),
        ("45'", 45),
        ("2 h", 120),
        ("2 hours", 120),
        ("1.5 h", 90),
        ("1h30", 90),
        ("1 h 30 min", 90),
        ("1 hour and 15 minutes", 75),
        ("1 day", 1440),
        ("1 d 2 h", 1560),
        ("20-30", 30),
        ("20 - 30 min", 30),
        ("20–30", 30),
        ("1-2 h", 120),
        ("20 to 30 minutes", 30),
        ("20;30", 30),
        ("0:20-0:30", 30),
        ("PT", 0),
        ("P", 0),
        ("00:00", 0),
        ("-5", 0),
        ("often", 0),
        ("20 parsecs", 0),
        ("45 min 30", 0),
        ("99999999", 0),
        ("", 0),
    ],
)
def test_durations(text: str, minutes: float):
    assert duration_min(text) == pytest.approx(minutes)


# --- barriers


@pytest.mark.parametrize(
    ("tags", "shut"),
    [
        ({"barrier": "bollard"}, "bollard"),
        ({"barrier": "bollard", "bollard": "rising"}, ""),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ""),
        ({"barrier": "block"}, "block"),
        ({"barrier": "Gate"}, ""),
        ({"barrier": "lift_gate"}, ""),
        ({"barrier": "gate", "access": "no"}, "no"),
        ({"barrier": "gate", "access": "private"}, "private"),
        ({"barrier": "gate", "access": "no", "motorcar": "destination"}, ""),
        ({"barrier": "toll_booth;bollard"}, "bollard"),
        ({"barrier": "height_restrictor"}, ""),
        ({"barrier": "height_restrictor", "maxheight": "2.1 m"}, "height_restrictor"),
        ({"barrier": "height_restrictor", "maxheight": "3"}, ""),
        ({"barrier": "portcullis"}, "portcullis"),
        ({"access": "no"}, "no"),
        ({"highway": "crossing"}, ""),
        ({}, ""),
    ],
)
def test_barriers(tags: dict[str, str], shut: str):
    note = barrier_note(tags, DEFAULT.closed_access)
    assert (note.value if note else "") == shut
    if note:
        assert (note.kind == "not understood") == (shut == "portcullis")


# --- what is told


def test_what_is_not_understood_is_told():
    assert said(primary(access="by_mood")) == [("access", "by_mood", "closed", "not understood")]
    assert said(primary(motorcar="by_mood;yes")) == [
        ("motorcar", "by_mood;yes", "open", "not understood")
    ]
    assert said(primary(oneway="sometimes")) == [
        ("oneway", "sometimes", "both ways", "not understood")
    ]
    assert said(primary(surface="lava")) == [("surface", "lava", "no limit", "not understood")]
    assert said(primary(maxspeed="fast")) == [
        ("maxspeed", "fast", "the speed of the class", "not understood")
    ]
    assert said(read_tags({"highway": "minor"}, DEFAULT)) == [
        ("highway", "minor", "no road", "not understood")
    ]
    assert said(read_tags({"route": "ferry", "duration": "long"}, DEFAULT)) == [
        ("duration", "long", "5 km/h", "not understood")
    ]


def test_what_is_assumed_or_left_out_is_told():
    assert said(primary(maxspeed="50;30")) == [
        ("maxspeed", "50;30", "30 km/h, the lowest of several", "assumed")
    ]
    assert said(primary(maxspeed="XX:rural"))[0][2].startswith("90 km/h, as OSRM has it")
    for tag in ("motor_vehicle:conditional", "maxspeed:conditional", "oneway:conditional"):
        (note,) = primary(**{tag: "no @ (Mo-Fr 08:00-18:00)"}).notes
        assert (note.tag, note.value, note.kind) == (tag, "(any)", "assumed")
    assert said(primary(ice_road="yes")) == [
        ("ice_road", "yes", "an ice or winter road", "left out")
    ]
    assert said(primary(access="private")) == [("access", "private", "closed", "left out")]
    assert said(primary(seasonal="summer")) == [("seasonal", "summer", "open all year", "assumed")]
    assert said(read_tags({"highway": "primary;track"}, DEFAULT)) == [
        ("highway", "primary;track", "track, the slowest that is kept", "assumed")
    ]
    assert not primary().notes
    assert not read_tags({"highway": "footway"}, DEFAULT).notes
    assert not primary(**{"motor_vehicle:backward": "no"}).notes


def test_report_adds_up_and_warns_of_what_is_much():
    reader = WayReader(DEFAULT)
    for km, tags in (
        (3.0, {"highway": "primary", "maxspeed": "fast"}),
        (4.0, {"maxspeed": "fast", "highway": "track"}),
        (0.5, {"highway": "primary", "surface": "lava"}),
        (9.0, {"highway": "primary", "access": "no"}),
    ):
        reader.count(reader.read(tags.items()).notes, km)
    rows = reader.rows()
    assert [(row["value"], row["ways"], row["km"]) for row in rows] == [
        ("fast", 2, 7.0),
        ("lava", 1, 0.5),
        ("no", 1, 9.0),
    ]
    lines = tag_summary(rows, 100.0)
    assert lines[0] == "Tags not understood (tag, value, ways, km, taken for):"
    assert "  maxspeed=fast: 2 ways, 7.0 km, the speed of the class" in lines
    assert [line for line in lines if line.startswith("Warning")] == [
        "Warning: maxspeed=fast is not understood on 7.0% of the kilometres; taken for: the speed "
        "of the class"
    ]
    assert tag_summary([], 0.0) == []
    many = TagReport()
    for k in range(20):
        many.add(primary(maxspeed=f"fast{k}").notes, 1, 0.1)
    assert tag_summary(many.rows(), 1e6)[-1] == "  and 8 more values on 0.8 km"


def test_the_page_on_roads_names_every_value():
    text = (Path(__file__).parents[2] / "docs" / "methods" / "roads.md").read_text("utf-8")
    page = text.split("## What tags mean")[1]
    values = {*OPEN_ACCESS, *CLOSED_ACCESS, *OPEN_BARRIERS, *SURFACE_KMH, *IMPLIED_TAGS}
    keys = {tag for tag in TAGS if ":" not in tag or tag.startswith("oneway:")}
    missing = {
        word
        for word in (values | keys) - {"oneway:conditional"}
        if not re.search(rf"(?<![\w:]){re.escape(word)}(?![\w:])", page)
    }
    assert missing == set()
    for kmh in {*SPEED_KMH.values(), *SURFACE_KMH.values(), *IMPLIED_KMH.values()} - {NO_LIMIT}:
        assert re.search(rf"\b{kmh:g}\b", page), kmh
