"""How far people are from the nearest shelter: by district, by settlement and in summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from shelter_geo.access.costs import CostMatrix
from shelter_geo.access.nearest import UNITS, counted, nearest, populations
from shelter_geo.errors import CostError
from shelter_geo.vocabulary import Impedance


def weighted_quantile(values: ArrayLike, weights: ArrayLike, share: float) -> float:
    """Return the least value that at least `share` of the weight does not exceed.

    Parameters
    ----------
    values, weights
        Arrays of one length; weights of 0 or more.
    share
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `share` lies outside 0 to 1 or a weight is negative.
    """
    value, weight = np.asarray(values, float), np.asarray(weights, float)
    if not 0 <= share <= 1:
        raise ValueError(f"a quantile lies between 0 and 1, not at {share}")
    if (weight < 0).any():
        raise ValueError("weights must not be negative")
    if weight.sum() == 0:
        return float("nan")
    order = np.argsort(value, kind="stable")
    filled = np.cumsum(weight[order])
    at = np.searchsorted(filled, share * filled[-1], side="left")
    return float(value[order][min(int(at), len(value) - 1)])


BASES = ("district_centres", "settlements")
AREAS = ("district", "region")
"""Areas of one's own: `shelter_in_<area>` and `..._for_women` may say where a shelter stands."""
NEAR = 0.02
"""People whose distance is within this share of a limit stand near it."""
FEW = 0.05
"""Up to this share of the people beyond a limit may stand near it without making it a range."""
_SHELTERS = {
    "facility_id": "nearest_shelter_id",
    "facility_by_km": "shelter_by_km",
    "facility_by_min": "shelter_by_min",
}
_SPREAD = {"distance_km": "km", "travel_min": "min", "bus_min": "min"}


@dataclass(frozen=True)
class BusTime:
    """Minutes by timetabled bus as multiples of the minutes by car."""

    factor: float
    low: float
    high: float


def point_access(
    points: pd.DataFrame,
    costs: CostMatrix,
    bus: BusTime | None,
    *,
    impedance: Impedance = Impedance.DISTANCE,
) -> pd.DataFrame:
    """Fewest kilometres and fewest minutes from each point to a facility.

    Parameters
    ----------
    points
        Indexed like the origins of `costs`.
    costs
        From each point to each facility.
    bus
        Multiples of the time by car; without them nothing is said of buses.
    impedance
        Which of the two says what the nearest facility is.

    Returns
    -------
    DataFrame
        `points` with `nearest_shelter_id`, `distance_km` (of the fastest road to `shelter_by_km`),
        `travel_min` (to `shelter_by_min`), `bus_min`, `bus_min_low`, `bus_min_high`, `reachable`
        and `reason`; distances and times are missing where `reachable` is false.

    Raises
    ------
    CostError
        If `points` and `costs` do not hold the same keys in the same order.
    """
    if list(points.index) != list(costs.origin_id):
        raise CostError("the points and the origins of the cost matrix are not the same")
    found = nearest(costs, impedance=impedance).rename(columns=_SHELTERS)
    factors = (np.nan,) * 3 if bus is None else (bus.factor, bus.low, bus.high)
    for name, factor in zip(("", "_low", "_high"), factors, strict=True):
        found[f"bus_min{name}"] = found["travel_min"] * factor
    columns = [*_SHELTERS.values(), "distance_km", "travel_min"]
    columns += ["bus_min", "bus_min_low", "bus_min_high", "reachable", "reason"]
    kept = points.drop(columns=[c for c in columns if c in points])
    return pd.concat([kept, found[columns]], axis=1)


def weight_over_settlements(districts: pd.DataFrame, settlements: pd.DataFrame) -> pd.DataFrame:
    """Average each district's access over the people of its settlements.

    Parameters
    ----------
    districts
        Result of `point_access` for the district centres, indexed by `district_id`.
    settlements
        Result of `point_access` for the settlements, with `district_id` and `population`.

    Returns
    -------
    DataFrame
        `districts` with `weighted_distance_km`, `weighted_travel_min` (means over the people of
        the settlements that reach a shelter) and `settlement_reachable_pct` (the share of the
        district's people whom those means stand for).
    """
    reached = settlements[settlements["reachable"]]
    people = reached.groupby("district_id")["population"].sum().reindex(districts.index)
    everyone = settlements.groupby("district_id")["population"].sum().reindex(districts.index)
    result = districts.copy()
    for name in ("distance_km", "travel_min"):
        total = (reached[name] * reached["population"]).groupby(reached["district_id"]).sum()
        result[f"weighted_{name}"] = total.reindex(districts.index) / people.where(people > 0)
    result["settlement_reachable_pct"] = 100 * people.fillna(0) / everyone.where(everyone > 0)
    return result


def summarise(
    access: pd.DataFrame,
    weights: pd.Series,
    *,
    distance_classes_km: Sequence[int],
    time_classes_h: Sequence[int],
) -> list[dict[str, Any]]:
    """Summarise the access of a set of points.

    Averages, quantiles and shares stand for the people who reach a shelter by road; the others are
    counted beside them and never averaged in.

    Parameters
    ----------
    access
        Result of `point_access`.
    weights
        People at each point, indexed alike.
    distance_classes_km, time_classes_h
        Limits beyond which people are counted.

    Returns
    -------
    list of dict
        Rows with `metric`, `value`, `unit`; `distance_km_median_of_all` counts those without a road
        as farther than any, and is missing where they are half of the people or more.
    """
    reach = access["reachable"].to_numpy(bool)
    people = weights.to_numpy(float)
    total, served = people.sum(), people[reach].sum()
    rows = [
        _row("total", total, "people"),
        _row("reachable", served, "people"),
        _row("unreachable", total - served, "people"),
        _row("unreachable_share", _percent(total - served, total), "percent"),
    ]
    by_road = people[reach]
    values = {name: access[name].to_numpy(float)[reach] for name in _SPREAD}
    buses = not len(values["bus_min"]) or bool(np.isfinite(values["bus_min"]).any())
    for name, unit in _SPREAD.items():
        if name == "bus_min" and not buses:
            continue
        rows += _spread(name, values[name], by_road, unit)
    far = np.where(reach, access["distance_km"].to_numpy(float), np.inf)
    middle = weighted_quantile(far, people, 0.5)
    middle = middle if np.isfinite(middle) else float("nan")
    rows.append(_row("distance_km_median_of_all", middle, "km"))
    for limit in distance_classes_km:
        beyond = by_road[values["distance_km"] > limit].sum()
        rows += _beyond(f"beyond_{limit}_km", beyond, served)
    for hours in time_classes_h:
        for way, column in (("car", "travel_min"), ("bus", "bus_min")):
            if way == "bus" and not buses:
                continue
            beyond = by_road[values[column] > 60 * hours].sum()
            rows += _beyond(f"beyond_{hours}_h_by_{way}", beyond, served)
    return rows


def access_metrics(
    districts: pd.DataFrame,
    settlements: pd.DataFrame,
    *,
    distance_classes_km: Sequence[int],
    time_classes_h: Sequence[int],
) -> pd.DataFrame:
    """Summarise access from both bases, for all people and for women of each population.

    Where women are not counted, the rows on them are not there.

    Parameters
    ----------
    districts, settlements
        Results of `point_access` with the columns of people; see `counted`.
    distance_classes_km, time_classes_h
        Limits beyond which people are counted.

    Returns
    -------
    DataFrame
        `basis`, `units`, `weighted_by`, `metric`, `value`, `unit`, and `value_low` and
        `value_high` over what the study says of how many live where. A study that counts its
        people in one way has one population.
    """
    limits = {"distance_classes_km": distance_classes_km, "time_classes_h": time_classes_h}
    rows: list[dict[str, Any]] = []
    for basis, access in zip(BASES, (districts, settlements), strict=True):
        for units in populations(districts):
            for weighted_by in ("people", "women") if "women" in districts else ("people",):
                key = {"basis": basis, "units": units, "weighted_by": weighted_by}
                weights = [counted(access, units, weighted_by)]
                if units == UNITS[0]:
                    weights += [counted(access, units, weighted_by, end) for end in ("low", "high")]
                of_each = [
                    summarise(access, people, **limits) + _own_areas(access, people, weighted_by)
                    for people in weights
                ]
                for same in zip(*of_each, strict=True):
                    known = [row["value"] for row in same if not np.isnan(row["value"])]
                    spread = {
                        "value_low": min(known, default=np.nan),
                        "value_high": max(known, default=np.nan),
                    }
                    rows.append(key | same[0] | spread)
    columns = ["basis", "units", "weighted_by", "metric", "value", "value_low", "value_high"]
    return pd.DataFrame(rows)[[*columns, "unit"]]


def _own_areas(access: pd.DataFrame, people: pd.Series, weighted_by: str) -> list[dict[str, Any]]:
    """Count those in whose own district or region a shelter stands that does not refuse them."""
    of_whom = "_for_women" if weighted_by == "women" else ""
    rows, everybody = [], float(people.sum())
    for area in AREAS:
        column = f"shelter_in_{area}{of_whom}"
        if column in access:
            there = float(people[access[column].to_numpy(bool)].sum())
            metric = f"shelter_in_own_{area}"
            rows += [
                _row(metric, there, "people"),
                _row(f"{metric}_share", _percent(there, everybody), "percent"),
            ]
    return rows


def beyond_range(
    access: pd.DataFrame, limit_km: float, *, units: str = UNITS[0], weighted_by: str = "people"
) -> tuple[float, float]:
    """Count the people beyond a limit as a range: of how many live where, and of who lives near it.

    Where the people within 2 % of the limit are more than 5 % of those beyond it, the range leads
    from those beyond 102 % of the limit to those beyond 98 % of it, so that no figure turns on a
    few kilometres.

    Parameters
    ----------
    access
        Result of `point_access` with the columns of people; see `counted`.
    limit_km
        The limit.
    units, weighted_by
        See `counted`.

    Returns
    -------
    tuple of float
        Least and most people who have a road and live beyond it.
    """
    far = access["distance_km"].to_numpy(float, na_value=np.nan)
    people, low, high = (
        counted(access, units, weighted_by, end).to_numpy(float) for end in ("", "low", "high")
    )
    inner, outer = limit_km * (1 - NEAR), limit_km * (1 + NEAR)
    near = people[(far > inner) & (far <= outer)].sum()
    if near <= FEW * people[far > limit_km].sum():
        inner = outer = limit_km
    return float(low[far > outer].sum()), float(high[far > inner].sum())


def farthest(access: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the reachable districts farthest from a shelter by road, where anybody is counted.

    Parameters
    ----------
    access
        Result of `point_access` for the districts.
    count
        How many to name.

    Returns
    -------
    DataFrame
        `units`, `rank` and the columns of `access`; ties go to the lower `district_id`.
    """
    lists = []
    for units in populations(access):
        part = access[access["reachable"] & (counted(access, units) > 0)].sort_index()
        part = part.sort_values("distance_km", ascending=False, kind="stable").head(count)
        lists.append(part.assign(units=units, rank=np.arange(1, len(part) + 1)))
    return pd.concat(lists)


def _row(metric: str, value: float, unit: str) -> dict[str, Any]:
    return {"metric": metric, "value": float(value), "unit": unit}


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole > 0 else float("nan")


def _spread(
    name: str, value: NDArray[np.float64], weight: NDArray[np.float64], unit: str
) -> list[dict[str, Any]]:
    some = weight.sum() > 0
    mean = float(np.average(value, weights=weight)) if some else float("nan")
    most = float(value[weight > 0].max()) if some else float("nan")
    return [
        _row(f"{name}_mean", mean, unit),
        _row(f"{name}_median", weighted_quantile(value, weight, 0.5), unit),
        _row(f"{name}_p90", weighted_quantile(value, weight, 0.9), unit),
        _row(f"{name}_max", most, unit),
    ]


def _beyond(metric: str, people: float, served: float) -> list[dict[str, Any]]:
    return [
        _row(metric, people, "people"),
        _row(f"{metric}_share", _percent(people, served), "percent"),
    ]
