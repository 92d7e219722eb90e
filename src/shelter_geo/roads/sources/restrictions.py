"""Turn restrictions of OpenStreetMap: which of them hold for a car, and the turns they forbid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.sources.notes import split_values

CAR_KEYS: Final = (
    "restriction:motorcar",
    "restriction:motor_vehicle",
    "restriction:vehicle",
    "restriction",
)
"""From the most particular to the most general; the first that is tagged decides."""
CARS: Final = frozenset(["motorcar", "motor_vehicle", "vehicle", "car"])
"""Values of `except` that let a car turn."""
NO: Final = frozenset(
    ["no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit"]
)
ONLY: Final = frozenset(["only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn"])
SEVERAL: Final = {"from": "no_entry", "to": "no_exit"}
"""Roles that may be given several times, and the one kind of restriction in which they may."""
HOURS: Final = frozenset(["hour_on", "hour_off", "day_on", "day_off", "date_on", "date_off"])
"""Tags of the older way to say when a restriction holds."""


class Outcome(StrEnum):
    """What becomes of a turn restriction."""

    OBEYED = "obeyed"
    NEEDLESS = "needless"
    NOT_FOR_CARS = "not_for_cars"
    NOT_ON_THESE_ROADS = "not_on_these_roads"
    VIA_WAY = "via_way"
    CONDITIONAL = "conditional"
    AMBIGUOUS = "ambiguous"
    MALFORMED = "malformed"
    NOT_UNDERSTOOD = "not_understood"


MEANINGS: Final = {
    Outcome.OBEYED: "obeyed",
    Outcome.NEEDLESS: "about a turn that cannot be made anyway",
    Outcome.NOT_FOR_CARS: "not for cars",
    Outcome.NOT_ON_THESE_ROADS: "about a road that is not kept or has no such end",
    Outcome.VIA_WAY: "not obeyed: by way of a road, not of a point",
    Outcome.CONDITIONAL: "not obeyed: at some hours or for some vehicles",
    Outcome.AMBIGUOUS: "not obeyed: its road goes on beyond the junction",
    Outcome.MALFORMED: "not obeyed: without road, point or road",
    Outcome.NOT_UNDERSTOOD: "not obeyed: of an unknown kind",
}
"""Words of each outcome, after a number of restrictions."""
NOT_OBEYED: Final = (
    Outcome.VIA_WAY,
    Outcome.CONDITIONAL,
    Outcome.AMBIGUOUS,
    Outcome.NOT_UNDERSTOOD,
)
"""Outcomes of restrictions that may hold for a car and lie at a known place."""


class Restriction(NamedTuple):
    """A restriction that holds for cars at one point.

    Attributes
    ----------
    only
        Whether it names the one turn that may be made, rather than one that may not.
    from_ways, to_ways
        Numbers of ways.
    via
        Number of the point.
    """

    only: bool
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]


class Member(NamedTuple):
    """A member of a relation: its kind, "n" for a point and "w" for a way, number and role."""

    kind: str
    ref: int
    role: str


def read_restriction(tags: Mapping[str, str], members: Iterable[Member]) -> Restriction | Outcome:
    """Decide what a relation of the type restriction means for an ordinary car.

    Parameters
    ----------
    tags, members
        Of the relation.

    Returns
    -------
    Restriction or Outcome
        Why it is passed over, if it is.
    """
    text = next((tags[key] for key in CAR_KEYS if tags.get(key, "").strip()), None)
    if text is None:
        return _without_value(tags)
    if not CARS.isdisjoint(split_values(tags.get("except", ""))):
        return Outcome.NOT_FOR_CARS
    kinds = set(split_values(text))
    if not (kinds <= NO or kinds <= ONLY):
        return Outcome.NOT_UNDERSTOOD
    if not HOURS.isdisjoint(tags):
        return Outcome.CONDITIONAL
    by_role: dict[str, list[Member]] = {}
    for member in members:
        by_role.setdefault(member.role.strip(), []).append(member)
    roads = {}
    for role, kind in SEVERAL.items():
        ways = by_role.get(role, [])
        if not ways or any(way.kind != "w" for way in ways) or (len(ways) > 1 and kinds != {kind}):
            return Outcome.MALFORMED
        roads[role] = tuple(way.ref for way in ways)
    via = by_role.get("via", [])
    if any(member.kind == "w" for member in via):
        return Outcome.VIA_WAY
    if len(via) != 1 or via[0].kind != "n":
        return Outcome.MALFORMED
    return Restriction(kinds <= ONLY, roads["from"], via[0].ref, roads["to"])


def _without_value(tags: Mapping[str, str]) -> Outcome:
    if any(f"{key}:conditional" in tags for key in CAR_KEYS):
        return Outcome.CONDITIONAL
    others = any(key.startswith("restriction:") for key in tags)
    return Outcome.NOT_FOR_CARS if others else Outcome.NOT_UNDERSTOOD


@dataclass
class Restrictions:
    """The restrictions of a file, and what became of each.

    Attributes
    ----------
    holding
        Those that hold for cars at one point.
    outcomes
        Number of the others by what became of them; `obey` adds those that hold.
    left
        What became of those that are not obeyed, and the point or way by which they lead.
    """

    holding: list[Restriction] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    left: list[tuple[Outcome, Member]] = field(default_factory=list)

    def add(self, tags: Mapping[str, str], members: Sequence[Member]) -> None:
        """Add a relation of the type restriction."""
        found = read_restriction(tags, members)
        if isinstance(found, Outcome):
            self.outcomes[found] += 1
            via = next((each for each in members if each.role.strip() == "via"), None)
            if found in NOT_OBEYED and via is not None:
                self.left.append((found, via))
        else:
            self.holding.append(found)

    def obey(
        self,
        network: RoadNetwork,
        way_of_edge: NDArray[np.int64],
        shut: NDArray[np.int64] | None = None,
    ) -> RoadNetwork:
        """Forbid the turns of all restrictions that hold, and count what becomes of each.

        Of several restrictions that say "only" for one road and point, each opens its turn.

        Parameters
        ----------
        network
            The roads, as ways were cut into edges; its nodes are sorted by their numbers.
        way_of_edge
            Number of the way of each edge.
        shut
            Points that cannot be passed at all.
        """
        drives = _Drives(network, way_of_edge, [rule.via for rule in self.holding])
        forbidden: set[tuple[int, int]] = set()
        only: dict[int, set[int]] = {}
        counts, left = Counter(self.outcomes), list(self.left)
        closed = set() if shut is None else set(shut.tolist())
        for rule in self.holding:
            if rule.via in closed:
                counts[Outcome.NEEDLESS] += 1
                continue
            turns = drives.turns(rule)
            if isinstance(turns, Outcome):
                counts[turns] += 1
                if turns in NOT_OBEYED:
                    left.append((turns, Member("n", rule.via, "via")))
                continue
            counts[Outcome.OBEYED] += 1
            for before, after in turns:
                if rule.only:
                    only.setdefault(before, set()).add(after)
                else:
                    forbidden.add((before, after))
        for before, allowed in only.items():
            ways = drives.away[drives.end(before)]
            forbidden |= {(before, after) for after in ways if after not in allowed}
        pairs = np.array(sorted(forbidden), dtype=np.int64).reshape(-1, 2)
        about = network.provenance
        by_outcome = {outcome.value: counts[outcome] for outcome in Outcome if counts[outcome]}
        facts = {"turns": by_outcome, "turns_left": _places(network, way_of_edge, left)}
        return replace(
            network,
            turn_from=pairs[:, 0].copy(),
            turn_to=pairs[:, 1].copy(),
            provenance=replace(about, settings={**about.settings, **facts}),
        )


def _places(
    network: RoadNetwork, way_of_edge: NDArray[np.int64], left: Iterable[tuple[Outcome, Member]]
) -> list[tuple[str, float, float]]:
    """Outcome, longitude and latitude of restrictions whose point or way is on these roads."""
    rows = set()
    for outcome, via in left:
        if via.kind == "w":
            nodes = network.u[way_of_edge == via.ref]
        else:
            nodes = np.flatnonzero((network.node_id == via.ref) & (via.kind == "n"))
        if len(nodes):
            at = network.lon[nodes[0]], network.lat[nodes[0]]
            rows.add((outcome.value, float(at[0]), float(at[1])))
    return sorted(rows)


class _Drives:
    """Open drives towards and away from the points of restrictions, by node."""

    def __init__(
        self, network: RoadNetwork, way_of_edge: NDArray[np.int64], via: Sequence[int]
    ) -> None:
        self._network, self._way = network, way_of_edge
        self.towards: dict[int, list[int]] = {}
        self.away: dict[int, list[int]] = {}
        points = np.unique(np.array(via, dtype=np.int64))
        place = np.searchsorted(network.node_id, points)
        place = np.minimum(place, max(network.n_nodes - 1, 0))
        known = network.node_id[place] == points
        self._node = dict(zip(points[known].tolist(), place[known].tolist(), strict=True))
        wanted = np.zeros(network.n_nodes, dtype=bool)
        wanted[place[known]] = True
        for end, first in ((network.u, 0), (network.v, 1)):
            for edge in np.flatnonzero(wanted[end]).tolist():
                node, out = int(end[edge]), 2 * edge + first
                if self._open(out):
                    self.away.setdefault(node, []).append(out)
                if self._open(out ^ 1):
                    self.towards.setdefault(node, []).append(out ^ 1)

    def _open(self, drive: int) -> bool:
        times = self._network.backward_ms if drive % 2 else self._network.forward_ms
        return bool(times[drive // 2] >= 0)

    def end(self, drive: int) -> int:
        """Node at which a drive arrives."""
        return int((self._network.u if drive % 2 else self._network.v)[drive // 2])

    def turns(self, rule: Restriction) -> list[tuple[int, int]] | Outcome:
        """Pairs of drives that a restriction is about."""
        node = self._node.get(rule.via)
        if node is None:
            return Outcome.NOT_ON_THESE_ROADS
        pairs: list[tuple[int, int]] = []
        for before in rule.from_ways:
            for after in rule.to_ways:
                there = self._of_way(self.towards.get(node, []), before)
                back = self._of_way(self.away.get(node, []), after)
                if len(there) > 1 or len(back) > 1:
                    return Outcome.AMBIGUOUS
                if there and back:
                    pairs.append((there[0], back[0]))
        if pairs:
            return pairs
        met = set(self._way[[drive // 2 for drive in self._met(node)]].tolist())
        named = {*rule.from_ways, *rule.to_ways}
        return Outcome.NEEDLESS if named <= met and not rule.only else Outcome.NOT_ON_THESE_ROADS

    def _met(self, node: int) -> list[int]:
        return [*self.towards.get(node, []), *self.away.get(node, [])]

    def _of_way(self, drives: Sequence[int], way: int) -> list[int]:
        return [drive for drive in drives if self._way[drive // 2] == way]


def turn_summary(outcomes: Mapping[str, int]) -> list[str]:
    """Say what became of the turn restrictions of a file.

    Parameters
    ----------
    outcomes
        Number of restrictions by `Outcome`, as the provenance of a network holds it in `turns`.
    """
    if not outcomes:
        return []
    lines = [f"Turn restrictions: {sum(outcomes.values()):,}"]
    lines += [f"  {outcomes[key]:,} {words}" for key, words in MEANINGS.items() if key in outcomes]
    return lines
