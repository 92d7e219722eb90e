"""Set the study's distances on all OpenStreetMap roads beside those on its own network.

Usage: python tools/validate_osm.py EXTRACT.osm.pbf. Rewrites the part of docs/validation.md between
`<!-- osm -->` and `<!-- end osm -->`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from shelter_geo.analysis import evaluate
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.study.load import load_study

DOCUMENT = Path(__file__).parents[1] / "docs" / "validation.md"
PART = re.compile(r"(<!-- osm -->\n).*?(<!-- end osm -->)", re.DOTALL)
WORST = 10
NEAR_TIE_MIN = 3.0
TIE = "two routes take nearly the same time"
MERGED = "likely: junctions near each other are one node of the reference"
OWN = "a shelter stands in this city: its one-way streets"
NEAR_KM, NEAR_SHARE = 1.0, 0.01
SAME_TOWN_KM = 1.0


def compare(extract: Path) -> str:
    """Write the comparison as Markdown."""
    study = load_study()
    roads = study.settings.roads.model_copy(update={"network": "osm", "file": extract.name})
    settings = study.settings.model_copy(update={"roads": roads})
    network = contract_chains(read_pbf(extract))
    ours = evaluate(study).districts
    osm = evaluate(replace(study, settings=settings, network=network)).districts
    table = ours[["name_en", "distance_km", "travel_min"]].copy()
    table["osm_km"], table["osm_min"] = osm["distance_km"], osm["travel_min"]
    table["off"] = table["distance_km"] - table["osm_km"]
    both = table.dropna()
    far = both[(both[["distance_km", "osm_km"]] > SAME_TOWN_KM).all(axis=1)]
    ratio = far["distance_km"] / far["osm_km"]
    limits = settings.access.distance_classes_km
    classes = [np.digitize(both[column], limits) for column in ("distance_km", "osm_km")]
    near = both["off"].abs() <= np.maximum(NEAR_KM, NEAR_SHARE * both["osm_km"])
    lines = [
        f"{int(osm['reachable'].sum())} districts reach a shelter on {network.n_edges:,} road "
        f"edges; the median difference is {both['off'].abs().median():.1f} km, the median ratio "
        f"{ratio.median():.3f}, the mean absolute difference {(ratio - 1).abs().mean():.1%}. "
        f"For {int(near.sum())} of {len(both)} districts the two lie within {NEAR_KM:g} km or "
        f"{NEAR_SHARE:.0%} of each other (not {_listed(both.loc[~near, 'name_en'])}), the worst "
        f"is {both['off'].abs().max():.1f} km off, and "
        f"{int((classes[0] != classes[1]).sum())} are in another class of distance. The ten "
        "districts that differ most:",
        "",
        "| district | reference km | OSM km | reference min | OSM min | why |",
        "|---|---:|---:|---:|---:|---|",
    ]
    worst = both.reindex(both["off"].abs().sort_values(ascending=False, kind="stable").index)
    for row in worst.head(WORST).to_dict("records"):
        tie = abs(row["travel_min"] - row["osm_min"]) <= NEAR_TIE_MIN
        why = TIE if tie and abs(row["off"]) > NEAR_KM else MERGED
        why = OWN if row["distance_km"] <= SAME_TOWN_KM else why
        lines.append(
            f"| {row['name_en']} | {row['distance_km']:.1f} | {row['osm_km']:.1f} | "
            f"{row['travel_min']:.0f} | {row['osm_min']:.0f} | {why} |"
        )
    return "\n".join(lines) + "\n"


def _listed(names: pd.Series[str]) -> str:
    return " and ".join(sorted(names)) or "none"


def main(arguments: list[str]) -> int:
    """Rewrite the document from one extract."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    text = DOCUMENT.read_text(encoding="utf-8")
    part = compare(Path(arguments[0]))
    DOCUMENT.write_text(PART.sub(lambda m: m[1] + part + m[2], text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
