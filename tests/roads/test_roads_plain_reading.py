"""The rules of tags against a plain reading of them, written by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.roads.sources.access import barrier_note
from shelter_geo.roads.sources.driving import TAGS, Drive, read_tags
from shelter_geo.roads.sources.speeds import RoadSettings
from shelter_geo.roads.sources.tagged_speeds import duration_min

DEFAULT = RoadSettings()

CLASSES = {"motorway": 90, "trunk": 85, "primary": 65, "residential": 25, "track": 25}
CLOSING = ["no", "private", "agricultural", "delivery", "psv", "nonsense"]
OPENING = ["yes", "destination", "permissive"]
SPEEDS = {
    "30": 30,
    "70": 70,
    "20 mph": 32.18688,
    "RU:urban": 60,
    "walk": 7,
    "none": None,
    "?": None,
}
SURFACES = {"asphalt": 999, "gravel": 40, "mud": 10, "lava": 999, "ice": 999}
TRACKTYPES = {"grade1": 60, "grade5": 20}
SMOOTH = {"good": 999, "very_bad": 20, "impassable": 0}
ONEWAYS = {"yes": "forward", "-1": "backward", "no": "both", "nonsense": ""}
FERRIES = {"45": 45, "1:30": 90, "PT2H": 120, "20-30 min": 30, "often": 0}
WINTER = {
    "ice_road": ["yes", "no"],
    "winter_road": ["yes", "no"],
    "seasonal": ["winter", "summer", "no"],
}
GRAMMAR = {
    "highway": [*CLASSES, "footway"],
    "route": ["ferry", "bus", "ferry;bus"],
    "duration": list(FERRIES),
    **{
        key + end: [*CLOSING, *OPENING, "no;yes", "private;no"]
        for key in ("access", "vehicle", "motor_vehicle", "motorcar")
        for end in ("", ":forward", ":backward")
    },
    **{key: list(SPEEDS) for key in ("maxspeed", "maxspeed:forward", "maxspeed:backward")},
    "surface": list(SURFACES),
    "tracktype": list(TRACKTYPES),
    "smoothness": list(SMOOTH),
    **{key: list(ONEWAYS) for key in ("oneway", "oneway:motor_vehicle")},
    "junction": ["roundabout", "yes"],
    **WINTER,
    "area": ["yes", "no"],
    "motorroad": ["yes", "no"],
    "tunnel": ["yes", "no"],
}


def plain(tags: dict[str, str]) -> Drive | None:
    """Read tags slowly, one question after the other."""
    highway, minutes = tags.get("highway"), 0.0
    ferry = "ferry" in tags.get("route", "").split(";")
    if not ferry and highway not in CLASSES:
        return None
    if tags.get("area") == "yes" or tags.get("surface") == "ice":
        return None
    if "yes" in (tags.get("ice_road"), tags.get("winter_road")) or tags.get("seasonal") == "winter":
        return None
    if tags.get("smoothness") == "impassable" and not ferry:
        return None
    goes = {}
    for way, other in (("forward", "backward"), ("backward", "forward")):
        goes[way] = 5.0 if ferry else float(CLASSES[str(highway)])
        if ferry:
            minutes = FERRIES[tags.get("duration", "often")]
            limit = None
        elif f"maxspeed:{way}" in tags:
            limit = SPEEDS[tags[f"maxspeed:{way}"]]
        else:
            limit = SPEEDS[tags.get("maxspeed", "none")]
        if limit is not None:
            goes[way] = limit
        for tag, table in (
            ("surface", SURFACES),
            ("tracktype", TRACKTYPES),
            ("smoothness", SMOOTH),
        ):
            if not ferry and tag in tags and table[tags[tag]] < goes[way]:
                goes[way] = table[tags[tag]]
        rule = ""
        for key in ("access", "vehicle", "motor_vehicle", "motorcar"):  # the last one decides
            rule = tags.get(f"{key}:{way}", tags.get(key, rule))
        if rule and not any(value in OPENING for value in rule.split(";")):
            goes[way] = 0.0
        implied = "both"
        if highway == "motorway" or tags.get("junction") == "roundabout":
            implied = "forward"
        sense = ""
        for key in ("oneway:motor_vehicle", "oneway"):
            sense = sense or ONEWAYS[tags.get(key, "nonsense")]
        if (sense or implied) == other:
            goes[way] = 0.0
    if goes["forward"] == goes["backward"] == 0.0:
        return None
    steps = highway != "motorway" and tags.get("motorroad") != "yes" and tags.get("tunnel") != "yes"
    name = "ferry" if ferry else str(highway)
    return Drive(name, goes["forward"], goes["backward"], minutes, steps and not ferry)


@st.composite
def tagged_roads(draw: st.DrawFn) -> dict[str, str]:
    keys = draw(st.lists(st.sampled_from(sorted(set(GRAMMAR) - {"highway"})), max_size=5))
    tags = {"highway": draw(st.sampled_from(GRAMMAR["highway"]))}
    return tags | {key: draw(st.sampled_from(GRAMMAR[key])) for key in keys}


@settings(max_examples=500)
@given(tagged_roads())
def test_random_tags_mean_what_a_plain_reading_says(tags: dict[str, str]):
    found, expected = read_tags(tags, DEFAULT).drive, plain(tags)
    assert (found is None) == (expected is None)
    if found and expected:
        assert (found.road_class, found.enterable) == (expected.road_class, expected.enterable)
        assert found[1:4] == pytest.approx(expected[1:4])


@settings(max_examples=200)
@given(tagged_roads())
def test_winter_roads_open_or_closed_as_the_settings_say(tags: dict[str, str]):
    left = {key: value for key, value in tags.items() if key not in WINTER}
    left = {key: value for key, value in left.items() if (key, value) != ("surface", "ice")}
    usual = plain(left)
    for rule in ("open", "closed"):
        kept = read_tags(left | {"ice_road": "yes"}, RoadSettings(winter_roads=rule)).drive
        assert (kept is None) == (usual is None)
        if kept and usual:
            assert kept.road_class == "winter_road"
            speeds = usual[1:3] if rule == "open" else (0, 0)
            assert kept[1:3] == pytest.approx(speeds)


BARRIERS = {
    "gate": True,
    "lift_gate": True,
    "cattle_grid": True,
    "toll_booth": True,
    "bollard": False,
    "block": False,
    "chain": False,
    "moat": False,
    "gate;bollard": False,
    "height_restrictor": True,
}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "barrier": st.sampled_from(sorted(BARRIERS)),
            "bollard": st.sampled_from(["rising", "removable"]),
            "maxheight": st.sampled_from(["2", "2.1 m", "3", "low"]),
            "access": st.sampled_from([*CLOSING, *OPENING]),
            "motorcar": st.sampled_from([*CLOSING, *OPENING]),
            "foot": st.sampled_from(["yes", "no"]),
        },
    )
)
def test_random_barriers_shut_as_a_plain_reading_says(tags: dict[str, str]):
    rule = tags.get("motorcar", tags.get("access"))
    kind = tags.get("barrier", "gate")
    passes = BARRIERS[kind]
    if kind == "bollard":
        passes = tags.get("bollard") == "rising"
    if kind == "gate;bollard" and tags.get("bollard") == "rising":
        passes = True
    if kind == "height_restrictor" and tags.get("maxheight") in ("2", "2.1 m"):
        passes = False
    if rule is not None:
        passes = rule in OPENING
    assert (barrier_note(tags, DEFAULT.closed_access) is None) == passes


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(sorted(TAGS)),
        st.sampled_from([v for values in GRAMMAR.values() for v in values]) | st.text(max_size=12),
        max_size=6,
    )
)
def test_any_text_is_read_and_never_makes_a_faster_or_unknown_silence(tags: dict[str, str]):
    drive, notes = read_tags(tags, DEFAULT)
    if drive:
        assert max(drive.forward_kmh, drive.backward_kmh) > 0
        assert max(drive.forward_kmh, drive.backward_kmh) <= 200
        assert 0 <= drive.minutes <= 14 * 1440
    assert all(note.tag in TAGS for note in notes)


@given(st.text(alphabet="0123456789:;,.-–PTDHMSptdhms minutesourdaya'", max_size=16))
def test_any_duration_is_minutes_or_none(text: str):
    assert 0 <= duration_min(text) <= 14 * 1440
