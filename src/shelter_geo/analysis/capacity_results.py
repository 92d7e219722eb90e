"""How many places, for whom: stays asked for, turn-away and groups of a study, as frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.access import UNITS, counted, populations
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.group_access import access_by_group
from shelter_geo.analysis.limits import ends_by_district, stay_limits, waits_by_district
from shelter_geo.analysis.no_place import (
    anywhere_and_nearest,
    handed_over,
    no_place_table,
    pools_of,
    waiting_table,
)
from shelter_geo.analysis.norms import against_norms
from shelter_geo.analysis.shelter_tables import (
    NONE,
    Units,
    alone,
    family_size_table,
    shelter_table,
    without_demand,
)
from shelter_geo.analysis.stays import (
    CASES,
    StayInputs,
    demand_of_each_basis,
    more_places,
    pooled,
    spread_by_region,
    spread_over,
    what_moves,
    years_beside_places,
)
from shelter_geo.capacity import (
    STAYS,
    Catchments,
    Demand,
    Estimate,
    PublishedCounts,
    catchment_shares,
    catchment_sums,
    inputs_table,
    rests_on,
    share_out,
)
from shelter_geo.capacity import TOTAL as TOTAL
from shelter_geo.study import people_unknown
from shelter_geo.vocabulary import Reason

_BY_BASIS: Final = (
    "by_shelter", "no_place", "handed_over", "by_district", "by_family_size", "turn_away",
    "pooling", "sensitivity", "stay_limits", "stays_by_district", "waiting",
    "waiting_by_district",
)  # fmt: skip
"""Tables with a part for each basis of the demand."""
BY_REGION: Final = "stays_by_region"
"""Residents, with stays where they were counted by region: a second reading of who asks where."""
_OF_DISTRICTS: Final = (
    "district_id", "name_en", "region", "women", "counts_registered_not_resident",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class CapacityResults:
    """What a study says about places, ready to be published: nothing in it tells a hidden count.

    Attributes
    ----------
    by_shelter
        A row for each basis, units (`UNITS`, then `BY_REGION`) and shelter, then `Total` for all
        of them and `none` for the people whom no road leads to any: `places`,
        `catchment_people`, and with `_low`, `_central` and `_high` `stays`, `turn_away`,
        `turned_away_per_year`, `places_needed`.
    by_norm
        See `norms.against_norms`.
    no_place
        See `no_place.no_place_table`, with `demand_basis` and `units`.
    handed_over
        See `handing_over.handed_over`, with `demand_basis` and `units`.
    by_district
        A row for each basis, units and district: stays a year, `suppressed`, `reason`. Stays
        from a small count are left out.
    by_group
        See `group_access.access_by_group`.
    by_family_size
        See `capacity.turnaway.turn_away_by_family_size`, with `demand_basis`.
    turn_away, pooling, sensitivity
        See `more_places`, with `demand_basis`.
    stay_limits
        See `capacity.stay_limits.limits_table`, with `demand_basis` and `units`.
    waiting
        See `no_place.waiting_table`, with `demand_basis` and `units`.
    stays_by_district, waiting_by_district
        See `limits.ends_by_district` and `waits_by_district`, with `demand_basis` and `units`;
        never of a user's own cases.
    by_year
        See `stays.years_beside_places`.
    inputs
        Every input with its range: `input`, `value`, `low`, `high`, `unit`, `evidence`, `source`.
    """

    by_shelter: pd.DataFrame
    by_norm: pd.DataFrame
    no_place: pd.DataFrame
    handed_over: pd.DataFrame
    by_district: pd.DataFrame
    by_group: pd.DataFrame
    by_family_size: pd.DataFrame
    turn_away: pd.DataFrame
    pooling: pd.DataFrame
    sensitivity: pd.DataFrame
    stay_limits: pd.DataFrame
    stays_by_district: pd.DataFrame
    waiting: pd.DataFrame
    waiting_by_district: pd.DataFrame
    by_year: pd.DataFrame
    inputs: pd.DataFrame

    @property
    def bases(self) -> list[str]:
        """Bases of the demand, in the study's order."""
        return list(dict.fromkeys(self.turn_away["demand_basis"]))

    @property
    def no_place_ranges(self) -> pd.DataFrame:
        """Rows of `no_place` for all people with whole ranges, one a basis, indexed by it."""
        return self._no_place_of(UNITS[0])

    @property
    def no_place_by_region(self) -> pd.DataFrame:
        """The same, with stays where they were counted by region; empty where nobody did."""
        return self._no_place_of(BY_REGION)

    def _no_place_of(self, units: str) -> pd.DataFrame:
        if self.no_place.empty or "units" not in self.no_place:
            return pd.DataFrame(index=pd.Index([], name="demand_basis"))
        table = self.no_place[self.no_place["units"] == units]
        return table[table["stays_low"].notna()].set_index("demand_basis")


def capacity_results(
    evaluation: Evaluation, *, cases: PublishedCounts | None = None
) -> CapacityResults:
    """Compute stays asked for, turn-away, places needed and access of each group.

    Every basis of the demand is computed and kept beside the others. Without settings for the
    demand there are no stays, and the tables say so.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    cases
        The user's own cases by district, from `cases.read_cases`.

    Raises
    ------
    CapacityError
        If there are cases but nobody to spread them over, or a district with stays has no
        settlement.
    """
    study = evaluation.study
    inputs = StayInputs.of(study.settings.capacity)
    shares = _shares(evaluation)
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    used: list[Estimate] = list(inputs.all)
    for units in _units(evaluation):
        weight = units.asking.groupby(evaluation.settlements["district_id"]).sum()
        weight = weight.reindex(evaluation.districts.index)
        # Cases by district say themselves where stays arise.
        counts = None if units.name == BY_REGION else cases
        demands = demand_of_each_basis(study, weight, counts)
        if not demands:
            parts["by_shelter"].append(without_demand(evaluation, units, shares))
        for basis, demand in demands.items():
            used += demand.inputs if units.name == UNITS[0] else ()
            key = {"demand_basis": basis, "units": units.name}
            told = _by_district(evaluation, demand, cases, key)
            parts["by_district"].append(told.assign(rests_on=rests_on(demand.inputs)))
            asked = _asked(evaluation, units, demand)
            there = _catchments(evaluation, asked, shares)
            if units.name == UNITS[0]:
                bridged, more = waiting_table(evaluation, asked, demand, inputs)
                parts["waiting"].append(bridged.assign(**key))
                used += more
            for name, table in _turned_away(evaluation, asked, there, demand, inputs, key):
                parts[name].append(table)
    return CapacityResults(
        by_norm=against_norms(evaluation),
        by_group=access_by_group(evaluation),
        by_year=years_beside_places(study, inputs),
        inputs=inputs_table(used).rename(columns={"central": "value"}),
        **{name: _joined(parts[name]) for name in _BY_BASIS},
    )


def no_place_in_all(evaluation: Evaluation) -> dict[str, dict[str, float]]:
    """Give the shares that find no place and the places needed, by basis.

    They are those of `CapacityResults.no_place` for all people.

    Parameters
    ----------
    evaluation
        A study, evaluated; bases of the demand that come from a table of cases are left out.

    Raises
    ------
    CapacityError
        As `capacity_results`.
    """
    study, units = evaluation.study, next(_units(evaluation))
    inputs, shares = StayInputs.of(study.settings.capacity), _shares(evaluation)
    weight = units.asking.groupby(evaluation.settlements["district_id"]).sum()
    weight = weight.reindex(evaluation.districts.index)
    found = {}
    for basis, demand in demand_of_each_basis(study, weight, None).items():
        asked = _asked(evaluation, units, demand)
        there = _catchments(evaluation, asked, shares)
        found[basis] = anywhere_and_nearest(
            evaluation, asked, alone(evaluation, there, inputs), inputs
        )
    return found


def _turned_away(
    evaluation: Evaluation,
    asked: pd.DataFrame,
    there: Catchments,
    demand: Demand,
    inputs: StayInputs,
    key: Mapping[str, str],
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each table of one basis and units; what-if tables only once, for all people.

    Where there is no shelter, none turns anybody away: all stays reach none, and that is all.
    """
    stays = there.by_shelter[STAYS]
    basis = {"demand_basis": key["demand_basis"]}
    known = [*demand.inputs, inputs.stay_days]
    rests = {"rests_on": rests_on([*known, inputs.persons_per_place])}
    sites = shelter_table(evaluation, there, inputs)
    yield "by_shelter", sites.assign(**key, **rests)
    if evaluation.study.shelters.empty:
        return
    anywhere = no_place_table(
        evaluation, asked, alone(evaluation, there, inputs), inputs, demand.inputs
    )
    yield "no_place", anywhere.assign(**key)
    yield "handed_over", handed_over(evaluation, stays, inputs).assign(**key, **rests)
    if key["units"] != UNITS[0]:
        return
    sites = sites[~sites["shelter_id"].isin([TOTAL, NONE])]
    families = family_size_table(evaluation, stays, inputs)
    with_children = rests_on([*known, inputs.children_per_woman])
    yield "by_family_size", families.assign(rests_on=with_children, **basis)
    yield "stay_limits", stay_limits(evaluation, asked, stays, demand, inputs).assign(**key)
    if key["demand_basis"] != CASES:
        ends = ends_by_district(evaluation, asked, stays, demand, inputs)
        waits = waits_by_district(evaluation, asked, demand, inputs)
        yield "stays_by_district", ends.assign(**key)
        yield "waiting_by_district", waits.assign(**key)
    yield "turn_away", more_places(pools_of(evaluation, asked), inputs).assign(**basis, **rests)
    yield "pooling", pooled(sites, inputs).assign(**basis, **rests)
    yield "sensitivity", what_moves(sites, demand, inputs).assign(**basis)


def _units(evaluation: Evaluation) -> Iterator[Units]:
    points = evaluation.settlements
    for name in populations(evaluation.districts):
        who = spread_over(evaluation.study)
        asking, people = (counted(points, name, which) for which in (who, "people"))
        if name == UNITS[0] or asking.sum() > 0:
            yield Units(name, people, asking)
    demand = evaluation.study.settings.capacity.demand
    if demand is not None and demand.regions and demand.bases:
        asking, people = (counted(points, UNITS[0], which) for which in (who, "people"))
        regions = points["district_id"].map(evaluation.districts["region"])
        yield Units(BY_REGION, people, spread_by_region(asking, regions, demand.regions))


def _shares(evaluation: Evaluation) -> NDArray[np.float64]:
    """Share of each settlement that turns to each shelter."""
    costs = evaluation.settlement_costs
    first, then = costs.by_impedance(evaluation.study.settings.access.impedance)
    return catchment_shares(first, evaluation.study.shelters["places"], then=then)


def _asked(evaluation: Evaluation, units: Units, demand: Demand) -> pd.DataFrame:
    """Stays that are asked for at each settlement, and the people who live there."""
    stays = share_out(
        demand.by_district, evaluation.settlements["district_id"], units.asking.astype(float)
    )
    return stays.assign(catchment_people=units.people)


def _catchments(
    evaluation: Evaluation, points: pd.DataFrame, shares: NDArray[np.float64]
) -> Catchments:
    return catchment_sums(points, shares, list(evaluation.study.shelters.index))


def _by_district(
    evaluation: Evaluation, demand: Demand, cases: PublishedCounts | None, key: Mapping[str, str]
) -> pd.DataFrame:
    """Name the districts, and leave out the stays that stand for a hidden count."""
    stays = demand.by_district.rename(columns={"basis": "spread_by"})
    hidden = np.zeros(len(stays), dtype=bool)
    if key["demand_basis"] == CASES and cases is not None:
        hidden = cases.counts.reindex(stays.index).isna().to_numpy()
    stays.loc[hidden, STAYS] = np.nan
    stays.loc[hidden, "reason"] = Reason.SMALL_COUNT
    unknown = people_unknown(evaluation.districts).reindex(stays.index)
    unknown &= stays["reason"] == Reason.NO_WEIGHT_HERE
    stays.loc[unknown, STAYS] = np.nan
    stays.loc[unknown, "reason"] = Reason.PEOPLE_NOT_KNOWN
    known = (name for name in _OF_DISTRICTS if name in evaluation.districts)
    named = evaluation.districts[[*known]]
    table = pd.DataFrame(named).join(stays).assign(suppressed=hidden, **key)
    return table.sort_index()


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=["demand_basis"])
    return pd.concat(parts, ignore_index=True)
