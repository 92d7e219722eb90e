"""Fixtures shared by all tests."""

from __future__ import annotations

import pytest
from chromium import browser as browser

from shelter_geo.inputs import Study, load_study
from shelter_geo.scenarios import Evaluation, evaluate


@pytest.fixture(scope="session")
def study() -> Study:
    """The bundled study."""
    return load_study()


@pytest.fixture(scope="session")
def evaluation(study: Study) -> Evaluation:
    """The bundled study, evaluated."""
    return evaluate(study)
