"""Siting models in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from shelter_geo.publish.words import Words


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


def model_card(key: str, words: Words) -> ModelCard:
    """Say what a model is for.

    Parameters
    ----------
    key
        Of the model, as in `siting.MODELS`.
    words
        Language of the card.

    Raises
    ------
    KeyError
        If the catalogues have no words for the model.
    """
    use_when, regions = words.text(f"model.{key}_use_when"), words.text("model.regions")
    return ModelCard(
        name=words.text(f"model.{key}_name"),
        goal=words.text(f"model.{key}_goal"),
        use_when=f"{use_when} {regions}",
        gives_up=words.text(f"model.{key}_gives_up"),
    )
