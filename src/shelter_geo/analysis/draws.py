"""Draws of an ensemble as tables, and what all of them say: ranges of numbers, shares of sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shelter_geo.analysis.ensemble import Draw

PERCENTILES: Final = (5, 50, 95)
ROWS_AT_ONCE: Final = 4096
"""Numbers whose draws are held in memory together while ranges are taken."""


def block_table(draws: Sequence[Draw], numbers: Sequence[int]) -> tuple[pa.Table, pa.Table]:
    """Put draws into two tables: a column for each draw, and a row for each site of a draw."""
    values = {
        f"d{number:06d}": pa.array(draw[0]) for number, draw in zip(numbers, draws, strict=True)
    }
    rows = [
        (number, count, site)
        for number, (_, sites) in zip(numbers, draws, strict=True)
        for count, site in sites
    ]
    sites = pa.table(
        {
            "draw": pa.array([row[0] for row in rows], pa.int64()),
            "new_sites": pa.array([row[1] for row in rows], pa.int64()),
            "site_id": pa.array([row[2] for row in rows], pa.string()),
        }
    )
    return pa.table(values), sites


def ranges(
    numbers: pd.DataFrame, blocks: Sequence[Path], *, rows: int = ROWS_AT_ONCE
) -> Iterator[pd.DataFrame]:
    """Take the range of every number over all draws but the first, some rows at a time.

    Parameters
    ----------
    numbers
        See `Ensemble.numbers`.
    blocks
        Files of `block_table`'s first table, in the order of the draws.
    rows
        Rows that are held in memory for all draws.

    Yields
    ------
    DataFrame
        Rows of `numbers` with `as_given`, `low_5`, `median`, `high_95`, and `draws_without`, the
        share of draws in which there is no such number.
    """
    readers = [pq.ParquetFile(path).iter_batches(batch_size=rows) for path in blocks]
    for first in range(0, len(numbers), rows):
        parts = [next(reader).to_pandas().to_numpy(float) for reader in readers]
        every = np.concatenate(parts, axis=1)
        given, drawn = every[:, 0], every[:, 1:]
        there = np.isfinite(drawn)
        ends = np.full((len(PERCENTILES), len(every)), np.nan)
        some = there.any(axis=1)
        if some.any():
            ends[:, some] = np.nanpercentile(drawn[some], PERCENTILES, axis=1)
        yield numbers.iloc[first : first + rows].assign(
            as_given=given,
            low_5=ends[0],
            median=ends[1],
            high_95=ends[2],
            draws_without=1 - there.mean(axis=1),
        )


def site_shares(blocks: Sequence[Path], draws: int) -> pd.DataFrame:
    """Count in which share of draws each site is chosen, for every number of new shelters.

    Parameters
    ----------
    blocks
        Files of `block_table`'s second table.
    draws
        Draws without the first, which is the study as given.

    Returns
    -------
    DataFrame
        `new_sites`, `site_id`, `as_given` (whether it is chosen in the study as given) and
        `share`; most often chosen first.
    """
    table = pd.concat([pq.read_table(path).to_pandas() for path in blocks], ignore_index=True)
    keys = ["new_sites", "site_id"]
    given = table[table["draw"] == 0].set_index(keys).index
    counts = table[table["draw"] > 0].groupby(keys).size()
    counts = counts.reindex(counts.index.union(given), fill_value=0)
    result = counts.rename("share").reset_index()
    result["as_given"] = pd.MultiIndex.from_frame(result[keys]).isin(given)
    result["share"] /= draws
    order = ["new_sites", "share", "site_id"]
    result = result.sort_values(order, ascending=[True, False, True], ignore_index=True)
    return pd.DataFrame(result[[*keys, "as_given", "share"]])
