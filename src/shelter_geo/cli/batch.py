"""The command that computes many studies, each by itself."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from shelter_geo.cli.options import SchedulerOption, WorkersOption, workers_of
from shelter_geo.errors import ClusterError
from shelter_geo.outside import defuse

TABLE: Final = "batch.csv"
COLUMNS: Final = ("study", "outcome", "message")
_BAD_INPUT: Final = 1
_FOLLOWING: Final = """
import os, runpy, sys, threading

def follow():
    while os.read(0, 1):
        pass
    os._exit(143)

threading.Thread(target=follow, daemon=True).start()
runpy.run_module("shelter_geo", run_name="__main__", alter_sys=True)
"""
"""Runs the program, and ends it where nobody holds the other end of its input any more."""


class Outcome(StrEnum):
    """What became of a study: its outputs are new, it was refused, or its run was ended."""

    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class StudyRun:
    """A study of a batch after its run.

    Attributes
    ----------
    name : str
        Its folder in the outputs.
    outcome : Outcome
    lines : tuple of str
        What the run said.
    """

    name: str
    outcome: Outcome
    lines: tuple[str, ...]

    @property
    def message(self) -> str:
        """The first line that was said, without the name of the program; empty if it is done."""
        if self.outcome == Outcome.DONE:
            return ""
        return next(iter(self.lines), "The run was ended from outside.").removeprefix(
            "shelter-geo: "
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("batch")(batch)


def batch(
    studies: Annotated[
        list[Path], typer.Argument(metavar="STUDY...", help="Study files or their folders.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Folder of the outputs, with a folder for each study.")
    ],
    workers: WorkersOption = 0,
    scheduler: SchedulerOption = "",
) -> None:
    """Compute many studies; one that fails stops no other, and its old outputs stand."""
    from shelter_geo.progress import steps
    from shelter_geo.publish import index_batch, staged
    from shelter_geo.study import key_gives_a_place_away

    work = workers_of(workers, scheduler)
    names = [_name_of(study) for study in studies]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise typer.BadParameter(
            f"more than one study would write into the folder {', '.join(twice)}. Rename a folder.",
            param_hint="STUDY...",
        )
    streets = [str(i) for i, name in enumerate(names, start=1) if key_gives_a_place_away(name)]
    if streets:
        raise typer.BadParameter(
            f"the folder of study {', '.join(streets)} has a name that may give a place away, and "
            "the table of outcomes would hold it. Rename it.",
            param_hint="STUDY...",
        )
    with staged(out):  # a folder that is closed is told before the work, not after it
        pass
    places = {name: str(study.absolute()) for name, study in zip(names, studies, strict=True)}
    done: dict[str, StudyRun] = {}
    lost: ClusterError | None = None
    try:
        with work as spread, steps() as progress:
            for name, run in spread(run_study, StudyRuns(places, str(out.absolute())), names):
                done[name] = run
                progress("studies", len(done), len(studies))
    except ClusterError as error:
        lost = error
    missing = StudyRun("", Outcome.STOPPED, (str(lost),))
    runs = [done.get(name, replace(missing, name=name)) for name in names]
    with staged(out) as folder:
        _write(runs, folder / TABLE)
    index_batch(out, [run.name for run in runs])
    failed = [run for run in runs if run.outcome != Outcome.DONE]
    for run in failed:
        more = f" ({len(run.lines) - 1} more lines)" if len(run.lines) > 1 else ""
        typer.echo(f"{run.name}: {run.outcome}: {run.message}{more}", err=True)
    typer.echo(f"Computed: {len(runs) - len(failed)} of {len(runs)} studies")
    typer.echo(f"Outcomes: {out / TABLE}")
    if failed:
        raise typer.Exit(_BAD_INPUT)


@dataclass(frozen=True)
class StudyRuns:
    """Files or folders of studies by the name of their folder in `out`."""

    studies: dict[str, str]
    out: str


def run_study(runs: StudyRuns, name: str) -> StudyRun:
    """Run a study in a process of its own, so that it can take no other with it.

    The process ends when this one does, whatever ends it.
    """
    command = [sys.executable, "-c", _FOLLOWING, "run", runs.studies[name]]
    with subprocess.Popen(
        [*command, "--out", str(Path(runs.out) / name)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        try:
            words = process.stderr.read().decode("utf-8", errors="replace")
        except BaseException:
            process.terminate()
            raise
        process.wait()
    outcome = {0: Outcome.DONE, _BAD_INPUT: Outcome.REFUSED}.get(
        process.returncode, Outcome.STOPPED
    )
    return StudyRun(name, outcome, tuple(words.splitlines()))


def _name_of(study: Path) -> str:
    """Name of a study's folder: no run has read yet what the study calls itself."""
    place = study.resolve()
    if place.name == "study.toml":
        return place.parent.name
    return place.name if place.is_dir() else place.stem


def _write(runs: Sequence[StudyRun], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for run in runs:
            table.writerow([defuse(text) for text in (run.name, run.outcome, run.message)])
