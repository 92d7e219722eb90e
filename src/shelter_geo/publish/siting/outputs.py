"""Everything that is written about siting."""

from __future__ import annotations

from pathlib import Path

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.siting_results import SitingResults
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.siting.figures import draw_front, draw_p_curve
from shelter_geo.publish.siting.names import reached_by_some
from shelter_geo.publish.siting.plans import write_plan_maps
from shelter_geo.publish.siting.tables import SITING_TABLES as SITING_TABLES
from shelter_geo.publish.siting.tables import write_siting_tables
from shelter_geo.publish.study import study_texts


def write_siting(
    evaluation: Evaluation, results: SitingResults, folder: Path, *, lang: str | None = None
) -> None:
    """Write the tables, figures and maps of siting.

    Parameters
    ----------
    evaluation
        The study as it stands.
    results
        From `scenarios.siting_results`.
    folder
        Folder of the outputs.
    lang
        Language of the figures, and the one that the maps open in.

    Raises
    ------
    OutputError
        If a number is infinite, or there is no such language.
    """
    words = languages_of(evaluation.study, lang).first
    write_siting_tables(results, folder)
    only_some = [text.of(words) for text in reached_by_some(results)]
    foot = " ".join([*only_some, study_texts.foot(evaluation, words)])
    drawn = folder / "figures"
    draw_p_curve(results, drawn / "siting_sweep", words=words, foot=foot)
    draw_front(results, drawn / "siting_front", words=words, foot=foot)
    write_plan_maps(evaluation, results, folder, lang=lang)
