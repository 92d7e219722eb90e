"""Every page of the bundled study, written once by its commands for all tests of pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shelter_geo.analysis import EvaluatedPlans, Evaluation, evaluate_plans, today_first
from shelter_geo.cli.main import app
from shelter_geo.plans import read_plans
from shelter_geo.roads.routing.cache import CACHE_VARIABLE

PLAN = "one-per-region"
RUN = {
    "access": "maps/access.html",
    "scenario": f"scenarios/{PLAN}/access.html",
    "comparison": f"scenarios/{PLAN}/changes.html",
    "capacity": "maps/capacity.html",
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

_MADE: dict[str, Path] = {}


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the outputs of a plain run; what it kept for later runs stands beside it."""
    if "run" not in _MADE:
        base = tmp_path_factory.mktemp("run")
        command = [sys.executable, "-m", "shelter_geo", "run", "--out", str(base / "outputs")]
        done = subprocess.run(command, capture_output=True, text=True, env=_keeping(base))
        assert done.returncode == 0, done.stderr
        (base / "said.txt").write_text(done.stdout, encoding="utf-8")
        _MADE["run"] = base / "outputs"
    return _MADE["run"]


@pytest.fixture(scope="session")
def files(outputs: Path) -> dict[str, Path]:
    """File of one page of each kind, by its name in `NAMES`."""
    for name, order in ORDERED.items():
        if name not in _MADE:
            _MADE[name] = order_map(outputs, name, *order)
    return {name: outputs / path for name, path in RUN.items()} | {
        name: _MADE[name] for name in ORDERED
    }


def order_map(outputs: Path, name: str, *order: str) -> Path:
    """Write a map as `shelter-geo map` does, beside the outputs of a run."""
    file = outputs.parent / f"{name}.html"
    done = CliRunner().invoke(
        app, ["map", *order, "--out", str(file)], env=_keeping(outputs.parent)
    )
    assert done.exit_code == 0, done.output
    return file


def _keeping(base: Path) -> dict[str, str]:
    return {**os.environ, CACHE_VARIABLE: str(base / "kept")}


def evaluated(evaluation: Evaluation) -> EvaluatedPlans:
    """Today and one plan of the bundled study."""
    plans = today_first(read_plans(evaluation.study.scenarios))
    few = [plan for plan in plans if plan.changes_nothing or plan.scenario.id == PLAN]
    return evaluate_plans(evaluation.study, few)
