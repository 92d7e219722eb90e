"""What each model wants, when to use it and what it gives up, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ModelCard:
    """A model in plain words.

    Attributes
    ----------
    name : str
    goal : str
        What the model makes as good as can be.
    use_when : str
        The question it answers.
    gives_up : str
        What it does not look at, and who may lose by that.
    """

    name: str
    goal: str
    use_when: str
    gives_up: str

    def __str__(self) -> str:
        return f"{self.name}. {self.goal} {self.use_when} {self.gives_up}"


_REGIONS: Final = " A shelter in every region can be asked for on top."

CARDS: Final[dict[str, ModelCard]] = {
    "p-median": ModelCard(
        "Least travel for all (p-median)",
        "Makes the distance that all people together have to the nearest shelter as small as can "
        "be, once as many people as possible can reach one at all.",
        "Use it when every person-kilometre counts the same and the average matters most."
        + _REGIONS,
        "Few people far away weigh little against many in towns, so the remote may stay remote.",
    ),
    "p-median-within": ModelCard(
        "Nobody beyond a limit, then least travel",
        "Keeps everyone whom a site can reach within the limit and, among the plans that do, "
        "makes the distance for all together as small as can be.",
        "Use it when a norm must hold for everyone and the average matters after that." + _REGIONS,
        "A few remote people can decide where several shelters go; if too few sites may open, "
        "there is no such plan, and the answer says how many it takes.",
    ),
    "p-center": ModelCard(
        "Nobody farther than necessary (p-center)",
        "Makes the distance of the worst served people as small as can be, once as many people "
        "as possible can reach a shelter at all; ties go to the smaller mean.",
        "Use it when the worst case must be as good as possible, whoever it is." + _REGIONS,
        "One remote place decides the answer; the average can be much worse than it need be.",
    ),
    "mclp": ModelCard(
        "Most people within a limit (maximal covering)",
        "Puts as many people as can be within the limit; ties go to the smaller mean distance.",
        "Use it when a service counts only within a fixed distance or time." + _REGIONS,
        "Whoever cannot be brought within the limit does not count at all, and a metre more or "
        "less decides.",
    ),
    "lscp": ModelCard(
        "Fewest sites that serve everyone within a limit (set covering)",
        "Opens as few sites as can be so that everyone whom some site has within the limit is "
        "within it; ties go to the smaller mean distance.",
        "Use it to learn what a norm would take." + _REGIONS,
        "It does not look at how many people a site serves, so it may open one for very few.",
    ),
    "kolm-pollak": ModelCard(
        "Fair distances (Kolm-Pollak)",
        "Makes the equally distributed equivalent as small as can be: the one distance that, "
        "shared by all, would be as bad as the distances there are.",
        "Use it when the average matters and long distances count for more than in proportion."
        + _REGIONS,
        "How much more is a judgement, the aversion to inequality, and has to be argued for.",
    ),
    "uptake": ModelCard(
        "Most people who would come (distance decay)",
        "Makes the number of people expected to use a shelter as large as can be, if uptake falls "
        "with distance in a fixed proportion.",
        "Use it when distance keeps people away and the loss by distance is roughly known."
        + _REGIONS,
        "People far away are given up early, since few of them are expected to come; the decay is "
        "an assumption.",
    ),
    "places-budget": ModelCard(
        "Places within a budget",
        "Leaves as few family places missing as can be within the money or the number of actions, "
        "then makes the distance from families to their places as small as can be.",
        "Use it when shelters fill up: it opens new ones or adds places to those that stand, and "
        "says how many places where." + _REGIONS,
        "It sends families where there is room, as one office that places everyone could; people "
        "who choose for themselves would crowd the nearest shelter.",
    ),
}
