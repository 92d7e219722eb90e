"""What the planner's page is made of: bad input is named, paths keep their numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from helpers.planner_toys import costs, districts, sites, toy_planner
from shapely.geometry import Point, Polygon

from shelter_geo.errors import OutputError
from shelter_geo.publish.maps.drawing import path
from shelter_geo.publish.planner.data import Suggestion


def changed(frame: pd.DataFrame, row: Any, column: str, value: Any) -> pd.DataFrame:
    frame.loc[row, column] = value
    return frame


KM, MINUTES = costs()
BAD = [
    ({"districts": districts().drop(columns="population")}, "district_id lacks population"),
    ({"sites": sites().drop(columns="lgbtq_inclusive")}, "site_id lacks lgbtq_inclusive"),
    ({"sites": changed(sites(), "p-1", "role", "tent")}, "not tent"),
    ({"sites": changed(sites(), "p-1", "district_id", "X-9")}, "unknown districts: X-9"),
    ({"sites": changed(sites(), "p-1", "places", -1)}, "0 to 100000 places"),
    ({"sites": changed(sites(), "p-1", "settlement_id", "p-2")}, "Two candidates"),
    ({"sites": sites().drop(index=sites().index)}, "needs rows"),
    ({"distance_km": KM.drop(columns="p-1")}, "lack a district or a site"),
    ({"distance_km": KM.replace(KM.iloc[0, 0], -1.0)}, "below 0 or too large"),
    ({"travel_min": MINUTES * 1e9}, "below 0 or too large"),
    ({"travel_min": MINUTES.fillna(1.0)}, "different pairs"),
    ({"people_per_family_place": 0}, "must be above 0"),
    ({"persons_per_family_place": float("nan")}, "must be above 0"),
    ({"new_places": 0}, "1 to 100000 places"),
    ({"suggestions": [Suggestion("x", ["refuge"])]}, "no candidate: refuge"),
    ({"suggestions": [Suggestion("x", ["p-3"], [0])]}, "with 1 to 100000 places"),
    ({"suggestions": [Suggestion("x", ["p-3", "p-5"], [9])]}, "its sites with 1 to 100000"),
    ({"lang": "xx"}, "no language 'xx'"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutputError, match=message):
        toy_planner(**changes)


def test_paths_keep_their_numbers_apart() -> None:
    assert path(Polygon([(10.5, 0.5), (10.5, -0.04), (11, 0.5)])) == "M10.5 .5l0-.5 .5 .5z"
    assert path(Point(9, 3)) == "M4.0 3.0a5.0 5.0 0 1 0 10.0 0a5.0 5.0 0 1 0 -10.0 0z"
    assert path(Polygon([(0, 0), (0.01, 0), (0, 0.01)])) == ""
