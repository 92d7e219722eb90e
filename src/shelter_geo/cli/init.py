"""The commands that begin a study of any country: fetch what is lacking, and make the study."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path
from typing import Annotated

import typer

from shelter_geo.errors import StudyError

InFile = Path | None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("fetch")(fetch)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new study.")],
    name: Annotated[str, typer.Option("--name", help="What the study is called.")],
    boundaries: Annotated[
        Path, typer.Option("--boundaries", help="File of polygons, one for each district.")
    ],
    roads: Annotated[
        InFile,
        typer.Option("--roads", help="Extract of OpenStreetMap, GraphML, or fetched roads (.npz)."),
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


def fetch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for what is brought.")],
    online: Annotated[bool, typer.Option("--online", help="Allow the use of the network.")] = False,
    country: Annotated[
        str, typer.Option("--country", help="Code of three letters; with --osm-level also a name.")
    ] = "",
    level: Annotated[
        str, typer.Option("--level", help="Level of the boundaries of geoBoundaries, ADM0 to ADM5.")
    ] = "ADM2",
    osm_level: Annotated[
        int,
        typer.Option("--osm-level", min=0, max=11, help="Boundaries of OpenStreetMap instead."),
    ] = 0,
    places: Annotated[
        bool, typer.Option("--places", help="Bring cities, towns and villages of OpenStreetMap.")
    ] = False,
    roads: Annotated[
        str, typer.Option("--roads", help="Address of an extract of OpenStreetMap (.osm.pbf).")
    ] = "",
    osm_roads: Annotated[
        bool, typer.Option("--osm-roads", help="Bring roads of OpenStreetMap, tile by tile.")
    ] = False,
    server: Annotated[
        str, typer.Option("--server", help="Server of boundaries, in geoBoundaries' form.")
    ] = "",
    overpass: Annotated[str, typer.Option("--overpass", help="Overpass server.")] = "",
    names_server: Annotated[
        str, typer.Option("--names-server", help="Nominatim server that knows countries.")
    ] = "",
) -> None:
    """Bring boundaries, places and roads for `init`; run it again to go on where it was cut off."""
    from shelter_geo.progress import steps
    from shelter_geo.start import (
        COUNTRY,
        LEVEL,
        Manners,
        OsmWanted,
        Wanted,
        fetch_inputs,
        fetch_osm,
        servers,
    )

    if not country and (places or osm_level or osm_roads or not roads):
        raise typer.BadParameter("give a --country, or the address of --roads")
    if roads and osm_roads:
        raise typer.BadParameter("roads come from an address or from OpenStreetMap: give one")
    if country and not osm_level and not COUNTRY.fullmatch(country.upper()):
        raise typer.BadParameter("--country is a code of three letters, such as GEO")
    if not LEVEL.fullmatch(level.upper()):
        raise typer.BadParameter("--level is one of ADM0 to ADM5")
    known = servers()
    of_osm = OsmWanted(
        country,
        osm_level,
        places,
        overpass or known["overpass"],
        names_server or known["names"],
        osm_roads,
    )
    wanted = Wanted("" if osm_level else country.upper(), level.upper(), roads, server)
    with steps() as show:

        def wait(seconds: float) -> None:
            show(f"the server is busy, waiting {seconds:.0f} s", 0, 0)
            time.sleep(seconds)

        manners = Manners(sleep=wait, progress=show)
        brought = fetch_inputs(folder, wanted, online=online, manners=manners)
        brought += fetch_osm(folder, of_osm, online=online, manners=manners)
    for each in brought:
        typer.echo(f"{folder / each.file}: {each.source}; licence: {each.licence}; of {each.as_of}")
        typer.echo(f"  SHA-256 {each.sha256}")
    named = {
        "boundaries.geojson": "--boundaries",
        "roads.osm.pbf": "--roads",
        "roads.npz": "--roads",
        "places.geojson": "--settlements",
    }
    files = " ".join(f"{named[each.file]} {folder / each.file}" for each in brought)
    typer.echo("Next, with a table or a grid of people:")
    typer.echo(f"  shelter-geo init my-study --name NAME {files} --population FILE")
