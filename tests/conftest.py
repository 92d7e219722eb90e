"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import pickle
from functools import cache
from pathlib import Path

import pytest
import typer.testing
from helpers.chromium import browser as browser
from helpers.once import made_once
from helpers.remembered import remembered
from hypothesis import HealthCheck, settings

from shelter_geo.analysis import (
    EvaluatedPlans,
    Evaluation,
    evaluate,
    evaluate_plans,
    today_first,
)
from shelter_geo.plans import read_plans
from shelter_geo.publish import meanwhile
from shelter_geo.roads.routing.engine import CACHE_VARIABLE
from shelter_geo.study import reading
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study

# One profile for all: a busy machine fails nothing, and every run tries the same examples.
settings.register_profile(
    "everywhere",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("everywhere")

# What a user's runs have kept must not answer for the code under test.
os.environ[CACHE_VARIABLE] = ""

# A process with the threads of browsers is none to copy, and the other processor tests as well.
vars(meanwhile)["_processors"] = lambda: 1

# The command line is the same at each call: putting its options together takes 50 ms.
vars(typer.testing)["_get_command"] = cache(vars(typer.testing)["_get_command"])

for reader in ("check_table", "read_links"):
    setattr(reading, reader, remembered(getattr(reading, reader)))

SLOW = frozenset(Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").split())
"""Folders, files and tests of more than two seconds, which `make check` leaves out."""
WHOLE = frozenset({"outputs", "pages", "files", "bundled"})
"""What is made by a whole run of a study, so that the test that asks first waits for it."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file that holds nothing but slow tests, where these are left out."""
    if "not slow" not in config.option.markexpr:
        return None
    tests = Path(__file__).parent
    ours = collection_path.is_relative_to(tests)
    return (ours and collection_path.relative_to(tests).as_posix() in SLOW) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is listed as slow, and begin with its files, so that no processor waits for one."""
    for item in items:
        test = item.nodeid.partition("[")[0].removeprefix("tests/")
        file = test.partition("::")[0]
        where = {test, file, *(str(folder) for folder in Path(file).parents)}
        if not (SLOW.isdisjoint(where) and WHOLE.isdisjoint(getattr(item, "fixturenames", ()))):
            item.add_marker(pytest.mark.slow)
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long and item.path.suffix != ".ipynb")


@pytest.fixture(scope="session")
def study() -> Study:
    """The bundled study."""
    return load_study()


@pytest.fixture(scope="session")
def evaluation(study: Study) -> Evaluation:
    """The bundled study, evaluated."""
    return evaluate(study)


@pytest.fixture(scope="session")
def bundled(study: Study, tmp_path_factory: pytest.TempPathFactory) -> EvaluatedPlans:
    """Every plan of the bundled study, evaluated once for all processes; to be read only."""

    def make(folder: Path) -> None:
        found = evaluate_plans(study, today_first(read_plans(study.scenarios)))
        (folder / "plans.pickle").write_bytes(pickle.dumps(found))

    made = made_once(tmp_path_factory, "plans", make) / "plans.pickle"
    found: EvaluatedPlans = pickle.loads(made.read_bytes())
    return found
