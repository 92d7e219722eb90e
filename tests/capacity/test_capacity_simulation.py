"""Turn-away models against simulated shelters, within the simulation's confidence interval.

Time is counted in mean stays. Every run starts empty and is counted after a warm-up; runs with
seeds of their own give the interval.
"""

import ciw
import numpy as np
import pytest
from scipy.stats import t

from shelter_geo.capacity.erlang import erlang_b, families_of, refusals
from shelter_geo.capacity.overflow import hand_over, two_shelters

WARM_UP = 20.0
LOGNORMAL_SPREAD = 1.2
STAYS = {
    "exponential": ciw.dists.Exponential(1.0),
    "all alike": ciw.dists.Deterministic(1.0),
    "lognormal": ciw.dists.Lognormal(-(LOGNORMAL_SPREAD**2) / 2, LOGNORMAL_SPREAD),
}


class Door(ciw.routing.NodeRouting):
    """Sends each arrival to the first shelter on its way that has the beds, or away."""

    def __init__(self, kind, way, size, beds, tally):
        self.kind, self.way, self.size, self.beds, self.tally = kind, way, size, beds, tally

    def next_node(self, ind):
        nodes = self.simulation.nodes
        for shelter in self.way[self.kind]:
            inside = nodes[shelter + 2].all_individuals
            taken = sum(self.size[other.customer_class] for other in inside)
            if taken + self.size[self.kind] <= self.beds[shelter]:
                return self.count(shelter, nodes[shelter + 2])
        return self.count(None, nodes[-1])

    def count(self, outcome, node):
        if self.simulation.current_time > WARM_UP:
            self.tally[self.kind, outcome] = self.tally.get((self.kind, outcome), 0) + 1
        return node


def simulate(loads, way, beds, *, size=None, stay="exponential", until, seed):
    """Count who ended where: node 1 is the door, the shelters follow it."""
    size = size or dict.fromkeys(loads, 1)
    shelters, tally = len(beds), {}
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions={
            kind: [ciw.dists.Exponential(load), *[None] * shelters] for kind, load in loads.items()
        },
        service_distributions={
            kind: [ciw.dists.Deterministic(0.0), *[STAYS[stay]] * shelters] for kind in loads
        },
        number_of_servers=[float("inf")] * (shelters + 1),
        routing={
            kind: ciw.routing.NetworkRouting(
                [Door(kind, way, size, beds, tally), *[ciw.routing.Leave() for _ in beds]]
            )
            for kind in loads
        },
    )
    ciw.Simulation(network).simulate_until_max_time(until)
    return tally


def share(tally, kind, outcome):
    asked = sum(number for (who, _), number in tally.items() if who == kind)
    return tally.get((kind, outcome), 0) / asked


def inside_the_interval(runs, expected):
    """Whether the expectation lies in the 99 % interval of the mean, which must be narrow."""
    values = np.asarray(runs, dtype=float)
    half = t.ppf(0.995, len(values) - 1) * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    assert (half < 0.025).all()
    return (np.abs(values.mean(axis=0) - expected) <= half).all()


@pytest.mark.parametrize("stay", sorted(STAYS))
def test_only_the_mean_stay_matters_to_one_shelter(stay):
    runs = [
        share(simulate({"a": 10.0}, {"a": [0]}, [10], stay=stay, until=300, seed=seed), "a", None)
        for seed in range(10)
    ]
    assert inside_the_interval(runs, float(erlang_b(10, 10.0)))


@pytest.mark.parametrize("stay", ["exponential", "lognormal"])
def test_families_of_several_beds(stay):
    families = families_of(9.0, 0.84, largest=3)
    kinds = dict(zip("123", families.offered.tolist(), strict=True))
    size = {kind: int(kind) for kind in kinds}
    runs = []
    for seed in range(10):
        tally = simulate(
            kinds, {kind: [0] for kind in kinds}, [16], size=size, stay=stay, until=500, seed=seed
        )
        runs.append([share(tally, kind, None) for kind in kinds])
    assert inside_the_interval(runs, refusals(16, families))


@pytest.mark.parametrize("both_ways", [False, True])
def test_two_shelters_that_hand_over(both_ways):
    way = {"a": [0, 1], "b": [1, 0] if both_ways else [1]}
    runs = []
    for seed in range(10):
        tally = simulate({"a": 9.0, "b": 10.0}, way, [7, 11], until=300, seed=seed)
        runs.append([share(tally, "a", 1), share(tally, "a", None), share(tally, "b", None)])
    found = two_shelters((7, 11), (9.0, 10.0), both_ways=both_ways)
    assert inside_the_interval(runs, [found.handed_over[0], *found.turned_away])


def test_two_shelters_that_hand_over_to_a_third():
    """Hayward's approximation is inside the interval; taking overflow for random is not."""
    loads, places = [6.0, 5.0, 2.0], [4, 3, 8]
    way = {"a": [0, 2], "b": [1, 2], "c": [2]}
    runs = []
    for seed in range(10):
        tally = simulate(dict(zip("abc", loads, strict=True)), way, places, until=300, seed=seed)
        lost = sum(number for (_, outcome), number in tally.items() if outcome is None)
        runs.append(lost / sum(tally.values()))
    found = hand_over(places, loads, [2, 2, -1])
    assert inside_the_interval(runs, found.turned_away.sum() / sum(loads))
    asked = 2 + 6 * float(erlang_b(4, 6.0)) + 5 * float(erlang_b(3, 5.0))
    assert not inside_the_interval(runs, asked * float(erlang_b(8, asked)) / sum(loads))
