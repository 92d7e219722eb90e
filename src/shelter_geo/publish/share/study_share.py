"""All pictures to share of a study or a plan, in each language, with the words beside them."""

from __future__ import annotations

from pathlib import Path

from shelter_geo.analysis import Evaluation
from shelter_geo.progress import Progress
from shelter_geo.publish.files.staging import staged
from shelter_geo.publish.indexes import index_share
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.share.pictures import (
    SQUARE,
    WIDE,
    draw_map,
    draw_missing,
    draw_poster,
)
from shelter_geo.publish.share.texts import map_texts, missing_texts, page_of
from shelter_geo.publish.words import AnyText, Words


def write_share(
    evaluation: Evaluation,
    out: Path,
    *,
    plan: AnyText | None = None,
    lang: str | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the pictures to share, a folder for each language.

    Each folder holds the map wide and square, the missing places and a poster, and beside each
    a text that says the same in words.

    Parameters
    ----------
    evaluation
        The study, or the study under a plan.
    out
        Folder to write into.
    plan
        Name of the plan; none for the study as it stands.
    lang
        The one language to write; all of the study's if not given.
    progress
        Called with the name of a step, the work done in it and the whole.

    Returns
    -------
    list of Path
        The pictures, by language.

    Raises
    ------
    OutputError
        If the study does not offer `lang`, or a file cannot be written.
    """
    offered = languages_of(evaluation.study, lang)
    chosen = tuple(offered) if lang is None else (offered.first,)
    page = page_of(evaluation, plan)
    files: list[Path] = []
    with staged(out) as folder:
        for done, words in enumerate(chosen):
            if progress is not None:
                progress("pictures", done, len(chosen))
            files += _of_language(evaluation, page, plan, words, folder)
        index_share(evaluation, folder, plan=plan, lang=lang)
        return [out / file.relative_to(folder) for file in files]


def _of_language(
    evaluation: Evaluation, page: SealedMap, plan: AnyText | None, words: Words, folder: Path
) -> list[Path]:
    texts = map_texts(evaluation, page, words, plan=plan)
    missing = missing_texts(evaluation, words, plan=plan)
    alts: dict[Path, str] = {}
    own = folder / words.lang
    for pixels in (WIDE, SQUARE):
        file = own / f"map_{pixels[0]}x{pixels[1]}.png"
        draw_map(page, texts, file, pixels=pixels, words=words)
        alts[file] = texts.alt
    if missing is not None:
        file = own / f"missing_{SQUARE[0]}x{SQUARE[1]}.png"
        draw_missing(missing, file)
        alts[file] = missing.alt
    file = own / "poster_a3.pdf"
    draw_poster(page, texts, missing, file, words=words)
    alts[file] = texts.alt if missing is None else f"{texts.alt} {missing.alt}"
    for picture, alt in alts.items():
        picture.with_suffix(".txt").write_text(f"{alt}\n", encoding="utf-8", newline="\n")
    return list(alts)
