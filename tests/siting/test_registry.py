"""The registry: what it says of each model, and a model that is added to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import typer
from typer.testing import CliRunner, Result

import shelter_geo.siting as door
from shelter_geo.analysis import site_options
from shelter_geo.analysis.siting_results import siting_results
from shelter_geo.cli.site import register
from shelter_geo.errors import SitingError
from shelter_geo.publish import languages, words
from shelter_geo.publish.catalogue import PACKAGED, packaged
from shelter_geo.publish.siting.statements import model_card
from shelter_geo.siting import (
    MODELS,
    Model,
    PMedian,
    RegisteredModel,
    SitingProblem,
    model_choices,
    register_model,
    registered_model,
    robust_models,
)
from shelter_geo.study.study import Study

CARD = {
    "name": "A toy",
    "goal": "Wants nothing.",
    "use_when": "Use it in a test.",
    "gives_up": "Gives up everything.",
    "objective": "toys-{unit}",
}
TOWNS = SitingProblem.from_cost_matrix([[0, 5, 9], [5, 0, 4], [9, 4, 0]], fixed=[0])


class Toy(PMedian):
    """A p-median under another name."""

    key: ClassVar[str] = "toy"


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[RegisteredModel]:
    def with_toy(lang: str) -> dict[str, Any]:
        return {**packaged(lang), **{f"model.toy_{what}": text for what, text in CARD.items()}}

    for reader in (languages, words):
        monkeypatch.setattr(reader, "packaged", with_toy)
    model = RegisteredModel("toy", f"{__name__}:Toy")
    register_model(model)
    yield model
    del MODELS["toy"]


def site(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, list(arguments))


def test_every_entry_is_true_of_its_class() -> None:
    for key, entry in MODELS.items():
        assert entry.key == entry.model.key == key
        options = {field.name for field in dataclasses.fields(entry.model)}
        assert ("p" in options) == entry.takes_p
        assert ("budget" in options) == entry.takes_budget
        assert not entry.limit or entry.limit in options
        assert issubclass(entry.model, Model) != entry.takes_budget
        assert not entry.limited or MODELS[entry.limited].limit
        assert not entry.regrets or callable(entry.regret_function)


def test_every_model_is_given_by_the_door() -> None:
    for entry in MODELS.values():
        assert getattr(door, entry.model.__name__) is entry.model
        assert entry.model.__name__ in door.__all__
    assert dir(door) == sorted(door.__all__)
    assert all(hasattr(door, name) for name in door.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = door.Nothing


def test_a_model_by_its_key_answers_as_its_class_does() -> None:
    by_key = registered_model("p-median").put(TOWNS, p=1).solve()
    assert by_key.chosen == PMedian(TOWNS, 1).solve().chosen == (1,)
    assert by_key.model == "p-median"


@pytest.mark.parametrize("lang", PACKAGED)
def test_every_model_has_its_words_in_every_catalogue(lang: str) -> None:
    for key in MODELS:
        assert {f"model.{key}_{what}" for what in CARD} <= packaged(lang).keys()
        card = model_card(key, words.Words(lang))
        assert str(card).startswith(f"{card.name}. {card.goal} ")
        assert all(text.endswith(".") for text in (card.goal, card.use_when, card.gives_up))


def test_a_model_without_words_is_refused() -> None:
    with pytest.raises(KeyError, match=r"model\.nothing_"):
        model_card("nothing", words.Words("en"))


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("own-region", {"p": 1}, "lacks `own`"),
        ("p-median", {}, "p-median needs a number of sites"),
        ("mclp", {"p": 1}, "mclp needs a limit"),
        ("places-budget", {"p": 1}, "put to places"),
        ("p-center", {"p": 9}, "9 sites cannot be opened"),
    ],
)
def test_a_model_that_lacks_something_says_so(
    key: str, given: dict[str, int], message: str
) -> None:
    with pytest.raises(SitingError, match=message):
        registered_model(key).put(TOWNS, **given)


def test_unknown_keys_and_a_key_twice_are_refused(toy: RegisteredModel) -> None:
    with pytest.raises(SitingError, match="'p-medium' is no siting model: p-median, "):
        registered_model("p-medium")
    with pytest.raises(SitingError, match="'toy' already"):
        register_model(toy)


def test_a_model_with_a_limit_is_chosen_by_giving_one() -> None:
    assert "p-median-within" in MODELS
    assert "p-median-within" not in model_choices()
    assert set(robust_models()) == {"p-median", "p-median-within", "p-center", "mclp"}


def test_an_added_model_is_offered_on_the_command_line(toy: RegisteredModel) -> None:
    assert "toy" in model_choices()
    lines = site("--model", "toy", "--new", "1").stdout.splitlines()
    assert lines[0] == "A toy: optimal"
    assert lines[1].startswith("Counted: residents")
    assert lines[2].startswith("toys-km: ")
    assert lines[-1] == (
        "A toy. Wants nothing. Use it in a test. A shelter in every region can be asked for on "
        "top. Gives up everything."
    )
    assert "toy" in site("--model", "no such").output
    assert "has no limit" in site("--model", "toy", "--new", "1", "--within", "9km").output
    assert "only for p-median" in site("--model", "toy", "--new", "1", "--robust").output


def test_an_added_model_is_solved_with_the_others(toy: RegisteredModel, study: Study) -> None:
    districts = study.districts.iloc[:6]
    inside = study.settlements["district_id"].isin(districts.index)
    few = dataclasses.replace(
        study,
        districts=districts,
        centres=study.centres.loc[districts.index],
        settlements=study.settlements[inside],
    )
    results = siting_results(few, site_options(few))
    ours, theirs = (
        {p: answer.chosen for (model, p), answer in results.answers.items() if model == key}
        for key in ("toy", "p-median")
    )
    assert ours == theirs
    assert len(ours) > 1
    assert "toy" in set(results.p_curve["model"])
