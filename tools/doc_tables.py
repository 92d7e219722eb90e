"""The tables of the documentation that come from schemas, settings and model cards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pandera.pandas import DataFrameSchema
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from shelter_geo.analysis import Evaluation, evaluate_plans
from shelter_geo.plans import Plan, find_plans
from shelter_geo.publish import study as published
from shelter_geo.publish.files.columns import Column, described
from shelter_geo.publish.siting.statements import model_card
from shelter_geo.publish.study.scenario_outputs import scenario_tables
from shelter_geo.publish.study.study_tables import tables_of
from shelter_geo.publish.words import Words
from shelter_geo.siting import MODELS
from shelter_geo.study.settings import StudySettings
from shelter_geo.study.tables import schemas

DATA: Final = Path(__file__).parents[1] / "data"
OWN_WORDS: Final = {
    "shelter_id": "Key of the shelter",
    "district_id": "Key of the district",
    "cases": "Cases counted in a year",
    "lat": "Latitude, degrees, EPSG:4326",
    "lon": "Longitude, degrees, EPSG:4326",
    "disabilities": "Takes people with disabilities",
    "elderly": "Takes elderly people",
    "addiction": "Takes people with addiction",
}
"""What columns mean that the bundled tables do not have."""
PLANS: Final = ("today", "winter")
"""Any two plans: what tables they bring does not depend on which."""


def input_tables(evaluation: Evaluation) -> str:
    """List the columns of every table that goes in, with what the bundled tables say of them."""
    languages = evaluation.study.settings.study.languages
    told = _bundled_words()
    found = [value for value in vars(schemas).values() if isinstance(value, DataFrameSchema)]
    parts = []
    for schema in found:
        lines = ["| column | holds | | meaning |", "|---|---|---|---|"]
        for name, column in schemas.in_languages(schema, languages, ()).columns.items():
            kind = column.metadata["kind"].replace("_", " or ")
            words = told.get((schema.name, name)) or OWN_WORDS.get(name, "")
            lines.append(f"| `{name}` | {kind} | {_needed(column)} | {words} |")
        parts.append(f"\n### {schema.name.capitalize()}\n\n" + "\n".join(lines) + "\n")
    return "".join(parts)


def _needed(column: Any) -> str:
    if not column.required:
        return "optional"
    filled = any("the cell is empty" in str(check.error) for check in column.checks)
    return "" if filled else "may be empty"


def _bundled_words() -> dict[tuple[str, str], str]:
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    return {
        (resource["name"].replace("-", " "), field["name"]): field.get("description", "")
        for resource in package["resources"]
        for field in resource.get("schema", {}).get("fields", [])
    }


def output_tables(evaluation: Evaluation) -> str:
    """List every table that comes out with its columns, then what each column means."""
    tables = dict(sorted(dict(_published_tables(evaluation)).items()))
    parts = [
        f"\n### `{name}`\n\n{', '.join(f'`{column}`' for column in columns)}\n"
        for name, columns in tables.items()
    ]
    used = sorted({column for columns in tables.values() for column in columns})
    parts.append("\n### What each column means\n\n| column | holds | meaning |\n|---|---|---|\n")
    for name in used:
        about = described(name) or Column("string", "")
        parts.append(f"| `{name}` | {about.type} | {about.description} |\n")
    return "".join(parts)


def _published_tables(evaluation: Evaluation) -> Iterator[tuple[str, Sequence[str]]]:
    """Give the tables of every module that publishes some, and those of a plan."""
    for module in iter_modules(published.__path__):
        members = vars(import_module(f"{published.__name__}.{module.name}"))
        for name, value in members.items():
            if name.endswith("TABLES") and isinstance(value, Mapping):
                yield from value.items()
    study = evaluation.study
    yield from tables_of(study).items()
    plans = evaluate_plans(study, find_plans(PLANS, study.scenarios))
    for name, columns in scenario_tables(plans).items():
        if f"/{PLANS[0]}/" not in name:
            yield name.replace(f"/{PLANS[1]}/", "/NAME/"), columns


def settings(_: Evaluation) -> str:
    """List every key of a study file, needed or with what holds where it is left out."""
    return _key_table(StudySettings)


def plan_keys(_: Evaluation) -> str:
    """List every key of a scenario file likewise."""
    return _key_table(Plan)


def _key_table(model: type[BaseModel]) -> str:
    lines = ["| part | what it says | keys |", "|---|---|---|"]
    for part, inner in _models(model, ""):
        if part:
            keys = ", ".join(_key(name, field) for name, field in _own(inner))
            lines.append(f"| `{part}` | {str(inner.__doc__).splitlines()[0]} | {keys} |")
    return "\n".join(lines) + "\n"


def _models(model: type[BaseModel], part: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield part, model
    for name, field in model.model_fields.items():
        many = get_origin(field.annotation) is tuple
        path = f"{part.strip('[]')}.{name}".strip(".")
        for inner in _inner(field.annotation):
            yield from _models(inner, f"[[{path}]]" if many else f"[{path}]")


def _inner(annotation: Any) -> list[type[BaseModel]]:
    """Return the settings that a key holds, if it holds settings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (tuple, Annotated, Union, UnionType):
        return [model for part in get_args(annotation) for model in _inner(part)]
    return []


def _own(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    return (pair for pair in model.model_fields.items() if not _inner(pair[1].annotation))


def _key(name: str, field: Any) -> str:
    if field.is_required():
        return f"**`{name}`**"
    if field.default in (None, (), PydanticUndefined):
        return f"`{name}`"
    return f"`{name} = {json.dumps(field.default)}`"


def siting_models(_: Evaluation) -> str:
    """Say of every siting model what it is for and what it gives up."""
    english = Words("en")
    return "".join(
        f"\n**{card.name}.** {card.goal} {card.use_when} *Gives up:* {card.gives_up}\n"
        for card in (model_card(key, english) for key in MODELS)
    )
