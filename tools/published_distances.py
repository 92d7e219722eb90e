"""Road distances computed here beside those that others have published."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.routing.engine import make_engine
from shelter_geo.roads.routing.graph import UNREACHED, Seeds
from shelter_geo.units import CM_PER_KM


def compare_distances(published: pd.DataFrame, network: RoadNetwork) -> pd.DataFrame:
    """Set each published distance beside the one along the fastest road.

    Parameters
    ----------
    published
        With `from_node`, `to_node` (keys of the network's nodes) and `km`.
    network
        The roads.

    Returns
    -------
    DataFrame
        `published` with `computed_km` and `ratio`, computed over published; both are missing where
        there is no road.

    Raises
    ------
    RoadError
        If a node is unknown.
    """
    ids = pd.Index(network.node_id)
    ends = [ids.get_indexer(published[column]) for column in ("from_node", "to_node")]
    unknown = np.minimum(*ends) < 0
    if unknown.any():
        rows = ", ".join(map(str, published.index[unknown]))
        raise RoadError(f"published distances name unknown nodes in row {rows}")
    leave, arrive = (Seeds.from_columns(end) for end in ends)
    pairs = np.repeat(np.arange(len(published))[:, None], 2, axis=1)
    ways = make_engine(network).paths(leave, arrive, pairs)
    length = np.array([way.length_cm for way in ways])
    computed = np.where(length == UNREACHED, np.nan, length / CM_PER_KM)
    return published.assign(computed_km=computed, ratio=computed / published["km"])
