"""All outputs of a study, written together and moved into place when they are whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from shelter_geo.publish import study_texts
from shelter_geo.publish.access_figure import draw_access
from shelter_geo.publish.access_map import access_map
from shelter_geo.publish.geopackage import write_geopackage
from shelter_geo.publish.package import write_package
from shelter_geo.publish.palette import Classes
from shelter_geo.publish.shortfall_figure import draw_shortfall
from shelter_geo.publish.staging import staged
from shelter_geo.publish.tables import write_table
from shelter_geo.publish.words import LANGUAGES, Words
from shelter_geo.scenarios import Evaluation

Progress = Callable[[str, int, int], None]

_PLACE = ("population", "women", "counts_registered_not_resident")
_ACCESS = ("nearest_shelter_id", "nearest_shelter_place", "distance_km", "travel_min")
_BUS = ("bus_min", "bus_min_low", "bus_min_high")
_WEIGHTED = ("weighted_distance_km", "weighted_travel_min", "settlement_reachable_pct")
_END = ("reachable", "reason")
_DISTRICT = ("district_id", "name_en", "name_az", "economic_region", *_PLACE)

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "access_by_district.csv": (*_DISTRICT, *_ACCESS, *_BUS, *_WEIGHTED, *_END),
    "access_by_settlement.csv": (
        "settlement_id", "name_en", "name_az", "district_id", "population_listed",
        *_PLACE, *_ACCESS, *_BUS, *_END,
    ),
    "access_farthest.csv": ("units", "rank", *_DISTRICT, *_ACCESS, *_BUS),
    "access_metrics.csv": ("basis", "units", "weighted_by", "metric", "value", "unit"),
    "capacity_by_region.csv": (
        "area", "reading", "persons_per_family_place", "population_year", "population", "places",
        "family_places_needed", "family_places_there", "family_places_missing", "times_fewer",
    ),
    "claims.csv": (
        "claim_id", "statement", "published_low", "published_high", "unit", "data_low",
        "data_high", "verdict", "data_note", "source", "evidence",
    ),
}  # fmt: skip
"""Columns of each table by its file name."""

_LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "districts": (
        *TABLES["access_by_district.csv"], "name_ru", "economic_region_az", "economic_region_ru",
    ),
    "settlements": TABLES["access_by_settlement.csv"],
    "shelters": (
        "shelter_id", "name_en", "name_az", "name_ru", "settlement_id", "settlement",
        "district_id", "operator_type", "places", "places_basis", "women", "children", "men",
        "lgbtq_inclusive", "police_referral_required", "max_stay_days", "as_of", "source",
    ),
}  # fmt: skip
"""Columns of the layers made of input tables: what else a table holds stays there."""

_NO_GROUND: Final = gpd.GeoDataFrame(
    {"kind": [], "label_lon": [], "label_lat": []}, geometry=[], crs=4326
)


def write_outputs(
    evaluation: Evaluation, out: Path, *, lang: str = "en", progress: Progress | None = None
) -> None:
    """Write tables, layers, map, figures and data package of a study.

    Parameters
    ----------
    evaluation
        From `scenarios.evaluate`.
    out
        Folder of the outputs.
    lang
        Language of the figures, and the one the map opens in.
    progress
        Called with the name of a step, the work done in it and the whole.

    Raises
    ------
    OutputError
        If anything cannot be written; `out` then holds what it held before.
    """
    words = Words(lang)
    steps: list[tuple[str, Callable[[Path], None]]] = [
        ("tables", lambda folder: _write_tables(evaluation, folder)),
        ("layers", lambda folder: _write_layers(evaluation, folder)),
        ("map", lambda folder: _write_map(evaluation, folder, lang)),
        ("figures", lambda folder: _write_figures(evaluation, folder, words)),
        ("package", lambda folder: _write_package(evaluation, folder)),
    ]
    with staged(out, keep=set(evaluation.study.input_hashes.values())) as folder:
        for done, (name, write) in enumerate(steps):
            if progress is not None:
                progress(name, done, len(steps))
            write(folder)


def _write_tables(evaluation: Evaluation, folder: Path) -> None:
    frames = {
        "access_by_district.csv": _placed(evaluation.districts, evaluation),
        "access_by_settlement.csv": _placed(evaluation.settlements, evaluation),
        "access_farthest.csv": _placed(evaluation.farthest, evaluation),
        "access_metrics.csv": evaluation.metrics,
        # Without a claimed population the total stands twice.
        "capacity_by_region.csv": evaluation.shortfall.drop_duplicates(),
        "claims.csv": evaluation.claims,
    }
    for name, columns in TABLES.items():
        write_table(pd.DataFrame(frames[name]), columns, folder / name)
    kinds = (
        ("district_centre", evaluation.district_costs),
        ("settlement", evaluation.settlement_costs),
    )
    matrix = pd.concat([costs.to_frame().assign(origin_kind=kind) for kind, costs in kinds])
    order = ["origin_kind", "origin_id", "facility_id", "distance_km", "travel_min"]
    matrix[order].to_parquet(folder / "cost_matrix.parquet", index=False)


def _placed(access: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Name the settlement of the nearest shelter."""
    towns = evaluation.study.shelters["settlement"]
    return access.assign(nearest_shelter_place=access["nearest_shelter_id"].map(towns))


def _write_layers(evaluation: Evaluation, folder: Path) -> None:
    routes = evaluation.routes.rename_axis("district_id").reset_index()
    frames: dict[str, Any] = {
        "districts": _placed(evaluation.districts, evaluation),
        "settlements": _placed(evaluation.settlements, evaluation),
        "shelters": evaluation.study.shelters,
    }
    layers = {name: frame[[*_LAYERS[name], "geometry"]] for name, frame in frames.items()}
    layers |= {"routes": routes, "roads": evaluation.roads}
    write_geopackage(layers, folder / "study.gpkg", as_of=evaluation.study.settings.study.as_of)


def _write_map(evaluation: Evaluation, folder: Path, lang: str) -> None:
    study = evaluation.study
    reasons = study_texts.local_reasons(evaluation)
    districts = evaluation.districts.assign(
        economic_region_en=evaluation.districts["economic_region"]
    )
    for code in LANGUAGES:
        told = {english: words[code] for english, words in reasons.items()}
        districts[f"reason_{code}"] = districts["reason"].map(lambda text: told.get(text, text))  # noqa: B023
    page = access_map(
        districts,
        evaluation.settlements,
        _with_cities(evaluation),
        evaluation.routes.rename_axis("district_id").reset_index(),
        study.basemap if study.basemap is not None else _NO_GROUND,
        title=study_texts.title(evaluation),
        lead=study_texts.lead(evaluation),
        figures=study_texts.key_figures(evaluation),
        sources=_sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=study_texts.notes(evaluation),
        classes=_classes(evaluation),
        lang=lang,
    )
    page.save(folder / "maps" / "access.html")


def _with_cities(evaluation: Evaluation) -> gpd.GeoDataFrame:
    """Name the settlement of each shelter in every language that the tables hold."""
    study = evaluation.study
    shelters = study.shelters.assign(city_en=study.shelters["settlement"])
    if "name_az" in study.settlements:
        shelters["city_az"] = shelters["settlement_id"].map(study.settlements["name_az"])
    if "name_ru" in study.districts:
        home = study.districts.loc[shelters["district_id"]].set_axis(shelters.index)
        is_centre = home["name_en"] == shelters["settlement"]
        shelters["city_ru"] = home["name_ru"].where(is_centre, shelters["settlement"])
    return shelters


def _write_figures(evaluation: Evaluation, folder: Path, words: Words) -> None:
    study = evaluation.study
    capacity = study.settings.capacity
    far = evaluation.farthest
    ten = far.loc[far["units"] == "all", "district_id"]
    draw_access(
        evaluation.districts,
        study.shelters,
        evaluation.routes.loc[ten],
        study.basemap,
        folder / "figures" / "access_map",
        classes=_classes(evaluation),
        words=words,
        texts=study_texts.access_texts(evaluation, words),
    )
    now = evaluation.shortfall["population_year"] == study.settings.study.as_of.year
    draw_shortfall(
        evaluation.shortfall[now].drop_duplicates(),
        folder / "figures" / "shortfall",
        people_per_family_place=capacity.people_per_family_place,
        words=words,
        source=study_texts.foot(evaluation, words, norm=True),
    )


def _write_package(evaluation: Evaluation, folder: Path) -> None:
    study = evaluation.study
    write_package(
        folder,
        study.settings,
        tables=TABLES,
        input_hashes=study.input_hashes,
        input_package=study.input_package,
    )


def _classes(evaluation: Evaluation) -> Classes:
    return Classes(breaks=evaluation.study.settings.access.distance_classes_km)


def _sources(evaluation: Evaluation) -> list[str]:
    sources: list[Any] = list(evaluation.study.input_package.get("sources", []))
    return [str(source["title"]) for source in sources]
