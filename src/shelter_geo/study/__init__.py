"""What is given: settings, tables, their checks, public points."""

from shelter_geo.study.capacity_settings import Capacity, Norm, RegionShare, Wait
from shelter_geo.study.facilities import PLACE_ENDS, places_total, shifted
from shelter_geo.study.frames import check_frame
from shelter_geo.study.guard import (
    AWAY,
    gives_a_place_away,
    key_gives_a_place_away,
    leads_elsewhere,
    may_be_a_true_name,
    texts_of,
)
from shelter_geo.study.journeys import HOME, NEAREST, POLICE, Journey, Link
from shelter_geo.study.kinds import Kind, kind_of
from shelter_geo.study.load import CATALOGUES, bundled_study, load_places, load_study, plans_folder
from shelter_geo.study.opening import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Calendar,
    Closure,
    Hours,
    Window,
    open_spans,
)
from shelter_geo.study.people import (
    PEOPLE_COLUMNS,
    UNKNOWN,
    people_unknown,
    unplaced,
    with_known_people,
)
from shelter_geo.study.places import (
    REGION,
    WOMEN,
    centre_settlements,
    centres_astray,
    require,
    settlement_names,
)
from shelter_geo.study.routing import centres, draw_like, engine, joiner, snap_settings, stand_ins
from shelter_geo.study.settings import (
    Bus,
    Claim,
    EvidenceKey,
    Key,
    Settings,
    StudySettings,
    Worded,
    in_english,
)
from shelter_geo.study.study import Study
from shelter_geo.study.tables.checking import check_table
from shelter_geo.study.tables.columns import is_key
from shelter_geo.study.tables.reading import read_text_table
from shelter_geo.study.tables.relations import misplaced_points
from shelter_geo.study.tables.schemas import CANDIDATES, CASES, SHELTERS
from shelter_geo.study.toml_file import line_of, read_toml
from shelter_geo.study.types import (
    FALLBACK,
    LANGUAGE_CODE,
    LARGEST,
    NAME,
    KindKey,
    LocalText,
    Multiple,
    Range,
    SafeKey,
    Share,
    languages_in,
    refuse_addresses,
)

__all__ = [
    "AWAY",
    "CANDIDATES",
    "CASES",
    "CATALOGUES",
    "FALLBACK",
    "HOME",
    "LANGUAGE_CODE",
    "LARGEST",
    "MS_PER_DAY",
    "MS_PER_HOUR",
    "NAME",
    "NEAREST",
    "PEOPLE_COLUMNS",
    "PLACE_ENDS",
    "POLICE",
    "REGION",
    "SHELTERS",
    "UNKNOWN",
    "WOMEN",
    "Bus",
    "Calendar",
    "Capacity",
    "Claim",
    "Closure",
    "EvidenceKey",
    "Hours",
    "Journey",
    "Key",
    "Kind",
    "KindKey",
    "Link",
    "LocalText",
    "Multiple",
    "Norm",
    "Range",
    "RegionShare",
    "SafeKey",
    "Settings",
    "Share",
    "Study",
    "StudySettings",
    "Wait",
    "Window",
    "Worded",
    "bundled_study",
    "centre_settlements",
    "centres",
    "centres_astray",
    "check_frame",
    "check_table",
    "draw_like",
    "engine",
    "gives_a_place_away",
    "in_english",
    "is_key",
    "joiner",
    "key_gives_a_place_away",
    "kind_of",
    "languages_in",
    "leads_elsewhere",
    "line_of",
    "load_places",
    "load_study",
    "may_be_a_true_name",
    "misplaced_points",
    "open_spans",
    "people_unknown",
    "places_total",
    "plans_folder",
    "read_text_table",
    "read_toml",
    "refuse_addresses",
    "require",
    "settlement_names",
    "shifted",
    "snap_settings",
    "stand_ins",
    "texts_of",
    "unplaced",
    "with_known_people",
]
