"""The bundled data: totals tie out, keys join, polygons hold, nothing gives a shelter away."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.ops import nearest_points

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
GEOD = Geod(ellps="WGS84")
NAKHCHIVAN = {"AZ-NV", "AZ-BAB", "AZ-CUL", "AZ-KAN", "AZ-ORD", "AZ-SAD", "AZ-SAH", "AZ-SAR"}

# Centres outside their own polygon, in km: at 1:10 million borders pass beside towns, and towns on
# the country's edge (Astara, Julfa, Heydarabad of Sadarak) fall over it.
CENTRES_OUTSIDE = {
    "AZ-ABS": 2.5,
    "AZ-AST": 0.1,
    "AZ-CAB": 0.5,
    "AZ-CUL": 0.2,
    "AZ-LAC": 1.9,
    "AZ-MI": 1.8,
    "AZ-QUS": 0.6,
    "AZ-SAD": 0.4,
    "AZ-UCA": 1.5,
}

# Polygons whose area is not within 0.75 to 1.35 of the published one, and why.
ODD_AREAS = {
    "AZ-ABS": "44 % too large: borders to Baku and Khizi drawn otherwise",
    "AZ-BAB": "drawn with most of Kangarli, which was cut out of it in 2004",
    "AZ-GA": "city limits are coarse",
    "AZ-KAN": "most of it is in Babek's polygon",
    "AZ-LAN": "a third too small: borders to the rayons around it drawn otherwise",
    "AZ-MI": "city limits are coarse",
    "AZ-NA": "city limits are coarse",
    "AZ-NV": "city limits are coarse",
    "AZ-SAD": "the smallest rayon, at the edge of the country",
    "AZ-SM": "city limits are coarse",
    "AZ-SR": "city limits are coarse",
    "AZ-XA": "city limits are coarse",
}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture(scope="module")
def districts() -> pd.DataFrame:
    return pd.read_csv(DATA / "population/districts.csv").set_index("district_id")


@pytest.fixture(scope="module")
def settlements() -> pd.DataFrame:
    return pd.read_csv(DATA / "places/settlements.csv").set_index("settlement_id")


@pytest.fixture(scope="module")
def polygons() -> gpd.GeoSeries:
    frame = gpd.read_file(DATA / "boundaries/districts.geojson")
    return frame.set_index("district_id").geometry


@pytest.fixture(scope="module")
def basemap() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries/basemap.geojson")


def km_outside(polygon: shapely.Geometry, lat: float, lon: float) -> float:
    near, point = nearest_points(polygon, shapely.Point(lon, lat))
    return GEOD.inv(near.x, near.y, point.x, point.y)[2] / 1000


def test_people_add_up_to_the_published_total(districts: pd.DataFrame) -> None:
    assert len(districts) == 75
    assert districts["population"].sum() == 10_262_351


def test_women_and_men_add_up_where_both_are_given(districts: pd.DataFrame) -> None:
    both = districts.dropna(subset=["men"])
    assert set(districts.index) - set(both.index) == {
        "AZ-LAN",
        "AZ-SAK",
        "AZ-SUS",
        "AZ-X-AGD",
        "AZ-YEV",
    }
    assert (both["men"] + both["women"] == both["population"]).all()
    assert set(districts.index[districts["women_basis"] == "estimated"]).isdisjoint(both.index)


def test_regions_are_the_sums_and_match_the_published_shares(districts: pd.DataFrame) -> None:
    regions = pd.read_csv(DATA / "population/regions.csv").set_index("region")
    by_region = districts.groupby("region")["population"]
    assert len(regions) == 14
    assert by_region.sum().to_dict() == regions["population_2026_01_01_sum"].to_dict()
    assert by_region.size().to_dict() == regions["units"].to_dict()
    share = by_region.sum() / districts["population"].sum() * 100
    assert share.round(2).to_dict() == regions["share_pct_computed"].to_dict()
    # Published to one decimal, for a day three months earlier.
    assert (share - regions["share_pct_published_2025_10_01"]).abs().max() <= 0.1


def test_nakhchivan_is_eight_units_and_a_network_of_its_own(districts: pd.DataFrame) -> None:
    apart = districts[districts["region"] == "Nakhchivan"]
    assert set(apart.index) == NAKHCHIVAN
    assert round(apart["population"].sum() / districts["population"].sum() * 100, 1) == 4.6

    nodes, links = table("roads/nodes.csv"), table("roads/links.csv")
    roads: nx.DiGraph[str] = nx.DiGraph()
    for start, end, back in links[["from_node", "to_node", "km_back"]].itertuples(index=False):
        roads.add_edge(start, end)
        if back:
            roads.add_edge(end, start)
    parts = sorted(nx.strongly_connected_components(roads), key=len)
    # Whoever can drive somewhere can drive back.
    assert len(parts) == nx.number_weakly_connected_components(roads) == 2
    reached = parts[-1]
    assert "baku" in reached
    centre = nodes[nodes["district_id"] != ""].set_index("district_id")["node_id"]
    assert set(centre.index[~centre.isin(reached)]) == NAKHCHIVAN


def test_depopulated_units_are_the_thirteen_with_their_people(districts: pd.DataFrame) -> None:
    away = districts[districts["counts_registered_not_resident"] == "yes"]
    assert len(away) == 13
    assert away["population"].sum() == 758_587


def test_shelters_have_the_published_places_in_two_cities(settlements: pd.DataFrame) -> None:
    shelters = pd.read_csv(DATA / "shelters/shelters.csv")
    assert shelters["places"].sum() == 175
    city = settlements.loc[shelters["settlement_id"]]
    assert set(city["name_en"]) == {"Baku", "Ganja"}
    assert city["district_id"].tolist() == shelters["district_id"].tolist()
    basis = shelters["places_basis"].str.split(":").str[0]
    assert Counter(basis) == {"published": 1, "assumed": 2}


def test_shelters_hold_nothing_that_looks_like_an_address() -> None:
    shelters = table("shelters/shelters.csv")
    assert ",".join(shelters.columns) == (
        "shelter_id,name_en,name_az,name_ru,settlement_id,district_id,operator_type,places,"
        "places_low,places_high,also_for_en,also_for_az,also_for_ru,"
        "places_basis,places_basis_az,places_basis_ru,women,children,men,lgbtq_inclusive,"
        "police_referral_required,max_stay_days,as_of,source"
    )
    text = " ".join(shelters.to_numpy().ravel())
    address = re.compile(
        r"\d\d\.\d{3}|\d{7}|\+\d{3}|https?:|@|°|"
        r"\b(street|avenue|road|house|flat|district|metro|phone|küç\w*|prospekt\w*|mənzil|ev)\b",
        re.IGNORECASE,
    )
    assert not address.search(text)


def test_links_are_positive_and_listed_once() -> None:
    links = pd.read_csv(DATA / "roads/links.csv")
    assert len(links) == 4918
    assert links["km_back"].isna().sum() == 1135
    assert (links["km_back"].isna() == links["minutes_back"].isna()).all()
    for km, minutes in (("km", "minutes"), ("km_back", "minutes_back")):
        given = links[[km, minutes]].dropna()
        assert (given > 0).all(axis=None)
        # No road is faster than the motorway speed of 90 km/h, but for means of rounded figures.
        assert (given[km] - 0.02 <= (given[minutes] + 0.01) * 1.5).all()
    pairs = {frozenset(pair) for pair in zip(links["from_node"], links["to_node"], strict=True)}
    assert len(pairs) == len(links)
    assert all(len(pair) == 2 for pair in pairs)
    assert set(links["road_class"]) == {
        "motorway", "trunk", "primary", "secondary", "tertiary", "other",
    }  # fmt: skip


def test_links_are_no_shorter_than_the_straight_line() -> None:
    nodes = pd.read_csv(DATA / "roads/nodes.csv").set_index("node_id")
    links = pd.read_csv(DATA / "roads/links.csv")
    start, end = nodes.loc[links["from_node"]], nodes.loc[links["to_node"]]
    ends = (start["lon"], start["lat"], end["lon"], end["lat"])
    straight = GEOD.inv(*(column.to_numpy() for column in ends))[2] / 1000
    # A merged junction reaches 400 m, and a link starts anywhere in it; points are rounded.
    assert (links["km"].to_numpy() > straight - 0.9).all()
    assert not (links["km_back"].to_numpy() <= straight - 0.9).any()


def test_near_ties_are_between_centres_and_the_cities_of_shelters(districts: pd.DataFrame) -> None:
    ties = pd.read_csv(DATA / "roads/near_ties.csv")
    assert len(ties) == 17
    assert set(ties["district_id"]) <= set(districts.index)
    shelters = pd.read_csv(DATA / "shelters/shelters.csv")
    assert set(ties["settlement_id"]) == set(shelters["settlement_id"])
    assert (ties["min_other"] >= ties["min_fastest"]).all()
    assert (ties["min_other"] <= ties["min_fastest"] * 1.02).all()
    assert ((ties["km_other"] / ties["km_fastest"] - 1).abs() > 0.025).all()


def test_plans_of_new_roads_are_those_of_the_table_of_openings() -> None:
    openings = pd.read_csv(DATA / "roads/openings.csv")
    for key, open_now in (("roads-2021", True), ("roads-being-built", False)):
        plan = tomllib.loads((DATA / f"scenarios/{key}.toml").read_text(encoding="utf-8"))
        for road in plan["road"]:
            row = openings[
                (openings["from_node"] == road["start"])
                & (openings["to_node"] == road["end"])
                & (openings["km"] == road["km"])
            ].iloc[0]
            assert row["status"].startswith("open to traffic" if open_now else "under construction")
            assert road["source"]
            assert road["since"].startswith("not open") != open_now
            if row["opened"] == row["opened"]:
                assert road["since"] == row["opened"]


def test_each_district_centre_is_one_node_of_its_name(districts: pd.DataFrame) -> None:
    nodes = pd.read_csv(DATA / "roads/nodes.csv")
    centres = nodes[nodes["kind"] == "district_centre"].set_index("district_id")
    assert centres.index.is_unique
    assert set(centres.index) == set(districts.index)
    assert nodes["district_id"].notna().sum() == 75
    centres = centres.loc[districts.index]
    assert np.allclose(centres[["lat", "lon"]], districts[["lat", "lon"]], atol=6e-5)
    assert centres["name"].tolist() == districts["centre_en"].tolist()


def test_each_district_centre_is_a_settlement(
    districts: pd.DataFrame, settlements: pd.DataFrame
) -> None:
    assert len(settlements) == 246
    at = settlements.reset_index().merge(
        districts.reset_index(), on=["district_id", "lat", "lon"], suffixes=("", "_district")
    )
    assert set(at["district_id"]) == set(districts.index)
    assert (at["name_en"] == at["centre_en"]).all()
    assert (at["name_az"] == at["centre_az"]).all()
    added = settlements[~settlements.index.str.startswith("gn-")]
    assert added["name_en"].tolist() == ["Aghdara"]
    assert "to verify" in added["source"].iloc[0]


def test_settlements_lie_in_or_near_their_district(
    settlements: pd.DataFrame, polygons: gpd.GeoSeries
) -> None:
    far = {}
    for row in settlements[settlements["district_id"] != "AZ-X-AGD"].itertuples():
        distance = km_outside(polygons[row.district_id], row.lat, row.lon)
        if distance > 4.5:
            far[row.name_en] = round(distance)
    assert far == {"Neft Dashlari": 19}


@pytest.mark.parametrize(
    ("name", "district_id"),
    [
        ("Madrasa", "AZ-SMI"),  # GeoNames says Aghsu
        ("Vangli", "AZ-X-AGD"),  # Kalbajar until December 2023
        ("Asgaran", "AZ-XCI"),
        ("Karkijahan", "AZ-XA"),
        ("Goychay", "AZ-GOY"),
        ("Goygol", "AZ-GYG"),
        ("Nehram", "AZ-BAB"),
        ("Bash Goynuk", "AZ-SAK"),
        ("Turshsu", "AZ-SUS"),
        ("Khirdalan", "AZ-ABS"),
        ("Pirallahi", "AZ-BA"),
    ],
)
def test_settlement_belongs_to(settlements: pd.DataFrame, name: str, district_id: str) -> None:
    assert settlements.set_index("name_en").loc[name, "district_id"] == district_id


def test_settlement_names_are_plain_english_and_azerbaijani(settlements: pd.DataFrame) -> None:
    assert settlements["name_en"].map(str.isascii).all()
    letters = set("abcçdeəfgğhxıijkqlmnoöpqrsştuüvyz0123456789 -()")
    lowered = settlements["name_az"].str.replace("İ", "i").str.replace("I", "ı").str.lower()
    assert not {letter for name in lowered for letter in name} - letters


def test_polygons_tile_without_gap_or_overlap(
    polygons: gpd.GeoSeries, districts: pd.DataFrame
) -> None:
    assert set(districts.index) - set(polygons.index) == {"AZ-X-AGD"}
    assert len(polygons) == 74
    assert polygons.is_valid.all()
    assert shapely.coverage_is_valid(polygons.to_numpy())
    # 86,600 km2 is the published area of the country.
    area = sum(GEOD.geometry_area_perimeter(polygon)[0] for polygon in polygons) / 1e6
    assert area == pytest.approx(86_600, rel=0.01)


def test_polygons_and_basemap_tile_the_frame(
    polygons: gpd.GeoSeries, basemap: gpd.GeoDataFrame
) -> None:
    ground = basemap.loc[basemap["kind"] != "lake", "geometry"]
    tiles = np.concatenate([polygons.to_numpy(), ground.to_numpy()])
    assert shapely.coverage_is_valid(tiles)
    assert shapely.area(tiles).sum() == pytest.approx(13 * 7.5)
    assert tuple(basemap.total_bounds) == (41, 36.5, 54, 44)


def test_basemap_names_its_features_and_labels_them_inside(basemap: gpd.GeoDataFrame) -> None:
    kinds = basemap["kind"].tolist()
    assert kinds == sorted(kinds, key=["sea", "country", "lake"].index), "not in drawing order"
    assert {"Caspian Sea", "Iran", "Russia", "Georgia", "Armenia", "Lake Sevan"} <= set(
        basemap["name_en"]
    )
    assert "Azerbaijan" not in set(basemap["name_en"])
    assert basemap[["name_en", "name_az", "name_ru"]].notna().all(axis=None)
    labels = gpd.points_from_xy(basemap["label_lon"], basemap["label_lat"])
    assert basemap.geometry.contains(gpd.GeoSeries(labels, crs=basemap.crs)).all()


def test_centres_lie_in_their_polygon_but_for_the_listed(
    polygons: gpd.GeoSeries, districts: pd.DataFrame
) -> None:
    points = districts.loc[polygons.index, ["lat", "lon"]]
    away = {
        row.Index: km_outside(polygons[row.Index], row.lat, row.lon) for row in points.itertuples()
    }
    outside = {key: round(km, 1) for key, km in away.items() if km > 0}
    assert outside == CENTRES_OUTSIDE


@pytest.mark.parametrize(
    ("district_id", "lat", "lon"),
    [
        ("AZ-LAC", 39.72, 46.30),  # Minkend; the unit is named Lankaran in the source
        ("AZ-LAN", 38.754, 48.851),
        ("AZ-XA", 39.818, 46.753),  # names swapped with Khojaly's in the source
        ("AZ-XCI", 39.914, 46.792),
        ("AZ-SBN", 41.201, 48.987),  # Davachi in the source
        ("AZ-GYG", 40.586, 46.319),  # Khanlar in the source
        ("AZ-SAK", 41.192, 47.171),  # city and rayon
        ("AZ-YEV", 40.618, 47.150),
        ("AZ-SUS", 39.760, 46.750),
        ("AZ-NV", 39.209, 45.412),  # AZ-NX in the source
        ("AZ-NA", 40.508, 46.820),  # Naftalan
    ],
)
def test_polygon_is_that_of_its_district(
    polygons: gpd.GeoSeries, district_id: str, lat: float, lon: float
) -> None:
    assert polygons.index[polygons.contains(shapely.Point(lon, lat))].tolist() == [district_id]


def test_polygon_areas_are_plausible(polygons: gpd.GeoSeries, districts: pd.DataFrame) -> None:
    area = polygons.map(lambda polygon: GEOD.geometry_area_perimeter(polygon)[0] / 1e6)
    ratio = area / districts.loc[polygons.index, "area_km2"]
    assert (area > 0).all(), "rings wound the wrong way"
    assert set(ratio.index[~ratio.between(0.75, 1.35)]) == set(ODD_AREAS)
