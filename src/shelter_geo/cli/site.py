"""The command on sites: where new shelters should go, and where places should be added."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from shelter_geo.cli.options import (
    KindOption,
    LangOption,
    SchedulerOption,
    StudyArgument,
    WorkersOption,
    languages,
    of_kind,
    workers_of,
)

if TYPE_CHECKING:
    from shelter_geo.siting import RegisteredModel, Unit

_LIMIT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(km|min)")


def _choices() -> str:
    # The registry loads no solver, so that help is there at once.
    from shelter_geo.siting import model_choices

    return ", ".join(model_choices())


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command()(site)


def site(
    study: StudyArgument = None,
    kind: KindOption = None,
    model: Annotated[
        str, typer.Option("--model", help=f"What is wanted: {_choices()}.")
    ] = "p-median",
    new: Annotated[
        int | None, typer.Option("--new", help="New sites; for places-budget, sites to act on.")
    ] = None,
    within: Annotated[
        str,
        typer.Option(
            "--within",
            help="Limit such as 100km or 90min: nobody beyond it (p-median), most people or "
            "everybody within it (mclp, lscp); uptake halves over it.",
        ),
    ] = "",
    per_region: Annotated[
        bool, typer.Option("--per-region", help="A shelter in every region.")
    ] = False,
    budget: Annotated[
        int | None,
        typer.Option("--budget", help="Money for places; at the default prices, places."),
    ] = None,
    open_cost: Annotated[
        int, typer.Option("--open-cost", help="Cost of opening or enlarging a site.")
    ] = 0,
    place_cost: Annotated[int, typer.Option("--place-cost", help="Cost of a family place.")] = 1,
    most_places: Annotated[
        int | None,
        typer.Option(
            "--most-places", help="Family places that may be added at a site; 50 if not given."
        ),
    ] = None,
    population: Annotated[
        str, typer.Option("--population", help="Who is counted: residents or registered.")
    ] = "residents",
    robust: Annotated[
        bool,
        typer.Option(
            "--robust", help="Hold the plan against drawn scenarios too: core sites and regret."
        ),
    ] = False,
    time_limit: Annotated[
        float, typer.Option("--time-limit", help="Seconds; then the best found, with its gap.")
    ] = 60.0,
    candidates: Annotated[
        Path | None,
        typer.Option("--candidates", help="CSV of candidate_id, lat, lon; else the study's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for tables; else none is written.")
    ] = None,
    lang: LangOption = None,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Find where new shelters should go, proven, with what each site is worth and who gains."""
    limit, unit = _limit(within)
    entry = _entry(model, limit)
    _check(entry, new, limit, budget, time_limit)
    if robust:
        _check_robust(entry, new)
    elif workers or scheduler:
        raise typer.BadParameter("shares out scenarios: give --robust", param_hint="--workers")
    work = workers_of(workers, scheduler)

    from shelter_geo.access import UNITS, populations
    from shelter_geo.analysis import same_points, site_options
    from shelter_geo.analysis.siting_question import question_from_file, site_question
    from shelter_geo.analysis.siting_results import SCENARIOS, SEED, counted_elsewhere
    from shelter_geo.publish import index_sites, staged
    from shelter_geo.publish.siting import lines, statements
    from shelter_geo.siting import robustness
    from shelter_geo.study import REGION, WOMEN, load_study, require

    loaded = of_kind(load_study(study), kind)
    words = languages(loaded, lang).first
    if per_region:
        require(loaded, REGION, what="a shelter in every region (--per-region)")
    if entry.own_area:
        require(loaded, REGION, what=f"a shelter in one's own region (--model {entry.key})")
    if candidates is None:
        question = site_question(loaded, site_options(loaded))
    else:
        question = question_from_file(loaded, candidates)
    if population not in UNITS:
        raise typer.BadParameter(f"choose {' or '.join(UNITS)}", param_hint="--population")
    question = question.of(population)
    keep = set(loaded.input_hashes.values())
    if entry.takes_budget:
        from shelter_geo.analysis.places_question import places_question, spreads_places

        places = places_question(
            loaded,
            question,
            budget=budget,
            actions=new,
            fixed_cost=open_cost,
            place_cost=place_cost,
            most_added=most_places,
            unit=unit,
            per_region=per_region,
        ).solve(time_limit=time_limit)
        whole = spreads_places(most_places, per_region=per_region)
        persons = [r.persons_per_family_place for r in loaded.settings.capacity.readings]
        text = lines.places_lines(places, question, words, spread=whole, persons=persons)
        if out is not None and places.status != "infeasible":
            with staged(out, keep=keep) as folder:
                lines.write_places(places, question, unit, folder, spread=whole)
                index_sites(loaded, folder, lang=lang)
    else:
        problem = question.problem(unit=unit, per_region=per_region, own_region=entry.own_area)
        answer = entry.put(problem, p=new, limit=limit).solve(time_limit=time_limit)
        text = lines.answer_lines(answer, question, unit, words)
        if robust and answer.status != "infeasible":
            with work as spread:
                regrets = robustness(
                    problem,
                    new or 0,
                    model=answer.model,
                    within=limit,
                    registered=counted_elsewhere(loaded, problem),
                    scenarios=SCENARIOS,
                    seed=SEED,
                    spread=spread,
                )
            text += ["", *statements.robust_lines(regrets, question, unit, words)]
        if out is not None and answer.status != "infeasible":
            with staged(out, keep=keep) as folder:
                lines.write_answer(answer, question, unit, folder)
                index_sites(loaded, folder, lang=lang)
    if entry.own_area and question.counted_in_own_region == WOMEN:
        text.insert(1, words.text("site.counted_women"))
    if len(populations(loaded.districts)) > 1:
        text.insert(1, words.text(f"site.counted_{population}"))
    for key, first in same_points(question.sites).items():
        text.append(words.text("site.same_point", first=first, second=key))
    for line in text:
        typer.echo(line)


def _limit(within: str) -> tuple[float | None, Unit]:
    if not within:
        return None, "km"
    match = _LIMIT.fullmatch(within.strip().lower())
    if match is None:
        raise typer.BadParameter("write it like 100km or 90min", param_hint="--within")
    return float(match[1]), "km" if match[2] == "km" else "min"


def _entry(key: str, limit: float | None) -> RegisteredModel:
    """Return the model of a key, or the one that it turns into by a limit."""
    from shelter_geo.siting import MODELS, model_choices

    if key not in model_choices():
        raise typer.BadParameter(f"choose one of {_choices()}", param_hint="--model")
    model = MODELS[key]
    return MODELS[model.limited] if model.limited and limit is not None else model


def _check(
    model: RegisteredModel,
    new: int | None,
    limit: float | None,
    budget: int | None,
    time_limit: float,
) -> None:
    from shelter_geo.siting import MODELS

    key = model.key
    if not (math.isfinite(time_limit) and time_limit > 0):
        raise typer.BadParameter("must be above 0", param_hint="--time-limit")
    if model.limit and limit is None:
        raise typer.BadParameter(f"{key} needs a limit such as 100km", param_hint="--within")
    if model.takes_budget:
        if budget is None and new is None:
            raise typer.BadParameter("give it, or --new", param_hint="--budget")
        return
    if not model.limit and limit is not None:
        raise typer.BadParameter(f"{key} has no limit", param_hint="--within")
    if model.takes_p and new is None:
        raise typer.BadParameter("how many new sites?", param_hint="--new")
    if not model.takes_p and new is not None:
        raise typer.BadParameter(f"{key} finds the number itself", param_hint="--new")
    if budget is not None:
        budgeted = ", ".join(k for k, other in MODELS.items() if other.takes_budget)
        raise typer.BadParameter(f"only {budgeted} has a budget", param_hint="--budget")


def _check_robust(model: RegisteredModel, new: int | None) -> None:
    from shelter_geo.siting import MODELS, model_choices

    if not model.regrets:
        robust = ", ".join(key for key in model_choices() if MODELS[key].regrets)
        raise typer.BadParameter(f"only for {robust}", param_hint="--robust")
    if not new:
        raise typer.BadParameter("needs at least one new site", param_hint="--robust")
