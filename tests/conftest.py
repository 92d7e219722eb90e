"""Fixtures shared by all tests."""

from __future__ import annotations

import os

import pytest
from helpers.chromium import browser as browser
from hypothesis import HealthCheck, settings

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.roads.routing.cache import CACHE_VARIABLE
from shelter_geo.study.load import Study, load_study

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


@pytest.fixture(scope="session")
def study() -> Study:
    """The bundled study."""
    return load_study()


@pytest.fixture(scope="session")
def evaluation(study: Study) -> Evaluation:
    """The bundled study, evaluated."""
    return evaluate(study)
