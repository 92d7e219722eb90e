"""The commands on pages: the planner, the maps and the brief, each one file that calls nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shelter_geo.cli.options import (
    ALL,
    KindOption,
    LangOption,
    LangsOption,
    StudyArgument,
    countable,
    groups_of,
    languages,
    named_of,
    of_kind,
)

if TYPE_CHECKING:
    from shelter_geo.analysis import Evaluation
    from shelter_geo.plans import Plan
    from shelter_geo.publish import SealedMap
    from shelter_geo.study import Study

_MAPS = ("access", "capacity", "comparison", "siting", "journey", "own-region", "stays", "evidence")
_AIMS = ("mean", "farthest", "region", "own-region")
_STILL = (".png", ".svg", ".pdf")


def register(app: typer.Typer) -> None:
    """Add the commands to an app."""
    app.command()(planner)
    app.command("map")(map_)
    app.command()(report)
    app.command()(share)


def planner(
    study: StudyArgument = None,
    kind: KindOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; else planner.html.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write the planner: one page that tries out sites without a network."""
    from shelter_geo.analysis import evaluate, load_ready, site_options
    from shelter_geo.analysis.siting_results import siting_results
    from shelter_geo.progress import steps
    from shelter_geo.publish import study_planner, suggestions

    with steps() as progress:
        ready = load_ready(study, lambda loaded: of_kind(loaded, kind))
        loaded, plans = ready.study, ready.plans
        languages(loaded, lang)
        options = site_options(loaded)
        best = suggestions(siting_results(loaded, options, progress=progress))
        page = study_planner(evaluate(loaded), options, plans, best=best, lang=lang)
        file = Path(named_of(loaded, "planner", ".html")) if out is None else out
        page.save(file)
    typer.echo(f"Planner: {file}")


def map_(
    study: StudyArgument = None,
    kind: KindOption = None,
    of: Annotated[str, typer.Option("--of", help=f"What it shows: {' or '.join(_MAPS)}.")] = "",
    scenario: Annotated[
        str, typer.Option("--scenario", help="Key of a scenario, or its file.")
    ] = "",
    aim: Annotated[
        str, typer.Option("--aim", help=f"Which siting plan: {', '.join(_AIMS)}.")
    ] = _AIMS[0],
    journey: Annotated[
        str, typer.Option("--journey", help="Which journey of the study; else the last of it.")
    ] = "",
    limit: Annotated[
        float | None,
        typer.Option("--limit", metavar="MONTHS", help="Longest stay of --of stays; inf for none."),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="GROUP", help="Capacity for these people; see `capacity`."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="File to write: .html, or .png, .svg or .pdf for slides and print."
        ),
    ] = None,
    lang: LangsOption = None,
) -> None:
    """Write a map, today or under a scenario: one page that calls nobody, or a picture of it."""
    groups = groups_of(group)
    shown = of or ("capacity" if groups else "access")
    _known_map(shown, scenario, aim)
    own = {"journey": ("--journey", journey), "stays": ("--limit", limit is not None)}
    for which, (option, given) in {**own, "capacity": ("--for", groups)}.items():
        if given and shown != which:
            raise typer.BadParameter(f"goes with --of {which}", param_hint=option)
    if out is not None and out.suffix not in (".html", *_STILL):
        endings = ", ".join((".html", *_STILL))
        raise typer.BadParameter(f"{out.name}: end it in one of {endings}", param_hint="--out")

    from shelter_geo.analysis import evaluate
    from shelter_geo.plans import apply_plan, find_plans
    from shelter_geo.publish import under_plan
    from shelter_geo.study import REGION, load_study, require

    whole = load_study(study)
    # Maps of evidence are drawn of the study's first kind, which speaks of the others.
    loaded = whole if shown == "evidence" else of_kind(whole, kind)
    one = None if lang == ALL else lang
    languages(loaded, one)
    countable(loaded, groups)
    if shown == "siting" and aim in (REGION, _AIMS[-1]):
        where = "every region" if aim == REGION else "one's own region"
        require(loaded, REGION, what=f"a plan with a shelter in {where} (--aim {aim})")
    file = Path(named_of(loaded, shown, ".html")) if out is None else out
    plan = find_plans([scenario], loaded.scenarios)[0] if scenario else None
    if shown == "comparison":
        page, evaluation = _comparison(loaded, plan, one)
    elif shown == "siting":
        page, evaluation = _siting(loaded, aim, one)
    elif shown == "evidence":
        page, evaluation = _evidence(loaded, plan, kind, one)
    else:
        evaluation = evaluate(loaded if plan is None else apply_plan(loaded, plan))
        if shown == "journey":
            page = _journey(evaluation, journey, one)
        elif shown == "own-region":
            page = _own_region(evaluation, one)
        elif shown == "stays":
            page = _stays(evaluation, limit, one)
        elif shown == "capacity":
            page = _capacity(evaluation, groups, one)
        else:
            page = _access(evaluation, plan, one)
        if plan is not None and shown != "access" and not plan.changes_nothing:
            page = under_plan(page, plan.scenario.name)
    for written in _write(page, evaluation, file, lang):
        typer.echo(f"Map: {written}")


def report(
    study: StudyArgument = None,
    kind: KindOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; else report.html.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Write the brief: a few pages on A4 with claim, evidence, map, plans and sources."""
    from shelter_geo.analysis import (
        capacity_results,
        evaluate,
        evaluate_plans,
        load_ready,
        site_options,
        today_first,
    )
    from shelter_geo.analysis.siting_results import siting_results
    from shelter_geo.progress import steps
    from shelter_geo.publish import study_brief

    with steps() as progress:
        ready = load_ready(study, lambda loaded: of_kind(loaded, kind))
        loaded = ready.study
        languages(loaded, lang)
        evaluation = evaluate(loaded, progress=progress)
        plans = today_first(ready.plans)
        evaluated = evaluate_plans(loaded, plans, progress=progress) if len(plans) > 1 else None
        needs = capacity_results(evaluation, cases=ready.cases)
        sites = siting_results(loaded, site_options(loaded), progress=progress)
        brief = study_brief(evaluation, plans=evaluated, needs=needs, sites=sites, lang=lang)
        file = Path(named_of(loaded, "report", ".html")) if out is None else out
        brief.save(file)
    typer.echo(f"Brief: {file}")


def share(
    study: StudyArgument = None,
    kind: KindOption = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="KEY", help="Key of a plan, or its file; else today.")
    ] = "",
    lang: Annotated[
        str, typer.Option("--lang", metavar="CODE", help="One of the study's languages, or all.")
    ] = ALL,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder to write; else share in the outputs of the study."),
    ] = None,
) -> None:
    """Draw pictures to share: maps for posts, missing places, a poster, and each in words."""
    from shelter_geo.analysis import evaluate
    from shelter_geo.plans import apply_plan, find_plans
    from shelter_geo.progress import steps
    from shelter_geo.publish import write_share
    from shelter_geo.study import load_study

    with steps() as progress:
        loaded = of_kind(load_study(study), kind)
        one = None if lang == ALL else lang
        languages(loaded, one)
        chosen = find_plans([plan], loaded.scenarios)[0] if plan else None
        name = None if chosen is None else chosen.scenario.name
        evaluation = evaluate(
            loaded if chosen is None else apply_plan(loaded, chosen), progress=progress
        )
        own = Path("outputs") / named_of(loaded, loaded.settings.study.id)
        folder = own / ("share" if chosen is None else f"share-{chosen.scenario.id}")
        files = write_share(
            evaluation, folder if out is None else out, plan=name, lang=one, progress=progress
        )
    for file in files:
        typer.echo(f"Picture: {file}")


def _access(evaluation: Evaluation, plan: Plan | None, lang: str | None) -> SealedMap:
    from shelter_geo.publish import access_page, plan_title
    from shelter_geo.publish.study import study_texts

    today = study_texts.title(evaluation)
    title = today if plan is None else plan_title(plan.scenario.name, evaluation)
    return access_page(evaluation, title=title, lead=study_texts.lead(evaluation), lang=lang)


def _comparison(study: Study, plan: Plan | None, lang: str | None) -> tuple[SealedMap, Evaluation]:
    """Hold a plan against the study's own plan that changes nothing."""
    from shelter_geo.analysis import evaluate_plans
    from shelter_geo.plans import plans_of
    from shelter_geo.publish import comparison_page

    own = plans_of(study)
    today = [other for other in own if other.changes_nothing]
    if plan is None or not today or plan.changes_nothing:
        raise typer.BadParameter("name a plan that changes something", param_hint="--scenario")
    evaluated = evaluate_plans(study, [today[0], plan])
    key = plan.scenario.id
    return comparison_page(evaluated, key, lang=lang), evaluated.evaluations[key]


def _siting(study: Study, aim: str, lang: str | None) -> tuple[SealedMap, Evaluation]:
    from shelter_geo.analysis import evaluate, site_options
    from shelter_geo.analysis.siting_results import siting_results
    from shelter_geo.publish import plan_page

    results = siting_results(study, site_options(study))
    plans = {plan.key: plan for plan in results.plans}
    if aim not in plans:
        raise typer.BadParameter(f"no plan of this study serves it: {aim}", param_hint="--aim")
    page = plan_page(evaluate(study), results, plans[aim], lang=lang)
    return page, plans[aim].evaluation


def _capacity(evaluation: Evaluation, groups: tuple[str, ...], lang: str | None) -> SealedMap:
    from shelter_geo.analysis import access_for
    from shelter_geo.publish import reach_map

    return reach_map(evaluation, access_for(evaluation, groups), groups=groups, lang=lang)


def _journey(evaluation: Evaluation, key: str, lang: str | None) -> SealedMap:
    from shelter_geo.publish import journey_page

    known = [one.id for one in evaluation.study.settings.journeys]
    if not known:
        raise typer.BadParameter(
            "the study asks about no journey: add [[journeys]]", param_hint="--of"
        )
    if key and key not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint="--journey")
    return journey_page(evaluation, key or known[-1], lang=lang)


def _own_region(evaluation: Evaluation, lang: str | None) -> SealedMap:
    from shelter_geo.publish import own_area_page

    if evaluation.study.shelters.empty:
        raise typer.BadParameter("nobody has a shelter: there is none", param_hint="--of")
    return own_area_page(evaluation, lang=lang)


def _stays(evaluation: Evaluation, limit: float | None, lang: str | None) -> SealedMap:
    from shelter_geo.analysis import capacity_results
    from shelter_geo.publish import stays_page

    return stays_page(evaluation, capacity_results(evaluation), limit=limit, lang=lang)


def _evidence(
    study: Study, plan: Plan | None, kind: str | None, lang: str | None
) -> tuple[SealedMap, Evaluation]:
    """Map how soon a service of a kind begins, as it stands or under a plan."""
    from shelter_geo.analysis import TODAY, evaluate, service_times, timed_kinds
    from shelter_geo.publish import service_page

    known = [one.id for one in timed_kinds(study)]
    if not known:
        raise typer.BadParameter(
            "no kind says within how many hours its service must begin: add [[kinds.windows]]",
            param_hint="--of",
        )
    if kind is not None and kind not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint="--kind")
    which, times = kind or known[0], service_times(study, [] if plan is None else [plan])
    key = TODAY if plan is None else plan.scenario.id
    if times is None or (which, key) not in times.studies:
        raise typer.BadParameter(f"changes no facility of {which}", param_hint="--scenario")
    evaluation = evaluate(study)
    return service_page(evaluation, times, which, plan=key, lang=lang), evaluation


def _write(page: SealedMap, evaluation: Evaluation, file: Path, lang: str | None) -> list[Path]:
    """Write a map as a page, or as the one kind of picture that the ending names.

    A page holds all languages; a picture in every one has the language behind its name.
    """
    if file.suffix == ".html":
        page.save(file)
        return [file]

    from shelter_geo.publish import draw_twin, staged
    from shelter_geo.publish.study import study_texts

    spoken = languages(evaluation.study, None if lang == ALL else lang)
    drawn = [(words, f"{file.stem}-{words.lang}") for words in spoken] if lang == ALL else []
    drawn = drawn or [(spoken.first, file.stem)]
    with staged(file.parent) as folder:
        for words, stem in drawn:
            foot = study_texts.foot(evaluation, words)
            draw_twin(page, folder / stem, words=words, foot=foot, endings=(file.suffix,))
    return [file.with_stem(stem) for _, stem in drawn]


def _known_map(shown: str, scenario: str, aim: str) -> None:
    if shown not in _MAPS:
        raise typer.BadParameter(f"choose one of {', '.join(_MAPS)}", param_hint="--of")
    if aim not in _AIMS:
        raise typer.BadParameter(f"choose one of {', '.join(_AIMS)}", param_hint="--aim")
    if shown == "siting" and scenario:
        raise typer.BadParameter("does not go with --of siting", param_hint="--scenario")
    if shown == "comparison" and not scenario:
        raise typer.BadParameter("name the plan to compare with today", param_hint="--scenario")
