"""Fixtures shared by all tests."""

from __future__ import annotations

import os

import pytest
from chromium import browser as browser

from shelter_geo.cache import CACHE_VARIABLE
from shelter_geo.inputs import Study, load_study
from shelter_geo.scenarios import Evaluation, evaluate

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
