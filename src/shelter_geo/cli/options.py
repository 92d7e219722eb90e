"""Options that several commands have, each said once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

if TYPE_CHECKING:
    from shelter_geo.cluster import Spread
    from shelter_geo.publish import Languages
    from shelter_geo.study import Study

StudyArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(metavar="[STUDY]", help="Study file or its folder; else the bundled study."),
]
KindOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--kind", metavar="KEY", help="Kind of facility; else the study's first."),
]
LangOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="CODE", help="One of the study's languages; else the first of them."
    ),
]
ALL: Final = "all"
"""Stands for every language of a study."""
LangsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="CODE",
        help="One of the study's languages; all draws figures in each; else the first of them.",
    ),
]
WorkersOption: TypeAlias = Annotated[
    int, typer.Option("--workers", min=0, help="Processes of this machine, by Dask; else none.")
]
SchedulerOption: TypeAlias = Annotated[
    str, typer.Option("--scheduler", help="Address of a Dask scheduler, such as tcp://host:1.")
]


def workers_of(workers: int, scheduler: str) -> AbstractContextManager[Spread]:
    """Give what does the work: this process, processes beside it, or those of a scheduler.

    Raises
    ------
    BadParameter
        If both are asked for.
    """
    from shelter_geo.cluster import spreading

    if workers and scheduler:
        raise typer.BadParameter("give --workers or --scheduler, not both")
    return spreading(workers, scheduler)


def of_kind(study: Study, key: str | None) -> Study:
    """Return the study of the kind of facility that was asked for.

    Raises
    ------
    BadParameter
        If the study declares no such kind.
    """
    known = [kind.id for kind in study.kinds]
    if key is not None and key not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint="--kind")
    return study if key is None else study.of_kind(key)


def named_of(study: Study, stem: str, ending: str = "") -> str:
    """Name a file or folder, with the kind of facility unless it is the study's first."""
    first = study.kind.id == study.kinds[0].id
    return f"{stem}{'' if first else f'-{study.kind.id}'}{ending}"


def groups_of(named: Sequence[str] | None) -> tuple[str, ...]:
    """Return the groups of people that an option names, each once.

    Raises
    ------
    typer.BadParameter
        If one of them is not known.
    """
    from shelter_geo.capacity import GROUPS

    groups = tuple(dict.fromkeys(named or ()))
    if strange := [name for name in groups if name not in GROUPS]:
        known = ", ".join(GROUPS)
        raise typer.BadParameter(f"{strange[0]}: choose one of {known}", param_hint="--for")
    return groups


def countable(study: Study, groups: Sequence[str]) -> None:
    """Refuse groups that a study does not count.

    Raises
    ------
    TableError
        If women or men are asked for, and the districts have no column for women.
    """
    from shelter_geo.study import WOMEN, require

    for group in groups:
        if group in ("women", "men"):
            require(study, WOMEN, what=f"the number of {group} (--for {group})")


def languages(study: Study, lang: str | None) -> Languages:
    """Return the languages of a study, opening in the one that was asked for.

    Raises
    ------
    BadParameter
        If the study does not have it.
    StudyError
        If a catalogue beside the study has faults.
    """
    offered = study.settings.study.languages
    if lang is not None and lang not in offered:
        raise typer.BadParameter(f"choose one of {', '.join(offered)}", param_hint="--lang")

    from shelter_geo.publish import languages_of

    return languages_of(study, lang)
