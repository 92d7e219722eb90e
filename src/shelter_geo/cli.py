"""The command line: thin commands over the library."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shelter_geo import __version__, cli_capacity, cli_roads
from shelter_geo.errors import ShelterGeoError

if TYPE_CHECKING:
    from shelter_geo.scenarios import Evaluation

BAD_INPUT = 1

app = typer.Typer(
    name="shelter-geo",
    help="How far, by road, people are from the nearest shelter, and what new shelters change.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(cli_roads.app)
cli_capacity.register(app)

StudyArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[STUDY]", help="Study file or its folder; else the bundled study."),
]


def main() -> None:
    """Run the command line: exit code 0 done, 1 bad input, 2 bad usage, 130 stopped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a narrow terminal must not end a run
            stream.reconfigure(errors="replace")
    try:
        app()
    except ShelterGeoError as error:
        typer.echo(f"shelter-geo: {error}", err=True)
        sys.exit(BAD_INPUT)
    except OSError as error:
        typer.echo(f"shelter-geo: {error.strerror or error}", err=True)
        sys.exit(BAD_INPUT)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"shelter-geo {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    study: StudyArgument = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the outputs; else outputs/STUDY.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of figures: en, az or ru.")] = "en",
) -> None:
    """Compute a study and write its tables, map, figures and data package."""
    _known_language(lang)

    from shelter_geo.inputs import load_study
    from shelter_geo.progress import steps
    from shelter_geo.publish.files.staging import staged
    from shelter_geo.publish.outputs import write_outputs
    from shelter_geo.scenarios import (
        capacity_results,
        evaluate,
        evaluate_plans,
        read_cases,
        read_plans,
        site_options,
        today_first,
    )

    with steps() as progress:
        loaded = load_study(study)
        folder = out if out is not None else Path("outputs") / loaded.settings.study.id
        with staged(folder):  # a folder that is closed is told before the work, not after it
            pass
        evaluation = evaluate(loaded, progress=progress)
        plans = today_first(read_plans(loaded.scenarios)) if loaded.scenarios else []
        several = len(plans) > 1
        evaluated = evaluate_plans(loaded, plans, progress=progress) if several else None
        options = site_options(loaded)
        write_outputs(
            evaluation,
            folder,
            plans=evaluated,
            options=options,
            needs=capacity_results(evaluation, cases=read_cases(loaded)),
            lang=lang,
            progress=progress,
        )
    _report(evaluation, folder, lang)


@app.command()
def validate(study: StudyArgument = None) -> None:
    """Check a study and name every fault: file, row, column, value and remedy."""
    from shelter_geo.inputs import load_study

    loaded = load_study(study)
    typer.echo(
        f"No fault found: {len(loaded.districts)} districts, {len(loaded.settlements)} "
        f"settlements, {len(loaded.shelters)} rows of shelters, {loaded.network.n_edges} roads."
    )


@app.command()
def planner(
    study: StudyArgument = None,
    out: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("planner.html"),
    lang: Annotated[str, typer.Option("--lang", help="Language it opens in.")] = "en",
) -> None:
    """Write the planner: one page that tries out sites without a network."""
    _known_language(lang)

    from shelter_geo.inputs import load_study
    from shelter_geo.publish.study.study_planner import study_planner
    from shelter_geo.scenarios import evaluate, read_plans, site_options

    loaded = load_study(study)
    plans = read_plans(loaded.scenarios) if loaded.scenarios else []
    study_planner(evaluate(loaded), site_options(loaded), plans, lang=lang).save(out)
    typer.echo(f"Planner: {out}")


@app.command("map")
def map_(
    study: StudyArgument = None,
    out: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("access.html"),
    scenario: Annotated[
        str, typer.Option("--scenario", help="Key of a scenario, or its file.")
    ] = "",
    lang: Annotated[str, typer.Option("--lang", help="Language it opens in.")] = "en",
) -> None:
    """Write the map of access, today or under a scenario: one page that calls nobody."""
    _known_language(lang)

    from shelter_geo.inputs import load_study
    from shelter_geo.publish.study import study_texts
    from shelter_geo.publish.study.scenario_outputs import scenario_title
    from shelter_geo.publish.study.study_map import access_page
    from shelter_geo.scenarios import apply_plan, evaluate, find_plans

    loaded = load_study(study)
    plan = find_plans([scenario], loaded.scenarios)[0] if scenario else None
    evaluation = evaluate(loaded if plan is None else apply_plan(loaded, plan))
    title = study_texts.title(evaluation) if plan is None else scenario_title(plan)
    access_page(evaluation, title=title, lead=study_texts.lead(evaluation), lang=lang).save(out)
    typer.echo(f"Map: {out}")


@app.command()
def compare(
    scenarios: Annotated[
        list[str], typer.Argument(help="Scenario files, or keys of the study's own scenarios.")
    ],
    study: Annotated[
        Path | None, typer.Option("--study", help="Study file or its folder; else the bundled.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for tables and maps; else none is written.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language: en, az or ru.")] = "en",
) -> None:
    """Compare scenarios with the first of them: figures, who gains and who loses."""
    _known_language(lang)
    if len(scenarios) < 2:
        raise typer.BadParameter("name at least two", param_hint="SCENARIOS")

    from shelter_geo.inputs import load_study
    from shelter_geo.progress import steps
    from shelter_geo.publish.files.staging import staged
    from shelter_geo.publish.study.scenario_outputs import comparison_lines, write_scenarios
    from shelter_geo.scenarios import evaluate_plans, find_plans

    with steps() as progress:
        loaded = load_study(study)
        plans = find_plans(scenarios, loaded.scenarios)
        evaluated = evaluate_plans(loaded, plans, progress=progress)
        if out is not None:
            with staged(out, keep=set(loaded.input_hashes.values())) as folder:
                write_scenarios(evaluated, folder, lang=lang)
    for line in comparison_lines(evaluated, lang):
        typer.echo(line)


def _known_language(lang: str) -> None:
    from shelter_geo.study import LANGUAGES

    if lang not in LANGUAGES:
        raise typer.BadParameter(f"choose one of {', '.join(LANGUAGES)}", param_hint="--lang")


def _report(evaluation: Evaluation, folder: Path, lang: str) -> None:
    from shelter_geo.publish.study.study_texts import key_figures

    lines = [(label[lang], value[lang]) for label, value in key_figures(evaluation)]
    width = max(len(label) for label, _ in lines)
    for label, value in lines:
        typer.echo(f"{label:<{width}}  {value}")
    typer.echo(f"Outputs: {folder}")
    typer.echo(f"Map: {folder / 'maps' / 'access.html'}")
    typer.echo(f"Planner: {folder / 'planner.html'}")
