"""A new study of any country, begun from the files that an analyst has."""

from shelter_geo.start.create import Started, start_study
from shelter_geo.start.downloads import Manners
from shelter_geo.start.fetching import COUNTRY, LEVEL, Fetched, Wanted, fetch_inputs, servers
from shelter_geo.start.names import DECISIONS
from shelter_geo.start.osm_areas import OsmWanted, fetch_osm
from shelter_geo.start.people import PeopleColumns
from shelter_geo.start.points import read_points
from shelter_geo.start.study_files import StartInputs

__all__ = [
    "COUNTRY",
    "DECISIONS",
    "LEVEL",
    "Fetched",
    "Manners",
    "OsmWanted",
    "PeopleColumns",
    "StartInputs",
    "Started",
    "Wanted",
    "fetch_inputs",
    "fetch_osm",
    "read_points",
    "servers",
    "start_study",
]
