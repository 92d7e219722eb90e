"""Which settlement is a district's centre, and what settlements are called."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from shelter_geo.study import centre_settlements, settlement_names
from shelter_geo.study.places import lent_centres


def districts() -> pd.DataFrame:
    rows = [("d-1", "North", "Nord", 179.99, 10.0), ("d-2", "South", "Sud", 0.0, 60.0)]
    return pd.DataFrame(rows, columns=["district_id", "name_en", "name_xx", "lon", "lat"])


def settlements() -> gpd.GeoDataFrame:
    rows = [
        ("s-1", "d-1", "Far", "Loin", 179.9, 10.0),
        ("s-2", "d-1", "North", None, -179.99, 10.0),
        ("s-3", "d-2", "Side", None, 0.15, 60.0),
        ("s-4", "d-2", "Up", None, 0.0, 60.1),
    ]
    frame = pd.DataFrame(
        rows, columns=["settlement_id", "district_id", "name_en", "name_xx", "x", "y"]
    )
    points = [Point(x, y) for x, y in zip(frame["x"], frame["y"], strict=True)]
    return gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=points, crs=4326)


def test_the_centre_is_the_nearest_settlement_also_across_the_date_line() -> None:
    # At 60 degrees north 0.15 degrees of longitude are as long as 0.075 of latitude.
    found = centre_settlements(districts(), settlements())
    assert found.to_dict() == {"d-1": "s-2", "d-2": "s-3"}


def test_of_two_as_near_the_lower_key_is_the_centre() -> None:
    twice = settlements()
    twice.loc[0, "geometry"] = twice.loc[1, "geometry"]
    assert centre_settlements(districts(), twice)["d-1"] == "s-1"


def test_a_district_without_a_settlement_has_no_centre() -> None:
    alone = settlements()[lambda table: table["district_id"] == "d-1"]
    assert list(centre_settlements(districts(), alone).index) == ["d-1"]


def test_a_centre_takes_its_missing_name_from_a_district_of_the_same_name() -> None:
    found = settlement_names(districts(), settlements(), ["en", "xx"])
    assert found["name_xx"].where(found["name_xx"].notna(), None).to_dict() == {
        "s-1": "Loin",
        "s-2": "Nord",
        "s-3": None,
        "s-4": None,
    }


def test_settlements_that_stand_for_centres_are_named() -> None:
    districts = pd.DataFrame(
        {"district_id": ["a", "b", "c"], "lat": [None, 1.0, None], "lon": [None, 2.0, None]}
    )
    settlements = pd.DataFrame(
        {
            "settlement_id": ["s1", "s2", "s3", "s4"],
            "name_en": ["Small", "Large", "Other", "Only"],
            "district_id": ["a", "a", "b", "c"],
            "population_listed": [5, 9, 1, None],
        }
    )
    (said,) = lent_centres(Path("districts.csv"), districts, settlements)
    assert said.message.endswith("not given: Large for a, Only for c")
    assert lent_centres(Path("districts.csv"), districts.iloc[[1]], settlements) == []
