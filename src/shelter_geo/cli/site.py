"""The command on sites: where new shelters should go, and where places should be added."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from shelter_geo.siting.model import Model
    from shelter_geo.siting.problem import SitingProblem, Unit

MODELS: Final = ("p-median", "p-center", "mclp", "lscp", "kolm-pollak", "uptake", "places-budget")
ROBUST: Final = ("p-median", "p-center", "mclp")
_LIMIT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(km|min)")
_NEED_A_LIMIT: Final = ("mclp", "lscp", "uptake")


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command()(site)


def site(
    study: Annotated[
        Path | None,
        typer.Argument(metavar="[STUDY]", help="Study file or its folder; else the bundled study."),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help=f"What is wanted: {', '.join(MODELS)}.")
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
        bool, typer.Option("--per-region", help="A shelter in every economic region.")
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
        int, typer.Option("--most-places", help="Family places that may be added at a site.")
    ] = 50,
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
) -> None:
    """Find where new shelters should go, proven, with what each site is worth and who gains."""
    limit, unit = _limit(within)
    _check(model, new, limit, budget, time_limit)
    if robust:
        _check_robust(model, new)

    from shelter_geo.analysis.options import site_options
    from shelter_geo.analysis.places_question import places_question
    from shelter_geo.analysis.siting_question import question_from_file, site_question
    from shelter_geo.analysis.siting_results import SCENARIOS, SEED, counted_elsewhere
    from shelter_geo.publish.files.staging import staged
    from shelter_geo.publish.siting import lines, robust_lines
    from shelter_geo.siting.robustness import robustness
    from shelter_geo.study.load import load_study

    loaded = load_study(study)
    if candidates is None:
        question = site_question(loaded, site_options(loaded))
    else:
        question = question_from_file(loaded, candidates)
    keep = set(loaded.input_hashes.values())
    if model == "places-budget":
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
        told = lines.places_lines(places, question, unit)
        if out is not None and places.status != "infeasible":
            with staged(out, keep=keep) as folder:
                lines.write_places(places, question, unit, folder)
    else:
        problem = question.problem(unit=unit, per_region=per_region)
        answer = _model(model, problem, new or 0, limit).solve(time_limit=time_limit)
        told = lines.answer_lines(answer, question, unit)
        if robust and answer.status != "infeasible":
            held = robustness(
                problem,
                new or 0,
                model=answer.model,
                within=limit,
                registered=counted_elsewhere(loaded, problem),
                scenarios=SCENARIOS,
                seed=SEED,
            )
            told += ["", *robust_lines.robust_lines(held, question, unit)]
        if out is not None and answer.status != "infeasible":
            with staged(out, keep=keep) as folder:
                lines.write_answer(answer, question, unit, folder)
    for line in told:
        typer.echo(line)


def _limit(within: str) -> tuple[float | None, Unit]:
    if not within:
        return None, "km"
    found = _LIMIT.fullmatch(within.strip().lower())
    if found is None:
        raise typer.BadParameter("write it like 100km or 90min", param_hint="--within")
    return float(found[1]), "km" if found[2] == "km" else "min"


def _check(
    model: str, new: int | None, limit: float | None, budget: int | None, time_limit: float
) -> None:
    if model not in MODELS:
        raise typer.BadParameter(f"choose one of {', '.join(MODELS)}", param_hint="--model")
    if not (math.isfinite(time_limit) and time_limit > 0):
        raise typer.BadParameter("must be above 0", param_hint="--time-limit")
    if model in _NEED_A_LIMIT and limit is None:
        raise typer.BadParameter(f"{model} needs a limit such as 100km", param_hint="--within")
    if model in ("p-center", "kolm-pollak") and limit is not None:
        raise typer.BadParameter(f"{model} has no limit", param_hint="--within")
    if model == "lscp" and new is not None:
        raise typer.BadParameter("lscp finds the number itself", param_hint="--new")
    if model not in ("lscp", "places-budget") and new is None:
        raise typer.BadParameter("how many new sites?", param_hint="--new")
    if model == "places-budget" and budget is None and new is None:
        raise typer.BadParameter("give it, or --new", param_hint="--budget")
    if model != "places-budget" and budget is not None:
        raise typer.BadParameter("only places-budget has a budget", param_hint="--budget")


def _check_robust(model: str, new: int | None) -> None:
    if model not in ROBUST:
        raise typer.BadParameter(f"only for {', '.join(ROBUST)}", param_hint="--robust")
    if not new:
        raise typer.BadParameter("needs at least one new site", param_hint="--robust")


def _model(name: str, problem: SitingProblem, new: int, limit: float | None) -> Model:
    from shelter_geo.siting.lscp import LSCP
    from shelter_geo.siting.models import MCLP, KolmPollak, PMedian, PMedianWithin, Uptake
    from shelter_geo.siting.p_center import PCenter

    if name == "kolm-pollak":
        return KolmPollak(problem, new)
    if name == "p-center":
        return PCenter(problem, new)
    if limit is None:
        return PMedian(problem, new)
    if name == "lscp":
        return LSCP(problem, limit)
    return {"mclp": MCLP, "uptake": Uptake}.get(name, PMedianWithin)(problem, new, limit)
