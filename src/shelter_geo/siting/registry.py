"""The siting models there are: what each is for, where it stands and what it needs.

A new model takes a module of its own, an entry here and its words in the catalogues. Nothing heavy
is imported before a model is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from shelter_geo.errors import SitingError

if TYPE_CHECKING:
    from shelter_geo.siting.model import Model
    from shelter_geo.siting.problem import SitingProblem
    from shelter_geo.siting.regret import Regrets


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


@dataclass(frozen=True)
class RegisteredModel:
    """A model and what it needs.

    Attributes
    ----------
    key : str
    where : str
        Module and class, as "package.module:Class".
    card : ModelCard
    takes_p : bool
        Whether it opens a number of sites that is given; otherwise it finds the number itself.
    limit : str
        Its option that is a limit in the unit of the costs; empty if it has none.
    limited : str
        Key of the model that answers in its place if a limit is given all the same.
    everyone_within : bool
        Whether no plan does that leaves people beyond the limit whom some site has within it.
    takes_budget : bool
        Whether it adds places within a budget; it is then no `Model`, but put to places.
    regrets : str
        Function that gives the regret of its plans in scenarios, as "package.module:function";
        empty if its plans are not tested in scenarios.
    regret_in : {"cost", "people"}
        Whether a regret is in the unit of the costs or a share of the people.
    """

    key: str
    where: str
    card: ModelCard
    takes_p: bool = True
    limit: str = ""
    limited: str = ""
    everyone_within: bool = False
    takes_budget: bool = False
    regrets: str = ""
    regret_in: Literal["cost", "people"] = "cost"

    @property
    def model(self) -> type[Any]:
        """The class of the model."""
        model: type[Any] = _load(self.where)
        return model

    @property
    def regret_function(self) -> Callable[..., Regrets]:
        """What gives the regret of its plans in scenarios; see `robust.scenario_regrets`."""
        function: Callable[..., Regrets] = _load(self.regrets)
        return function

    def put(
        self, problem: SitingProblem, *, p: int | None = None, limit: float | None = None
    ) -> Model:
        """Put the model to a problem.

        Parameters
        ----------
        problem
            The question.
        p
            Sites to open, for a model that takes their number.
        limit
            For a model that has one, in the unit of the costs.

        Raises
        ------
        SitingError
            If the model lacks its number of sites or its limit, or the two make no sense.
        """
        options: dict[str, Any] = {}
        if self.takes_budget:
            raise SitingError(f"{self.key} is put to places, not to sites alone")
        if self.takes_p:
            if p is None:
                raise SitingError(f"{self.key} needs a number of sites")
            options["p"] = p
        if self.limit:
            if limit is None:
                raise SitingError(f"{self.key} needs a limit")
            options[self.limit] = limit
        model: Model = self.model(problem, **options)
        return model


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


MODELS: Final[dict[str, RegisteredModel]] = {}
"""Every model by its key, in the order in which results list them."""


def register_model(model: RegisteredModel) -> None:
    """Add a model.

    Raises
    ------
    SitingError
        If there is one with its key.
    """
    if model.key in MODELS:
        raise SitingError(f"there is a siting model {model.key!r} already")
    MODELS[model.key] = model


def registered_model(key: str) -> RegisteredModel:
    """Return a model by its key.

    Raises
    ------
    SitingError
        If there is none.
    """
    if key not in MODELS:
        raise SitingError(f"{key!r} is no siting model: {', '.join(MODELS)}")
    return MODELS[key]


def model_choices() -> tuple[str, ...]:
    """Return the keys to choose from; a model that another turns into by a limit is none."""
    variants = {model.limited for model in MODELS.values()}
    return tuple(key for key in MODELS if key not in variants)


def robust_models() -> tuple[str, ...]:
    """Return the keys of the models whose plans can be tested in scenarios."""
    return tuple(key for key, model in MODELS.items() if model.regrets)


_REGIONS: Final = " A shelter in every region can be asked for on top."

for _model in (
    RegisteredModel(
        "p-median",
        "shelter_geo.siting.models:PMedian",
        ModelCard(
            "Least travel for all (p-median)",
            "Makes the distance that all people together have to the nearest shelter as small as "
            "can be, once as many people as possible can reach one at all.",
            "Use it when every person-kilometre counts the same and the average matters most."
            + _REGIONS,
            "Few people far away weigh little against many in towns, so the remote may stay "
            "remote.",
        ),
        limited="p-median-within",
        regrets="shelter_geo.siting.robust:median_regrets",
    ),
    RegisteredModel(
        "p-median-within",
        "shelter_geo.siting.models:PMedianWithin",
        ModelCard(
            "Nobody beyond a limit, then least travel",
            "Keeps everyone whom a site can reach within the limit and, among the plans that do, "
            "makes the distance for all together as small as can be.",
            "Use it when a norm must hold for everyone and the average matters after that."
            + _REGIONS,
            "A few remote people can decide where several shelters go; if too few sites may open, "
            "there is no such plan, and the answer says how many it takes.",
        ),
        limit="within",
        everyone_within=True,
        regrets="shelter_geo.siting.robust:within_regrets",
    ),
    RegisteredModel(
        "p-center",
        "shelter_geo.siting.p_center:PCenter",
        ModelCard(
            "Nobody farther than necessary (p-center)",
            "Makes the distance of the worst served people as small as can be, once as many people "
            "as possible can reach a shelter at all; ties go to the smaller mean.",
            "Use it when the worst case must be as good as possible, whoever it is." + _REGIONS,
            "One remote place decides the answer; the average can be much worse than it need be.",
        ),
        regrets="shelter_geo.siting.robust:center_regrets",
    ),
    RegisteredModel(
        "mclp",
        "shelter_geo.siting.models:MCLP",
        ModelCard(
            "Most people within a limit (maximal covering)",
            "Puts as many people as can be within the limit; ties go to the smaller mean distance.",
            "Use it when a service counts only within a fixed distance or time." + _REGIONS,
            "Whoever cannot be brought within the limit does not count at all, and a metre more or "
            "less decides.",
        ),
        limit="within",
        regrets="shelter_geo.siting.robust:cover_regrets",
        regret_in="people",
    ),
    RegisteredModel(
        "lscp",
        "shelter_geo.siting.lscp:LSCP",
        ModelCard(
            "Fewest sites that serve everyone within a limit (set covering)",
            "Opens as few sites as can be so that everyone whom some site has within the limit is "
            "within it; ties go to the smaller mean distance.",
            "Use it to learn what a norm would take." + _REGIONS,
            "It does not look at how many people a site serves, so it may open one for very few.",
        ),
        takes_p=False,
        limit="within",
        everyone_within=True,
    ),
    RegisteredModel(
        "kolm-pollak",
        "shelter_geo.siting.models:KolmPollak",
        ModelCard(
            "Fair distances (Kolm-Pollak)",
            "Makes the equally distributed equivalent as small as can be: the one distance that, "
            "shared by all, would be as bad as the distances there are.",
            "Use it when the average matters and long distances count for more than in proportion."
            + _REGIONS,
            "How much more is a judgement, the aversion to inequality, and has to be argued for.",
        ),
    ),
    RegisteredModel(
        "uptake",
        "shelter_geo.siting.models:Uptake",
        ModelCard(
            "Most people who would come (distance decay)",
            "Makes the number of people expected to use a shelter as large as can be, if uptake "
            "falls with distance in a fixed proportion.",
            "Use it when distance keeps people away and the loss by distance is roughly known."
            + _REGIONS,
            "People far away are given up early, since few of them are expected to come; the decay "
            "is an assumption.",
        ),
        limit="half",
    ),
    RegisteredModel(
        "places-budget",
        "shelter_geo.siting.budget:PlacesBudget",
        ModelCard(
            "Places within a budget",
            "Leaves as few family places missing as can be within the money or the number of "
            "actions, then makes the distance from families to their places as small as can be.",
            "Use it when shelters fill up: it opens new ones or adds places to those that stand, "
            "and says how many places where." + _REGIONS,
            "It sends families where there is room, as one office that places everyone could; "
            "people who choose for themselves would crowd the nearest shelter.",
        ),
        takes_p=False,
        takes_budget=True,
    ),
):
    register_model(_model)
