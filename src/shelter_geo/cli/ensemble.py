"""The command that draws what a study does not know, and gives ranges of what it publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shelter_geo.cli.options import (
    KindOption,
    SchedulerOption,
    StudyArgument,
    WorkersOption,
    named_of,
    of_kind,
    workers_of,
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ensemble")(ensemble)


def ensemble(
    study: StudyArgument = None,
    draws: Annotated[int, typer.Option("--draws", min=1, help="How often to draw.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other draws.")] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the outputs; else STUDY-ensemble.")
    ] = None,
    kind: KindOption = None,
    new: Annotated[
        int, typer.Option("--new", min=0, max=5, help="Sites for one to so many new shelters.")
    ] = 3,
    closed: Annotated[
        float,
        typer.Option("--closed", min=0, max=1, help="Chance that a stretch of road is closed."),
    ] = 0.0005,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Draw people, places, speeds and closed roads: ranges of every number, shares of sites.

    Stopped, it goes on where it was when the same command is run again.
    """
    from shelter_geo.analysis.ensemble import Ensemble, Spreads
    from shelter_geo.progress import steps
    from shelter_geo.publish import write_ensemble
    from shelter_geo.study import load_study

    work = workers_of(workers, scheduler)
    given = of_kind(load_study(study), kind)
    target = out or Path("outputs") / f"{named_of(given, given.settings.study.id)}-ensemble"
    drawn = Ensemble(given, Spreads(closed=closed, new_sites=new), seed, draws)
    with steps() as progress, work as spread:
        before = write_ensemble(drawn, target, spread, progress=progress)
    if before:
        typer.echo(f"Blocks of draws that were there: {before} of {len(drawn.blocks)}")
    typer.echo(f"Drawn: {draws} times, seed {seed} (spreads are assumed)")
    typer.echo(f"Ranges: {target / 'ensemble.csv'}")
    typer.echo(f"Sites: {target / 'ensemble_sites.csv'}")
