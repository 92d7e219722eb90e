"""Fixtures shared by all tests."""

from __future__ import annotations

import os

import pytest
from helpers.chromium import browser as browser

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.roads.routing.cache import CACHE_VARIABLE
from shelter_geo.study.load import Study, load_study

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
