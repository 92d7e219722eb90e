"""What more places, fewer shelters or another assumption would change, for one basis of demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.analysis.stays import RECORDED, StayInputs
from shelter_geo.capacity import CORNERS, DAYS, Demand, places_for, pooling_table, refused, tornado

TIMES: Final = 4.0
"""Multiple of today's places up to which turn-away is followed."""
STEPS: Final = 80
MOST_SHELTERS: Final = 12
"""Number of shelters up to which places are dealt out."""


def more_places(pooled: pd.DataFrame, inputs: StayInputs) -> pd.DataFrame:
    """Share that finds no place anywhere within reach if each house had a multiple of its places.

    Parameters
    ----------
    pooled
        From `capacity.no_place.pools`.
    inputs
        Stays, persons a place and target.

    Returns
    -------
    DataFrame
        `places` (of all shelters), `no_place_low`, `no_place_central`, `no_place_high`.
    """
    today = pooled["places"].to_numpy(float)
    whole = np.unique(np.round(np.linspace(0, TIMES * today.sum(), STEPS + 1)))
    table = pd.DataFrame({"places": whole.astype("int64")})
    multiples = whole / (today.sum() or 1.0)
    readings = zip(CORNERS, inputs.stay_days.corners, inputs.persons_per_place.corners, strict=True)
    for corner, days, persons in readings:
        asked = pooled[f"stays_{corner}"].to_numpy(float)
        lost = refused(np.outer(multiples, today), asked, days, persons) @ asked
        table[f"no_place_{corner}"] = lost / asked.sum() if asked.sum() > 0 else 0.0
    return table


def pooled(sites: pd.DataFrame, inputs: StayInputs) -> pd.DataFrame:
    """Turn-away of today's family places in one shelter and in several; see `pooling_table`.

    Parameters
    ----------
    sites
        Shelters with `places`, `stays_low`, `stays_central`, `stays_high`.
    inputs
        Stays, persons a place and target; only central values are used.
    """
    persons = inputs.persons_per_place.central
    family_places = int(sites["places"].sum() / persons + 1e-9)
    offered = float(sites["stays_central"].sum()) * inputs.stay_days.central / DAYS
    counts = range(1, min(MOST_SHELTERS, max(family_places, 1)) + 1)
    if family_places == 0:
        counts = range(0)
    return pooling_table(family_places, offered, counts, target=inputs.target.central)


def what_moves(sites: pd.DataFrame, demand: Demand, inputs: StayInputs) -> pd.DataFrame:
    """How the places needed for the target move when one assumption does; see `tornado`.

    Parameters
    ----------
    sites, inputs
        As for `pooled`.
    demand
        The basis and its factors; what each shelter has of it does not change.

    Returns
    -------
    DataFrame
        `input`, `evidence`, `unit`, `input_low`, `input_high`, `answer_central`,
        `answer_at_low`, `answer_at_high`, `swing`; answers are places in all shelters.
    """
    whole = demand.total.central
    share = sites["stays_central"].to_numpy(float) / (whole or 1.0)
    days, persons = inputs.stay_days, inputs.persons_per_place

    def places(values: Mapping[str, float]) -> float:
        stays = demand.stays(values)
        needed = places_for(share * stays * values[days.id] / DAYS, inputs.target.central)
        return float(np.ceil(needed * values[persons.id] - 1e-9).sum())

    found = tornado(places, [*demand.inputs, days, persons])
    # A floor without a range moves nothing by itself.
    still = (found.table["input"] == RECORDED) & (found.table["swing"] == 0)
    return found.table[~still].assign(answer_central=found.central)
