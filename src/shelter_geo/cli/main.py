"""The command line: thin commands over the library."""

from __future__ import annotations

import atexit
import io
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shelter_geo import __version__
from shelter_geo.cli import (
    batch,
    capacity,
    compare,
    costs,
    ensemble,
    init,
    pack,
    pages,
    roads,
    site,
)
from shelter_geo.cli.options import (
    ALL,
    KindOption,
    LangsOption,
    SchedulerOption,
    StudyArgument,
    WorkersOption,
    languages,
    named_of,
    of_kind,
    workers_of,
)
from shelter_geo.errors import ShelterGeoError, TableError, at_most, disarmed, fault_lines
from shelter_geo.progress import OUTPUTS_IN_PLACE

if TYPE_CHECKING:
    from shelter_geo.analysis import Evaluation
    from shelter_geo.publish import Words

BAD_INPUT = 1
STOPPED = 130

app = typer.Typer(
    name="shelter-geo",
    help="How far, by road, people are from the nearest shelter, and what new shelters change.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

init.register(app)
app.add_typer(roads.app)
batch.register(app)
capacity.register(app)
compare.register(app)
costs.register(app)
ensemble.register(app)
pack.register(app)
pages.register(app)
site.register(app)


def main() -> None:
    """Run the command line: exit code 0 done, 1 bad input, 2 bad usage, 129, 130, 143 stopped."""
    for number in _signals():
        signal.signal(number, _stop)
        atexit.register(signal.signal, number, signal.SIG_IGN)  # nothing is left to be stopped
    with _plain("stdout"), _plain("stderr"):
        _run()


def _run() -> None:
    try:
        app()
    except SystemExit as ended:
        if ended.code != STOPPED:
            raise
        typer.echo(f"shelter-geo: {_said_when_stopped()}", err=True)
        sys.exit(_stops[-1][0] if _stops else STOPPED)
    except ShelterGeoError as error:
        said = "\n".join(at_most(str(error).splitlines()))
        typer.echo(f"shelter-geo: {said}", err=True)
        sys.exit(BAD_INPUT)
    except OSError as error:
        typer.echo(f"shelter-geo: {error.strerror or error}", err=True)
        sys.exit(BAD_INPUT)


def _signals() -> list[signal.Signals]:
    """Return what stops this process by hand, but for what it was told to leave, as by nohup."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # the last one where a system has it
    known = [signal.Signals[name] for name in names if name in signal.Signals.__members__]
    return [number for number in known if signal.getsignal(number) != signal.SIG_IGN]


class _Plain(io.TextIOWrapper):
    """A stream in which no text moves the cursor, colours or turns round what is read."""

    terminal: io.TextIOWrapper

    def write(self, text: str, /) -> int:
        super().write(disarmed(text))
        return len(text)


@contextmanager
def _plain(name: str) -> Iterator[None]:
    """Put such a stream in the place of one of the system's; a narrow one ends no run either."""
    stream = getattr(sys, name)
    if not isinstance(stream, io.TextIOWrapper):
        yield
        return
    stream.flush()
    plain = _Plain(
        stream.buffer,
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    plain.terminal = stream
    setattr(sys, name, plain)
    try:
        yield
    finally:
        setattr(sys, name, stream)
        try:
            plain.flush()
        finally:
            plain.detach()


_stops: list[tuple[int, float]] = []
"""Exit code of each signal that stopped this process, and when it came."""
PATIENCE_S = 3.0


def _stop(number: int, frame: object) -> None:
    """Stop as if by hand, so that what was begun is taken back.

    A second signal that comes soon would only disturb this; a later one stops what did not hear.
    """
    if not _stops or time.monotonic() - _stops[-1][1] > PATIENCE_S:
        _stops.append((128 + number, time.monotonic()))
        raise KeyboardInterrupt


def _said_when_stopped() -> str:
    if OUTPUTS_IN_PLACE:
        folders = ", ".join(dict.fromkeys(map(str, OUTPUTS_IN_PLACE)))
        return f"stopped; new outputs had come into place already in {folders}."
    return "stopped; no output was changed, and what stood there stands."


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
    kind: KindOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder of the outputs; else outputs/STUDY, or outputs/STUDY-KIND."
        ),
    ] = None,
    all_roads: Annotated[
        bool,
        typer.Option(
            "--all-roads",
            help="Write every road into roads.gpkg; study.gpkg holds those that routes use.",
        ),
    ] = False,
    hxl: Annotated[
        bool, typer.Option("--hxl", help="Put a row of HXL tags below the heads of each CSV.")
    ] = False,
    lang: LangsOption = None,
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Compute a study and write its tables, map, figures and data package."""
    import pandas as pd

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
    from shelter_geo.publish import (
        INDEX,
        lines_on_centres,
        lines_on_gaps,
        lines_on_lacks,
        staged,
    )
    from shelter_geo.publish.meanwhile import meanwhile

    work = workers_of(workers, scheduler)
    # Tables of a study are short: plain strings take a seventh less time than Arrow's.
    plain = pd.option_context("mode.string_storage", "python")
    with steps(lines=True) as progress, plain, work as spread:
        ready = load_ready(study, lambda loaded: of_kind(loaded, kind))
        loaded = ready.study
        one = None if lang == ALL else lang
        spoken = languages(loaded, one)
        own = named_of(loaded, loaded.settings.study.id)
        folder = out if out is not None else Path("outputs") / own
        with staged(folder):  # a folder that is closed is told before the work, not after it
            pass
        evaluation = evaluate(loaded, progress=progress)
        options = site_options(loaded)

        shared_out = bool(workers or scheduler)
        solve = partial(siting_results, loaded, options, spread=spread)
        with nullcontext(solve) if shared_out else meanwhile(solve) as sited:
            from shelter_geo.publish import write_outputs

            needs = capacity_results(evaluation, cases=ready.cases)

            plans = today_first(ready.plans)
            several = len(plans) > 1
            evaluated = (
                evaluate_plans(loaded, plans, today=evaluation, progress=progress, spread=spread)
                if several
                else None
            )
            progress("siting", 0, 1)
            sites = sited()
        write_outputs(
            evaluation,
            folder,
            plans=evaluated,
            options=options,
            needs=needs,
            sites=sites,
            all_roads=all_roads,
            lang=one,
            every_language=lang == ALL,
            hxl=hxl,
            progress=progress,
            second_process=True,
        )
    said = _six_lines(evaluation, spoken.first)
    said += lines_on_centres(loaded, spoken.first) + lines_on_lacks(loaded, spoken.first)
    if loaded.warnings:
        said.append(f"To look at, by shelter-geo validate: {len(loaded.warnings)}.")
    said += lines_on_gaps(loaded, [plan.scenario for plan in plans])
    for line in [*said, f"Open: {folder / INDEX}"]:
        typer.echo(line)


@app.command()
def validate(
    study: StudyArgument = None,
    kind: KindOption = None,
    candidates: Annotated[
        Path | None,
        typer.Option("--candidates", help="Check this file of candidates for `site` too."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every row, also where many have one cause.")
    ] = False,
) -> None:
    """Check all that a run rests on, and name every fault: file, row or line, value and remedy."""
    from shelter_geo.analysis import candidate_faults, load_ready
    from shelter_geo.progress import steps

    try:
        with steps() as progress:
            ready = load_ready(study, lambda read: of_kind(read, kind), progress=progress)
        loaded = ready.study
        warnings = list(loaded.warnings)
        if candidates is not None:
            faults, more = candidate_faults(loaded, candidates)
            warnings += more
            if faults:
                raise TableError(faults)
    except TableError as error:
        said = "\n".join(error.lines(every=every))
        typer.echo(f"shelter-geo: {said}", err=True)
        raise typer.Exit(BAD_INPUT) from None
    # Only now: what a page rests on takes memory that the checks of long tables need.
    from shelter_geo.publish import lines_on_centres, lines_on_lacks

    words = languages(loaded, None).first
    typer.echo(
        f"No fault found: {len(loaded.districts)} districts, {len(loaded.settlements)} "
        f"settlements, {len(loaded.shelters)} rows of shelters, {loaded.network.n_edges} roads."
    )
    if len(loaded.kinds) > 1 and kind is None:
        counts = ((entry.id, len(loaded.of_kind(entry.id).shelters)) for entry in loaded.kinds)
        typer.echo(f"Kinds of facility: {', '.join(f'{key} {count}' for key, count in counts)}.")
    if to_look_at := [*fault_lines(warnings, every=every), *lines_on_centres(loaded, words)]:
        typer.echo("Read all the same, but look at:")
        for line in to_look_at if every else at_most(to_look_at):
            typer.echo(line)
    for line in lines_on_lacks(loaded, words):
        typer.echo(line)


def _six_lines(evaluation: Evaluation, words: Words) -> list[str]:
    """Write the five figures that say the most, and what dates they have."""
    from shelter_geo.publish import dates, key_figures

    figures = key_figures(evaluation, main=True)
    lines = [(label.of(words), value.of(words)) for label, value in figures]
    width = max(len(label) for label, _ in lines)
    written = [f"{label:<{width}}  {value}" for label, value in lines]
    return [*written, dates(evaluation.study).of(words)]
