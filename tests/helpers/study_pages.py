"""Every page of the bundled study, written once by its commands for all tests of pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.once import made_once
from helpers.reading import LANGUAGES, ReadPage, read_page
from helpers.secret_study import SECRET, secret_study
from helpers.study_copy import StudyCopy
from shelter_geo.analysis import EvaluatedPlans, Evaluation, evaluate_plans, today_first
from shelter_geo.cli.main import app
from shelter_geo.plans import read_plans
from shelter_geo.roads.routing.engine import CACHE_VARIABLE

PLAN = "one-per-region"
RUN = {
    "access": "maps/access.html",
    "scenario": f"scenarios/{PLAN}/access.html",
    "comparison": f"scenarios/{PLAN}/changes.html",
    "capacity": "maps/capacity.html",
    "journey": "maps/journey_papers.html",
    "own-region": "maps/own_area.html",
    "stays": "maps/stays.html",
    "evidence": "maps/evidence_forensic-examination_forensic-working-days.html",
    "siting": "maps/siting_best_by_mean.html",
    "planner": "planner.html",
    "report": "report.html",
}
"""Kinds of pages that a plain run writes, and one of each."""
ORDERED = {
    "group": ("--for", "men", "--for", "disabilities"),
    "plan": ("--of", "access", "--scenario", "winter"),
    "plan_capacity": ("--of", "capacity", "--scenario", PLAN),
}
"""Kinds of pages that only an order of a map writes, and what it is asked for."""
NAMES = (*RUN, *ORDERED)


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the outputs of a run, to be read only; its study has a secret."""

    def run(base: Path) -> None:
        run_at_home(secret_study(base / "study", SECRET), base)

    return made_once(tmp_path_factory, "run", run) / "outputs"


@pytest.fixture(scope="session")
def pages(outputs: Path) -> dict[str, dict[str, ReadPage]]:
    files = sorted(outputs.rglob("*.html"))
    return {
        file.relative_to(outputs).as_posix(): {lang: read_page(file, lang) for lang in LANGUAGES}
        for file in files
    }


def run_at_home(copy: StudyCopy, base: Path) -> None:
    """Run a study; outputs, what was said and a new home folder come beside each other."""
    command = [sys.executable, "-m", "shelter_geo", "run", copy.folder, "--out", base / "outputs"]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=_at_home(base)
    )
    assert done.returncode == 0, done.stderr
    (base / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")


@pytest.fixture(scope="session")
def files(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """File of one page of each kind, by its name in `NAMES`."""

    def order(base: Path) -> None:
        for name, arguments in ORDERED.items():
            order_map(base, name, *arguments)

    ordered = made_once(tmp_path_factory, "maps", order)
    return {name: outputs / path for name, path in RUN.items()} | {
        name: ordered / f"{name}.html" for name in ORDERED
    }


def order_map(folder: Path, name: str, *order: str) -> Path:
    """Write a map as `shelter-geo map` does."""
    file = folder / f"{name}.html"
    done = CliRunner().invoke(app, ["map", *order, "--out", str(file)])
    assert done.exit_code == 0, done.output
    return file


def _at_home(base: Path) -> dict[str, str]:
    """Environment of a user who sets nothing, with a home folder that is new."""
    (base / "home").mkdir()
    set_by_users = {CACHE_VARIABLE, "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"}
    plain = {name: value for name, value in os.environ.items() if name not in set_by_users}
    return {**plain, "HOME": str(base / "home")}


def evaluated(evaluation: Evaluation) -> EvaluatedPlans:
    """Today and one plan of the bundled study."""
    plans = today_first(read_plans(evaluation.study.scenarios))
    few = [plan for plan in plans if plan.changes_nothing or plan.scenario.id == PLAN]
    return evaluate_plans(evaluation.study, few)
