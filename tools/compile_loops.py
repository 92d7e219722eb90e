"""Compile the loops of siting once, so that no run of the study waits for them."""

from __future__ import annotations

from shelter_geo.analysis import site_options
from shelter_geo.analysis.siting_results import siting_results
from shelter_geo.study.load import load_study


def main() -> None:
    """Solve what a run solves; compiled loops stay beside their files."""
    study = load_study()
    siting_results(study, site_options(study))


if __name__ == "__main__":
    main()
