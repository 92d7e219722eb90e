"""How many places there are, how many are needed, and what happens when they are full."""

from shelter_geo.capacity.catchment import (
    FAST_DECAY,
    SLOW_DECAY,
    Catchments,
    catchment_shares,
    catchment_sums,
    reach_table,
)
from shelter_geo.capacity.demand import STAYS, Demand, demand_by_cases, demand_by_weight, share_out
from shelter_geo.capacity.erlang import erlang_b, places_for
from shelter_geo.capacity.estimates import (
    CORNERS,
    STRENGTH,
    Estimate,
    exactly,
    inputs_table,
    rests_on,
    tornado,
)
from shelter_geo.capacity.groups import (
    GROUPS,
    admission,
    group_row,
    nearest_admitting,
    places_for_group,
    refusals_reported,
)
from shelter_geo.capacity.no_place import (
    MeasuredShare,
    help_once,
    no_place_anywhere,
    pool_of,
    pools,
    refused,
)
from shelter_geo.capacity.norms import (
    TOTAL,
    PlaceReading,
    missing_family_places,
    missing_shelters,
    shortfall,
)
from shelter_geo.capacity.overflow import NOWHERE
from shelter_geo.capacity.stay_limits import (
    MONTH,
    NO_LIMIT,
    LimitedStay,
    LimitedSystem,
    limited_stay,
    limits_table,
)
from shelter_geo.capacity.suppression import PublishedCounts, check_hidden, publish_counts
from shelter_geo.capacity.turnaway import (
    DAYS,
    TurnAway,
    pooling_table,
    turn_away_by_family_size,
    turn_away_by_shelter,
)
from shelter_geo.capacity.waiting import places_to_bridge

__all__ = [
    "CORNERS",
    "DAYS",
    "FAST_DECAY",
    "GROUPS",
    "MONTH",
    "NOWHERE",
    "NO_LIMIT",
    "SLOW_DECAY",
    "STAYS",
    "STRENGTH",
    "TOTAL",
    "Catchments",
    "Demand",
    "Estimate",
    "LimitedStay",
    "LimitedSystem",
    "MeasuredShare",
    "PlaceReading",
    "PublishedCounts",
    "TurnAway",
    "admission",
    "catchment_shares",
    "catchment_sums",
    "check_hidden",
    "demand_by_cases",
    "demand_by_weight",
    "erlang_b",
    "exactly",
    "group_row",
    "help_once",
    "inputs_table",
    "limited_stay",
    "limits_table",
    "missing_family_places",
    "missing_shelters",
    "nearest_admitting",
    "no_place_anywhere",
    "places_for",
    "places_for_group",
    "places_to_bridge",
    "pool_of",
    "pooling_table",
    "pools",
    "publish_counts",
    "reach_table",
    "refusals_reported",
    "refused",
    "rests_on",
    "share_out",
    "shortfall",
    "tornado",
    "turn_away_by_family_size",
    "turn_away_by_shelter",
]
