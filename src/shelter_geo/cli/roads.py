"""The commands on roads: import a file, fetch from a server, check a network."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelter_geo.errors import OutputError, RoadError
from shelter_geo.outside import REMEDY, unreadable, without_live_cells

if TYPE_CHECKING:
    from shelter_geo.roads import RoadNetwork, RoadSettings

SUFFIX = ".roads.npz"
Show = Callable[[str, int, int], None]

app = typer.Typer(
    name="roads",
    help="Bring roads in, and see what is wrong with them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OutOption = Annotated[
    Path | None, typer.Option("--out", help="File of the network; else NAME.roads.npz here.")
]
StudyOption = Annotated[
    Path | None,
    typer.Option("--study", help="Study whose places and borders are looked at."),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="TOML file of the classes kept, speeds and rules."),
]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A country extract (PBF, o5m, XML) or GraphML.")],
    out: OutOption = None,
    settings: SettingsOption = None,
    date: Annotated[str, typer.Option("--date", help="Date of the data, if known.")] = "",
    study: StudyOption = None,
) -> None:
    """Import roads from an OpenStreetMap extract or a graph in GraphML, and check them."""
    from shelter_geo.progress import steps
    from shelter_geo.roads import read_roads_file, stem_of

    target = _target(out, stem_of(file.name))
    rules = _settings(settings)
    with steps() as show:
        around = _places_and_border(study)
        show("reading the file", 0, 0)
        network = read_roads_file(file, rules, date=date, progress=_counter(show, "ways read"))
        _save(network, target, show, around)


@app.command()
def fetch(
    online: Annotated[bool, typer.Option("--online", help="Allow the use of the network.")] = False,
    country: Annotated[
        str, typer.Option("--country", help="Name or code of a country, or of a row of --boundary.")
    ] = "",
    boundary: Annotated[
        Path | None, typer.Option("--boundary", help="File of polygons that bound the area.")
    ] = None,
    out: OutOption = None,
    settings: SettingsOption = None,
    server: Annotated[
        str, typer.Option("--server", help="Overpass server.")
    ] = "https://overpass-api.de/api",
    names_server: Annotated[
        str, typer.Option("--names-server", help="Nominatim server that knows countries.")
    ] = "https://nominatim.openstreetmap.org",
    cache: Annotated[
        Path, typer.Option("--cache", help="Folder in which answers are kept.")
    ] = Path("overpass-cache"),
    tile_km2: Annotated[
        float, typer.Option("--tile-km2", min=1, help="Largest tile that is asked for.")
    ] = 2500.0,
    study: StudyOption = None,
) -> None:
    """Fetch roads from an Overpass server, tile by tile, and check them; run it again to go on."""
    if boundary is None and not country:
        raise typer.BadParameter("give a --country or a --boundary file")
    from shelter_geo.progress import steps
    from shelter_geo.roads import Server, country_area
    from shelter_geo.roads import fetch as fetch_area

    target = _target(out, country or (boundary.stem if boundary else ""))
    rules = _settings(settings)
    with steps() as show:
        around = _places_and_border(study)

        def wait(seconds: float) -> None:
            show(f"{server} is busy, waiting {seconds:.0f} s", 0, 0)
            time.sleep(seconds)

        if boundary is None:
            area = country_area(country, online=online, server=Server(names_server, cache))
        else:
            area = _area(boundary, country)
        asked = Server(server, cache, sleep=wait, progress=_counter(show, "tiles fetched"))
        network = fetch_area(area, rules, online=online, server=asked, tile_km2=tile_km2)
        _save(network, target, show, around)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A network made by import or fetch.")],
    study: StudyOption = None,
    tables: Annotated[
        Path | None, typer.Option("--tables", help="Folder to write the findings to, as CSV.")
    ] = None,
) -> None:
    """Tell the components of a network, its traps and cut ends, and places far from it."""
    from shelter_geo.progress import steps
    from shelter_geo.roads import check_network, load_network

    with steps() as show:
        show("reading the network", 0, 0)
        network = load_network(file)
        around = _places_and_border(study)
        show("looking for faults", 0, 0)
        found = check_network(network, **around)
    typer.echo(found.summary())
    if tables is not None:
        from shelter_geo.publish import staged

        with staged(tables) as folder:
            for name in ("components", "traps", "overlaps", "border_ends", "remote", "turns"):
                frame = without_live_cells(getattr(found, name))
                frame.to_csv(folder / f"{name}.csv", index=name in {"remote", "turns"})
        typer.echo(f"Tables: {tables}")


def _counter(show: Show, what: str) -> Callable[[int], None]:
    return lambda done: show(f"{done:,} {what}", done, 0)


def _target(out: Path | None, name: str) -> Path:
    """File to write, made sure of before the work."""
    plain = re.sub(r"[^\w-]+", "-", name)
    target = Path(f"{plain}{SUFFIX}") if out is None else out
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise OutputError(f"{target} cannot be written: it needs a file name in a folder there is")
    return target


def _settings(path: Path | None) -> RoadSettings | None:
    from shelter_geo.roads import read_road_settings

    return None if path is None else read_road_settings(path)


def _area(file: Path, name: str) -> Any:
    """Union of the polygons of a file, or of those rows of it that bear a name."""
    import geopandas as gpd

    if said := unreadable(file):
        raise RoadError(f"{file} {said}. {REMEDY}")
    try:
        frame = gpd.read_file(file).to_crs("EPSG:4326")
    except (OSError, RuntimeError, ValueError) as error:
        raise RoadError(f"{file} cannot be read as polygons: {error}") from error
    if name:
        named = frame.drop(columns=frame.geometry.name).astype(str).eq(name).any(axis=1)
        frame = frame[named]
    frame = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    if frame.empty:
        raise RoadError(f"{file} has no polygon" + (f" named {name!r}" if name else ""))
    return frame.union_all()


def _places_and_border(study: Path | None) -> dict[str, Any]:
    if study is None:
        return {}
    from shelter_geo.study import load_places

    settlements, ground = load_places(study)
    return {
        "points": settlements.geometry,
        "people": settlements["population"],
        "boundary": ground,
    }


def _save(network: RoadNetwork, target: Path, show: Show, around: dict[str, Any]) -> None:
    """Write a network without its chains, and tell what it holds and what is wrong with it."""
    from shelter_geo.roads import (
        check_network,
        contract_chains,
        save_network,
        tag_summary,
        turn_summary,
    )

    show("joining chains", 0, 0)
    network = contract_chains(network)
    show("looking for faults", 0, 0)
    found = check_network(network, **around)
    show("writing", 0, 0)
    save_network(network, target)
    facts = network.provenance.settings
    typer.echo(
        f"{target}: {network.n_nodes:,} nodes, {network.n_edges:,} edges, "
        f"{network.length_cm.sum() / 1e5:,.0f} km"
    )
    if facts.get("disorder"):
        typer.echo(f"  The source is {facts['disorder']}.")
    for name, count in facts.get("counts", {}).items():
        typer.echo(f"  {name}: {count:,}")
    barriers = facts.get("barriers", {})
    if barriers:
        some = ", ".join(f"{what} {count:,}" for what, count in barriers.items())
        typer.echo(f"  Points where a barrier shuts a road: {some}")
    for line in turn_summary(facts.get("turns", {})):
        typer.echo(line)
    for line in tag_summary(facts.get("tags", []), network.length_cm.sum() / 1e5):
        typer.echo(line)
    typer.echo(found.summary())
