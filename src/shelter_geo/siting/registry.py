"""The siting models there are: where each stands and what it needs.

A new model takes a module of its own, an entry here and its words in the catalogues, as
`model.<key>_name`, `_goal`, `_use_when`, `_gives_up` and `_objective`. Nothing heavy is imported
before a model is used.
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
class RegisteredModel:
    """A model and what it needs.

    Attributes
    ----------
    key : str
    where : str
        Module and class, as "package.module:Class".
    takes_p : bool
        Whether it opens a number of sites that is given; otherwise it finds the number itself.
    limit : str
        Its option that is a limit in the unit of the costs; empty if it has none.
    limited : str
        Key of the model that answers in its place if a limit is given all the same.
    everyone_within : bool
        Whether no plan does that leaves people beyond the limit whom some site has within it.
    own_area : bool
        Whether it asks which sites are in one's own area.
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
    takes_p: bool = True
    limit: str = ""
    limited: str = ""
    everyone_within: bool = False
    own_area: bool = False
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
        """What gives the regret of its plans in scenarios; see `scenarios.scenario_regrets`."""
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


for _model in (
    RegisteredModel(
        "p-median",
        "shelter_geo.siting.models:PMedian",
        limited="p-median-within",
        regrets="shelter_geo.siting.scenarios:median_regrets",
    ),
    RegisteredModel(
        "p-median-within",
        "shelter_geo.siting.models:PMedianWithin",
        limit="within",
        everyone_within=True,
        regrets="shelter_geo.siting.scenarios:within_regrets",
    ),
    RegisteredModel(
        "p-center",
        "shelter_geo.siting.covering:PCenter",
        regrets="shelter_geo.siting.scenarios:center_regrets",
    ),
    RegisteredModel(
        "mclp",
        "shelter_geo.siting.models:MCLP",
        limit="within",
        regrets="shelter_geo.siting.scenarios:cover_regrets",
        regret_in="people",
    ),
    RegisteredModel(
        "lscp",
        "shelter_geo.siting.covering:LSCP",
        takes_p=False,
        limit="within",
        everyone_within=True,
    ),
    RegisteredModel(
        "kolm-pollak",
        "shelter_geo.siting.models:KolmPollak",
    ),
    RegisteredModel(
        "own-region",
        "shelter_geo.siting.models:OwnRegion",
        own_area=True,
    ),
    RegisteredModel(
        "uptake",
        "shelter_geo.siting.models:Uptake",
        limit="half",
    ),
    RegisteredModel(
        "places-budget",
        "shelter_geo.siting.budget:PlacesBudget",
        takes_p=False,
        takes_budget=True,
    ),
):
    register_model(_model)
