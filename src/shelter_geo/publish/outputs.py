"""All outputs of a study, written together and moved into place when they are whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

from shelter_geo.analysis import CapacityResults, EvaluatedPlans, Evaluation, SiteOptions
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.progress import Progress
from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.every_language import draw_access, draw_in_others, draw_run
from shelter_geo.publish.files.hxl import tag_tables
from shelter_geo.publish.files.package import outdated, write_package
from shelter_geo.publish.files.staging import staged
from shelter_geo.publish.files.tables import write_geopackage
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.meanwhile import meanwhile
from shelter_geo.publish.pages.index import Opening, write_index
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.qualifiers import dated, which_shelters
from shelter_geo.publish.siting.tables import siting_tables, suggestions, write_siting
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.capacity_outputs import capacity_tables, write_capacity
from shelter_geo.publish.study.headline import key_figures
from shelter_geo.publish.study.journey_page import journey_page, mapped_journeys
from shelter_geo.publish.study.own_area_page import own_area_page
from shelter_geo.publish.study.scenario_outputs import scenario_tables, write_scenarios
from shelter_geo.publish.study.service_page import mapped_services, service_page
from shelter_geo.publish.study.study_map import access_page, layer_styles
from shelter_geo.publish.study.study_planner import study_planner
from shelter_geo.publish.study.study_tables import (
    placed,
    tables_of,
    translated_columns,
    write_tables,
)
from shelter_geo.publish.words import Words, say
from shelter_geo.study import Study, with_known_people

_ASIDE: Final = {"tables", "layers", "figures", "scenarios"}
"""About half of the work, done by a second processor where there is one; no page of one half goes
into a folder of the other's, for a folder is locked while a page is moved into it."""
_SHELTERS: Final = (
    "settlement_id", "settlement", "district_id", "operator_type", "places", "places_basis",
    "women", "children", "men", "lgbtq_inclusive", "police_referral_required", "max_stay_days",
    "as_of", "source",
)  # fmt: skip
"""Columns of the layer of shelters beside key and names: what else the table holds stays there."""


def write_outputs(
    evaluation: Evaluation,
    out: Path,
    *,
    plans: EvaluatedPlans | None = None,
    options: SiteOptions | None = None,
    needs: CapacityResults | None = None,
    sites: SitingResults | None = None,
    all_roads: bool = False,
    lang: str | None = None,
    every_language: bool = False,
    hxl: bool = False,
    progress: Progress | None = None,
    second_process: bool = False,
) -> None:
    """Write tables, layers, map, figures, plans, index and data package of a study.

    Parameters
    ----------
    evaluation
        From `scenarios.evaluate`.
    out
        Folder of the outputs.
    plans
        Plans that come with the study, evaluated.
    options
        Sites to choose from, for the planner page.
    needs
        Places against the stays asked for.
    sites
        Where new shelters should go.
    all_roads
        Whether every road of the network is written too, into `roads.gpkg`; `study.gpkg` holds the
        roads that routes use.
    lang
        Language of the figures, and the one that maps open in.
    every_language
        Whether figures are drawn in the study's other languages too, in `figures/LANGUAGE/`.
    hxl
        Whether each CSV has a row of HXL tags below its heads.
    progress
        Called with the name of a step, the work done in it and the whole.
    second_process
        Whether half of them may be written by a process beside this one; see `meanwhile`.

    Raises
    ------
    OutputError
        If anything cannot be written; `out` then holds what it held before.
    """
    words = languages_of(evaluation.study, lang).first
    tables = tables_of(evaluation.study)
    _ = evaluation.roads  # found here, since another process would prepare the roads anew
    steps: list[tuple[str, Callable[[Path], None]]] = [
        ("tables", partial(write_tables, evaluation)),
        ("layers", partial(_write_layers, evaluation, words)),
        ("map", lambda folder: _write_map(evaluation, folder, words)),
        ("map", lambda folder: _write_beyond(evaluation, folder, words)),
        ("figures", partial(draw_access, evaluation, words=words)),
    ]
    if all_roads:
        steps.append(("layers", partial(_write_all_roads, evaluation.study)))
    if plans is not None:
        tables |= scenario_tables(plans)
        steps.append(("scenarios", partial(write_scenarios, plans, lang=lang)))
    if options is not None:
        offered = () if plans is None else plans.plans
        best = [] if sites is None else suggestions(sites)
        planner = study_planner(evaluation, options, offered, best=best, lang=lang)
        steps.append(("planner", lambda folder: planner.save(folder / "planner.html")))
    if needs is not None:
        tables |= capacity_tables(evaluation.study)
        steps.append(
            ("capacity", lambda folder: write_capacity(evaluation, needs, folder, lang=lang))
        )
    if sites is not None:
        tables |= siting_tables(evaluation.study)
        steps.append(("siting", lambda folder: write_siting(evaluation, sites, folder, lang=lang)))
    brief = study_brief(evaluation, plans=plans, needs=needs, sites=sites, lang=lang)
    steps.append(("report", lambda folder: brief.save(folder / "report.html")))
    inputs = set(evaluation.study.input_hashes.values())
    with staged(out, keep=inputs, outdated=outdated) as folder:
        there = [write for name, write in steps if name in _ASIDE]
        here = [step for step in steps if step[0] not in _ASIDE]
        work = partial(_write_all, there, folder)
        with meanwhile(work) if second_process else nullcontext(work) as aside:
            for done, (name, write) in enumerate(here):
                if progress is not None:
                    progress(name, done, len(here))
                write(folder)
            aside()
        if every_language:
            drawn = partial(draw_run, evaluation, plans=plans, needs=needs, sites=sites)
            draw_in_others(languages_of(evaluation.study, lang), folder, drawn)
        if hxl:
            tag_tables(folder, list(tables))
        _write_index(evaluation, plans, folder, lang)
        _write_package(evaluation, folder, tables, hxl=hxl)


def _write_all(steps: Sequence[Callable[[Path], None]], folder: Path) -> None:
    for write in steps:
        write(folder)


def _write_layers(evaluation: Evaluation, words: Words, folder: Path) -> None:
    routes = evaluation.routes.rename_axis("district_id").reset_index()
    frames: dict[str, Any] = {
        "districts": placed(evaluation.districts, evaluation),
        "settlements": placed(evaluation.settlements, evaluation),
        "shelters": evaluation.study.shelters,
    }
    study, tables = evaluation.study, tables_of(evaluation.study)
    regions = translated_columns("region", study.districts)
    names = translated_columns("name", study.shelters)
    columns: dict[str, Sequence[str]] = {
        "districts": (*tables["access_by_district.csv"], *regions),
        "settlements": tables["access_by_settlement.csv"],
        "shelters": ("shelter_id", "name_en", *names, *_SHELTERS),
    }
    layers = {
        name: with_known_people(frame)[[*columns[name], "geometry"]]
        for name, frame in frames.items()
    }
    layers |= {"routes": routes, "roads": evaluation.roads}
    styles = layer_styles(evaluation, words, named=set(columns["districts"]))
    as_of = evaluation.study.settings.study.as_of
    write_geopackage(layers, folder / "study.gpkg", as_of=as_of, styles=styles)


def _write_all_roads(study: Study, folder: Path) -> None:
    layers = {"roads": study.network.to_frame()}
    write_geopackage(layers, folder / "roads.gpkg", as_of=study.settings.study.as_of)


def _write_map(evaluation: Evaluation, folder: Path, words: Words) -> None:
    _access_page(evaluation, words).save(folder / "maps" / "access.html")


def _write_beyond(evaluation: Evaluation, folder: Path, words: Words) -> None:
    """Write the maps beyond the distance: of journeys, of one's own area and of other services."""
    maps, study = folder / "maps", evaluation.study
    for key in mapped_journeys(study):
        journey_page(evaluation, key, lang=words.lang).save(maps / f"journey_{key}.html")
    if len(study.shelters):
        own_area_page(evaluation, lang=words.lang).save(maps / "own_area.html")
    times = evaluation.services
    if times is None or not study.of_first_kind:
        return
    for kind, plan in mapped_services(times):
        page = service_page(evaluation, times, kind, plan=plan, lang=words.lang)
        page.save(maps / f"evidence_{kind}_{plan}.html")


def _access_page(evaluation: Evaluation, words: Words) -> SealedMap:
    return access_page(
        evaluation,
        title=study_texts.title(evaluation),
        lead=study_texts.lead(evaluation),
        lang=words.lang,
    )


def _write_index(
    evaluation: Evaluation, plans: EvaluatedPlans | None, folder: Path, lang: str | None
) -> None:
    study = evaluation.study
    opening = Opening(
        title=study_texts.title(evaluation),
        lead=dated(study, say("index.lead")),
        figures=key_figures(evaluation, main=True),
        assumptions=study_texts.assumptions(evaluation),
        sources=study_texts.sources(evaluation),
        notes=which_shelters(study),
        mark=study.kind.colour or MARK,
    )
    written = [] if plans is None else [plan.scenario.id for plan in plans.plans]
    write_index(folder, opening, plans=written, languages=languages_of(study, lang))


def _write_package(
    evaluation: Evaluation, folder: Path, tables: Mapping[str, Sequence[str]], *, hxl: bool
) -> None:
    study = evaluation.study
    write_package(
        folder,
        study.settings,
        tables=tables,
        input_hashes=study.input_hashes,
        input_package=study.input_package,
        tagged=hxl,
    )
