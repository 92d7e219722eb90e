"""A copy of the bundled study with a second kind of facility, invented, in two other towns."""

from __future__ import annotations

from pathlib import Path

from helpers.study_copy import SETTLEMENTS, SHELTERS, StudyCopy, copy_study

CENTRE = "crisis-centre"
EMPTY = "day-centre"
PEOPLE = 200_000
TOWNS = {"centre-1": "gn-585170", "centre-2": "gn-147622"}
COLOUR = "#0b6e4f"
KINDS = f"""
[[kinds]]
id = "shelter"

[[kinds]]
id = "{CENTRE}"
singular = {{ en = "rape crisis centre", az = "böhran mərkəzi", ru = "кризисный центр" }}
plural = {{ en = "rape crisis centres", az = "böhran mərkəzləri", ru = "кризисные центры" }}
colour = "{COLOUR}"

[kinds.norm]
people_per_facility = {PEOPLE}
standard = "RCC-EIGE"
source = "one centre for {PEOPLE} people"

[[kinds]]
id = "{EMPTY}"
singular = "day centre"
plural = "day centres"
norm = {{ people_per_place = 5000, source = "invented" }}
"""


def two_kinds(folder: Path) -> StudyCopy:
    """Copy the bundled study, declare kinds and add two centres of nine places each."""
    copy = copy_study(folder)
    own = copy.text("study.toml")
    copy.write("study.toml", own[: own.index("[calendar]")] + KINDS)
    for plan in copy.folder.glob("scenarios/forensic-*.toml"):
        plan.unlink()
    rows = copy.rows(SHELTERS)
    towns = {row["settlement_id"]: row for row in copy.rows(SETTLEMENTS)}
    for row in rows:
        row["kind"] = ""
    model = dict(rows[-1])
    for key, town in TOWNS.items():
        place = {"settlement_id": town, "district_id": towns[town]["district_id"]}
        named = {"name_en": f"Centre {key}", "name_az": f"Mərkəz {key}", "name_ru": f"Центр {key}"}
        rows.append(model | {"shelter_id": key, "places": "9", "kind": CENTRE} | place | named)
    copy.write_rows(SHELTERS, rows)
    return copy
