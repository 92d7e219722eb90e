"""The command that compares scenarios: figures, who gains and who loses, and what it costs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from shelter_geo.cli.options import (
    ALL,
    KindOption,
    LangsOption,
    SchedulerOption,
    WorkersOption,
    languages,
    of_kind,
    workers_of,
)

NO_COST = (
    "To see costs, give per_shelter and per_place under [costs] in a scenario file, or cost in "
    "[[open]] and [[resize]]."
)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command()(compare)


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(help="Scenario files, or keys of the study's own scenarios.")
    ],
    study: Annotated[
        Path | None, typer.Option("--study", help="Study file or its folder; else the bundled.")
    ] = None,
    kind: KindOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for tables and maps; else none is written.")
    ] = None,
    lang: LangsOption = None,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Compare scenarios with the first of them: figures, who gains and who loses."""
    if len(scenarios) < 2:
        raise typer.BadParameter("name at least two", param_hint="SCENARIOS")

    from shelter_geo.analysis import evaluate_plans
    from shelter_geo.plans import find_plans
    from shelter_geo.progress import steps
    from shelter_geo.publish import (
        comparison_lines,
        draw_in_others,
        draw_plans,
        index_comparison,
        staged,
        write_scenarios,
    )
    from shelter_geo.study import load_study

    with workers_of(workers, scheduler) as spread, steps() as progress:
        loaded = of_kind(load_study(study), kind)
        one = None if lang == ALL else lang
        spoken = languages(loaded, one)
        plans = find_plans(scenarios, loaded.scenarios)
        evaluated = evaluate_plans(loaded, plans, progress=progress, spread=spread)
        if out is not None:
            with staged(out, keep=set(loaded.input_hashes.values())) as folder:
                write_scenarios(evaluated, folder, lang=one)
                if lang == ALL:
                    draw_in_others(spoken, folder, partial(draw_plans, evaluated))
                index_comparison(evaluated, folder, lang=one)
    for line in comparison_lines(evaluated, one):
        typer.echo(line)
    if any(plan.uncosted for plan in plans):
        typer.echo(NO_COST)
    if out is not None:
        typer.echo(f"Outputs: {out}")
