"""The command that begins a study of any country from the files that an analyst has."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated

import typer

from shelter_geo.errors import StudyError

InFile = Path | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new study.")],
    name: Annotated[str, typer.Option("--name", help="What the study is called.")],
    boundaries: Annotated[
        Path, typer.Option("--boundaries", help="File of polygons, one for each district.")
    ],
    roads: Annotated[
        InFile, typer.Option("--roads", help="Extract of OpenStreetMap (.osm.pbf), or GraphML.")
    ] = None,
    population: Annotated[
        InFile,
        typer.Option("--population", help="Table of the people of districts, or a grid (.tif)."),
    ] = None,
    settlements: Annotated[
        InFile,
        typer.Option("--settlements", help="Places with their points; else those of --roads."),
    ] = None,
    shelters: Annotated[
        InFile, typer.Option("--shelters", help="Table of shelters; else there is none yet.")
    ] = None,
    languages: Annotated[
        str, typer.Option("--languages", metavar="CODES", help="Languages, such as en,ka.")
    ] = "en",
    women_share: Annotated[
        float | None,
        typer.Option("--women-share", help="Share of women, where the table does not count them."),
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="Day that the figures describe; else today."
        ),
    ] = None,
    key_property: Annotated[
        str | None, typer.Option("--key-property", help="Property of the boundaries: the key.")
    ] = None,
    name_property: Annotated[
        str | None, typer.Option("--name-property", help="Property of the boundaries: the name.")
    ] = None,
    name_column: Annotated[
        str | None, typer.Option("--name-column", help="Column of the table: district's name.")
    ] = None,
    population_column: Annotated[
        str | None, typer.Option("--population-column", help="Column of the table: people.")
    ] = None,
    women_column: Annotated[
        str | None, typer.Option("--women-column", help="Column of the table: women.")
    ] = None,
) -> None:
    """Begin a study of any country: districts, settlements, roads and settings that run."""
    from shelter_geo.progress import steps
    from shelter_geo.start import DECISIONS, PeopleColumns, StartInputs, start_study

    inputs = StartInputs(
        name=name,
        boundaries=boundaries,
        as_of=dt.date.today() if as_of is None else as_of.date(),
        roads=roads,
        population=population,
        settlements=settlements,
        shelters=shelters,
        languages=tuple(re.split(r"[\s,]+", languages.strip())),
        women_share=women_share,
        key_property=key_property,
        name_property=name_property,
        columns=PeopleColumns(name=name_column, people=population_column, women=women_column),
    )
    with steps() as progress:
        made = start_study(folder, inputs, progress=progress)
    if made.in_doubt:
        raise StudyError(
            f"{made.in_doubt} rows of {population} have a name that no district has in the same "
            f"letters. Say what each is in {folder / DECISIONS}, in the column decision: yes (the "
            "proposal), the key of a district, or none. Then run the same command again."
        )
    counted = ", ".join(f"{count:,} {what}" for what, count in made.counts.items())
    typer.echo(f"{folder}: {counted}; {made.people:,} people.")
    for note in made.notes:
        typer.echo(f"  {note}")
    typer.echo("Next:")
    for step in made.steps:
        typer.echo(f"  {step}")
