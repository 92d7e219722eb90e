"""Write an ensemble: its draws block by block as they come, then the ranges of all of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.parquet as pq

from shelter_geo.analysis.draws import block_table, ranges, site_shares
from shelter_geo.analysis.ensemble import Draw, Ensemble
from shelter_geo.cluster import Spread
from shelter_geo.outside import defuse
from shelter_geo.progress import Progress
from shelter_geo.publish.files.blocks import Parts, Writer
from shelter_geo.publish.files.staging import staged
from shelter_geo.publish.indexes import index_ensemble

DRAWS: Final = "draws"
SITED: Final = "-sites"
ABOUT: Final = "ensemble.json"
NUMBERS: Final = "ensemble.csv"
SITES: Final = "ensemble_sites.csv"


def write_ensemble(
    ensemble: Ensemble, out: Path, spread: Spread, *, progress: Progress | None = None
) -> int:
    """Compute what is missing of an ensemble, and write its ranges.

    A run that was stopped goes on where it was; see `Parts.write`. The same inputs, spreads and
    seed give the same bytes, wherever the blocks are computed.

    Parameters
    ----------
    ensemble
        A study and what is drawn of it.
    out
        Folder of the outputs; `draws/` in it holds the blocks.
    spread
        What does the work.
    progress
        Called with the blocks that are done.

    Returns
    -------
    int
        Blocks that an earlier run had left, which were not computed again.

    Raises
    ------
    OutputError
        If a file cannot be written; what was written stays.
    """
    numbers = ensemble.numbers  # found once, and sent with the ensemble
    parts = Parts(out, DRAWS, ABOUT, _about(ensemble), ensemble.blocks)
    before = parts.write(Ensemble.block, ensemble, spread, _tables, progress=progress)
    files, of_sites = ([parts.file(block, more) for block in parts.blocks] for more in ("", SITED))
    numbers = pd.concat(ranges(numbers, files), ignore_index=True)
    sites = site_shares(of_sites, ensemble.draws)
    with staged(out) as stage:
        _write(numbers, stage / NUMBERS)
        _write(sites, stage / SITES)
        index_ensemble(ensemble.study, stage)
    return before


def _tables(block: range, draws: list[Draw]) -> dict[str, Writer]:
    values, sites = block_table(draws, block)
    return {SITED: partial(pq.write_table, sites), "": partial(pq.write_table, values)}


def _about(ensemble: Ensemble) -> str:
    """Say what is drawn, so that draws of something else are not taken for these."""
    study = ensemble.study
    given = json.dumps([study.input_hashes, study.kind.id], sort_keys=True)
    facts = {
        "study": study.settings.study.id,
        "inputs_sha256": hashlib.sha256(given.encode()).hexdigest(),
        "draws": ensemble.draws,
        "seed": ensemble.seed,
        "spreads": asdict(ensemble.spreads),
        "evidence": "assumed",
    }
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"


def _write(table: pd.DataFrame, path: Path) -> None:
    cells: dict[str, Any] = {
        str(name): column.map(_cell) if column.dtype == float else column.map(str).map(defuse)
        for name, column in table.items()
    }
    pd.DataFrame(cells).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _cell(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"
