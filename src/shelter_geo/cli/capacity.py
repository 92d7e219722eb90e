"""The command on places: how many are needed, for whom, and who has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shelter_geo.cli.options import (
    ALL,
    KindOption,
    LangsOption,
    StudyArgument,
    countable,
    groups_of,
    languages,
    named_of,
    of_kind,
)

if TYPE_CHECKING:
    from shelter_geo.publish import Words


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command()(capacity)


def capacity(
    study: StudyArgument = None,
    kind: KindOption = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="GROUP",
            help="Only for these people: women, children, men, lgbtq, disabilities, elderly, "
            "addiction, mental_illness, infectious_disease, epilepsy, without_identity_papers. "
            "Give it twice for one person who is of both.",
        ),
    ] = None,
    without_police_papers: Annotated[
        bool,
        typer.Option("--without-police-papers", help="Only for people without a police paper."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write; else outputs/STUDY-capacity.")
    ] = None,
    lang: LangsOption = None,
) -> None:
    """Compute places against stays asked for, and who may use which shelter."""
    groups = groups_of(group)
    from shelter_geo.analysis import capacity_results, evaluate, read_cases, rows_of
    from shelter_geo.progress import steps
    from shelter_geo.publish import (
        capacity_lines,
        draw_capacity,
        draw_in_others,
        draw_reach,
        group_line,
        index_capacity,
        lines_on_lacks,
        staged,
        write_capacity,
        write_missing,
        write_reach,
    )
    from shelter_geo.study import load_study

    some = bool(groups) or without_police_papers
    with steps() as progress:
        loaded = of_kind(load_study(study), kind)
        one = None if lang == ALL else lang
        spoken = languages(loaded, one)
        words = spoken.first
        countable(loaded, groups)
        parts = [named_of(loaded, loaded.settings.study.id), "capacity", *groups]
        parts += ["without-papers"] if without_police_papers else []
        folder = Path("outputs") / "-".join(parts) if out is None else out
        cases = read_cases(loaded)
        evaluation = evaluate(loaded, progress=progress)
        with staged(folder, keep=set(loaded.input_hashes.values())) as stage:
            if some:
                write_reach(
                    evaluation,
                    stage,
                    groups=groups,
                    without_police_papers=without_police_papers,
                    lang=one,
                )
                draw: Callable[[Path, Words], None] = partial(
                    draw_reach,
                    evaluation,
                    groups=groups,
                    without_police_papers=without_police_papers,
                )
                row = rows_of(evaluation, groups, without_police_papers)[0]
                lines = [group_line(evaluation, row, words)]
            else:
                results = capacity_results(evaluation, cases=cases)
                write_missing(evaluation, stage, words)
                write_capacity(evaluation, results, stage, lang=one)
                draw = partial(draw_capacity, evaluation, results)
                lines = capacity_lines(evaluation, results, words)
                lines += lines_on_lacks(loaded, words)
            if lang == ALL:
                draw_in_others(spoken, stage, draw)
            index_capacity(evaluation, stage, lang=one)
    for line in [*lines, f"Outputs: {folder}", f"Map: {folder / 'maps' / 'capacity.html'}"]:
        typer.echo(line)
