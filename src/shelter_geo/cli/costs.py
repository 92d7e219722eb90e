"""The command that writes kilometres and minutes between all pairs of points, block by block."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from shelter_geo.cli.options import KindOption, SchedulerOption, WorkersOption, of_kind, workers_of
from shelter_geo.errors import Fault, TableError
from shelter_geo.outside import sha256_of

if TYPE_CHECKING:
    import geopandas as gpd

    from shelter_geo.access import CostRequest
    from shelter_geo.roads import Weight
    from shelter_geo.study import Study

OF_STUDY: Final = ("settlements", "districts", "shelters")
ID: Final = "id"


class Best(StrEnum):
    """What the best road makes smallest."""

    TIME = "time"
    DISTANCE = "distance"


PointsArgument = Annotated[
    str,
    typer.Argument(
        help="settlements, districts or shelters of the study, or a file of points with a column "
        "id. Points of a file are used where they are: name no hidden place in one."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("costs")(costs)


def costs(
    origins: PointsArgument,
    facilities: PointsArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder of the outputs.")],
    study: Annotated[
        Path | None, typer.Option("--study", help="Study file or its folder; else the bundled.")
    ] = None,
    kind: KindOption = None,
    roads: Annotated[
        Path | None,
        typer.Option("--roads", help="A network made by roads import, in place of a study's."),
    ] = None,
    by: Annotated[Best, typer.Option("--by", help="What the best road makes smallest.")] = (
        Best.TIME
    ),
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="Pairs of a block, at most.")
    ] = 5_000_000,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Write kilometres and minutes of every pair of points, as a folder of Parquet files.

    Stopped, it goes on where it was when the same command is run again.
    """
    if roads is not None and (study is not None or kind is not None):
        raise typer.BadParameter("give --study or --roads, not both", param_hint="--roads")
    if roads is not None and {origins, facilities} & set(OF_STUDY):
        raise typer.BadParameter("points of a study need --study", param_hint="--roads")
    work = workers_of(workers, scheduler)

    from shelter_geo.progress import steps
    from shelter_geo.publish import write_costs

    with steps() as progress, work as spread:
        given = None if roads is not None else _study(study, kind)
        elsewhere = bool(workers or scheduler)
        threads = 1 if elsewhere else None
        request = _request((origins, facilities), given, roads, by, pairs, threads)
        if elsewhere:  # so that it is prepared once, and sent as it is
            request.engine.prepare_for(min(len(request.origins), len(request.facilities)))
        before = write_costs(request, out, spread, progress=progress)
    if before:
        typer.echo(f"Blocks of costs that were there: {before} of {len(request.blocks)}")
    typer.echo(f"Pairs: {len(request.origins)} x {len(request.facilities)}")
    typer.echo(f"Costs: {out / 'costs'}")


def _study(study: Path | None, kind: str | None) -> Study:
    from shelter_geo.study import load_study

    return of_kind(load_study(study), kind)


def _request(
    names: tuple[str, str],
    study: Study | None,
    roads: Path | None,
    by: Best,
    pairs: int,
    threads: int | None,
) -> CostRequest:
    from shelter_geo.access import CostRequest
    from shelter_geo.roads import SnapSettings, cache_folder, load_network, make_engine
    from shelter_geo.study import snap_settings

    origins, facilities = (_points(name, study) for name in names)
    of: dict[str, Any]
    if roads is not None:
        network, joining, voters = load_network(roads), SnapSettings(), None
        of = {"roads_sha256": sha256_of(roads)}
    else:
        assert study is not None
        network, joining, voters = study.network, snap_settings(study), study.settlements
        of = {"study": study.settings.study.id, "inputs_sha256": dict(study.input_hashes)}
    weight: Weight = "travel_min" if by is Best.TIME else "distance_km"
    return CostRequest(
        origins=origins,
        facilities=facilities,
        network=network,
        engine=make_engine(network, weight=weight, cache_dir=cache_folder(), threads=threads),
        weight=weight,
        joining=joining,
        voters=voters,
        of=of,
        pairs=pairs,
    )


def _points(name: str, study: Study | None) -> gpd.GeoDataFrame:
    """Points of a study by their name, or of a file, with nothing but their keys and district."""
    import geopandas as gpd
    import pandas as pd

    if study is not None and name in OF_STUDY:
        from shelter_geo.study import centres

        points = {
            "settlements": study.settlements,
            "shelters": study.shelters,
            "districts": centres(study),
        }[name]
        return gpd.GeoDataFrame(points[["district_id", "geometry"]], crs=4326)

    from shelter_geo.start import read_points

    file = Path(name)
    cells, there = read_points(file)
    faults = []
    if there is None:
        faults.append(Fault(file.name, "has no columns lat and lon", "Give every point its own."))
    else:
        blank = [row for row, point in zip(cells.index, there, strict=True) if point.is_empty]
        faults += [Fault(file.name, "has no point", "Give it one, in degrees.", r) for r in blank]
    if ID not in cells:
        faults.append(Fault(file.name, "has no column id", "Give every point a key of its own."))
    else:
        keys = cells[ID]
        bad = keys[keys.duplicated(keep=False) | (keys == "")]
        faults += [
            Fault(file.name, "is empty or stands twice", "Give every point its own.", row, ID, key)
            for row, key in zip(bad.index.tolist(), bad, strict=True)
        ]
    if faults:
        raise TableError(faults)
    return gpd.GeoDataFrame(geometry=there, index=pd.Index(cells[ID]), crs=4326)
