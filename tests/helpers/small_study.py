"""A study of three invented districts, for tests of runs that need no more than some outputs."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from helpers.study_copy import StudyCopy

STUDY = """
[study]
id = "small"
name = "Small"
as_of = 2026-01-01
credit = "Invented figures"

[tables]
districts = "districts.csv"
settlements = "settlements.csv"
shelters = "shelters.csv"
boundaries = "districts.geojson"

[roads]
network = "reference"
nodes = "nodes.csv"
links = "links.csv"
source = "invented"
licence = "CC0-1.0"
connector_kmh = 20.0
max_connector_km = 10.0

[access.bus]
factor = 1.3
low = 1.2
high = 1.5
source = "assumed"

[capacity]
people_per_family_place = 10_000
norm_source = "one family place for 10,000 people"

[[capacity.readings]]
id = "family-places"
persons_per_family_place = 1.0
label = "each place takes a family"
source = "assumed"
evidence = "assumed"
"""
DEMAND = """
[capacity.demand.share_needing]
low = 0.1
central = 0.1
high = 0.2
source = "invented"
evidence = "assumed"

[[capacity.demand.bases]]
id = "calls"
name = "calls"
[capacity.demand.bases.cases]
low = 900
central = 1000
high = 1100
source = "invented"
evidence = "assumed"
[capacity.demand.bases.under_reporting]
low = 1
central = 2
high = 3
source = "invented"
evidence = "assumed"
"""
"""Settings of stays asked for, which the study does not have by itself."""
TABLES = {
    "districts.csv": """\
district_id,name_en,region,population,women,counts_registered_not_resident,lat,lon
upper,Upper Vale,Vale,60000,31000,no,40.75,-29.75
lower,Lower Vale,Vale,90000,46000,no,40.25,-29.75
coast,Coast,Coast,120000,61000,no,40.25,-29.25
""",
    "settlements.csv": """\
settlement_id,name_en,district_id,lat,lon,population_listed
s1,Highmill,upper,40.75,-29.75,20000
s2,Fordham,lower,40.25,-29.75,50000
s3,Quayside,coast,40.25,-29.25,80000
""",
    "shelters.csv": """\
shelter_id,name_en,settlement_id,district_id,places,places_basis,source
quayside-1,Shelter in Quayside,s3,coast,12,published,invented
""",
    "nodes.csv": """\
node_id,name,district_id,lat,lon
s1,Highmill,upper,40.75,-29.75
s2,Fordham,lower,40.25,-29.75
s3,Quayside,coast,40.25,-29.25
""",
    "links.csv": """\
from_node,to_node,km,minutes
s1,s2,62,55
s2,s3,48,36
""",
}
BORDERS = {
    "upper": (-30.0, 40.5, -29.5, 41.0),
    "lower": (-30.0, 40.0, -29.5, 40.5),
    "coast": (-29.5, 40.0, -29.0, 40.5),
}


def small_study(folder: Path) -> StudyCopy:
    """Write the study into a new folder."""
    study = StudyCopy(folder)
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": key},
            "geometry": shapely.geometry.mapping(shapely.box(*bounds)),
        }
        for key, bounds in BORDERS.items()
    ]
    collection = {"type": "FeatureCollection", "features": features}
    files = {**TABLES, "study.toml": STUDY, "districts.geojson": json.dumps(collection)}
    for name, text in files.items():
        study.write(name, text)
    return study
