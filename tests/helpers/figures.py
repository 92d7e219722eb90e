"""Numbers as a reader finds them: behind a label, in a row, whatever signs group their digits."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.reading import ReadPage

LABELS = {
    "en": {
        "far": "Farthest district",
        "mean": "Average distance",
        "beyond": "Residents farther than 200 km",
        "cut_off": "People without a road inside the country to a shelter",
        "missing": "Family places missing",
        "longest_trip": "Longest trip by car",
        "mean_trip": "Average trip by car",
    },
    "az": {
        "far": "Ən uzaq rayon",
        "mean": "Orta məsafə",
        "beyond": "200 km-dən uzaqda faktiki yaşayanlar",
        "cut_off": "Ölkə daxilində sığınacağa yolu olmayan insanlar",
        "missing": "Çatışmayan ailə yerləri",
        "longest_trip": "Avtomobillə ən uzun yol",
        "mean_trip": "Avtomobillə orta yol vaxtı",
    },
    "ru": {
        "far": "Самый далёкий район",
        "mean": "Среднее расстояние",
        "beyond": "Живут дальше 200 км от убежища, человек",
        "cut_off": "Нет дороги внутри страны ни к одному убежищу, человек",
        "missing": "Не хватает семейных мест",
        "longest_trip": "Самый долгий путь на автомобиле",
        "mean_trip": "Средний путь на автомобиле",
    },
}
OF_PLANNER = {
    "en": "People farther than 200 km",
    "az": "200 km-dən uzaqda yaşayan insanlar",
    "ru": "Дальше 200 км от убежища, человек",
}
SPACES = str.maketrans("\xa0\u202f", "  ")


def numbers(text: str) -> list[float]:
    """All numbers of a text, whichever sign groups its digits and stands before decimals."""
    joined = re.sub(r"(?<=\d)[.,\s](?=\d{3}(?!\d))", "", text.translate(SPACES))
    return [float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", joined)]


def after(page: ReadPage, label: str) -> list[float]:
    """The numbers of the first text with digits behind a label."""
    at = page.texts.index(label)
    return numbers(next(text for text in page.texts[at + 1 :] if re.search(r"\d", text)))


def rows_of(page: ReadPage, head: str, cells: int) -> list[list[list[float]]]:
    """The numbers in the cells behind each place where a text stands, as behind a row's head."""
    texts = [text.translate(SPACES) for text in page.texts]
    at = [n for n, text in enumerate(texts) if text == head.translate(SPACES)]
    return [[numbers(cell) for cell in texts[n + 1 : n + 1 + cells]] for n in at]


def half_up(value: float, step: int = 1) -> int:
    return step * math.floor(value / step + 0.5)


def kilometres(km: float) -> list[float]:
    return [float(half_up(km))]


def people(count: float) -> int:
    return half_up(count, 100)


def clock(minutes: float) -> list[float]:
    """A time as it is shown: hours and minutes to five of them, nothing where there are none."""
    return [float(part) for part in divmod(half_up(minutes, 5), 60) if part]


def figures_of_plans(outputs: Path, today: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What each plan comes to, worked out from the distances of today and of the plan alone."""
    listed = pd.read_csv(outputs / "scenarios.csv").set_index("scenario")
    found = {}
    for key in listed.index.drop("today"):
        table = pd.read_csv(outputs / f"scenarios/{key}/access_by_district.csv")
        table = table.set_index("district_id").loc[today.index]
        # Which plans change roads stands in their files: those without an opened shelter.
        of_roads = listed.at[key, "places"] == listed.at["today", "places"]
        column = "travel_min" if of_roads else "distance_km"
        who, was, is_ = today["population"], today[column], table[column]
        both = was.notna() & is_.notna() & (who > 0)
        means = {
            name: {
                end: (who * frame[name])[both].sum() / who[both].sum()
                for end, frame in (("was", today), ("is", table))
            }
            for name in ("distance_km", "travel_min")
        }
        found[key] = {
            "of_roads": of_roads,
            "gain": who[both & (is_ < was - 1e-3)].sum(),
            "lose": who[both & (is_ > was + 1e-3)].sum(),
            "reached": who[was.isna() & is_.notna()].sum(),
            "mean": means,
            "max_of_both": {
                name: table.loc[both, name].max() for name in ("distance_km", "travel_min")
            },
            "max_of_both_before": {
                name: today.loc[both, name].max() for name in ("distance_km", "travel_min")
            },
            "max": table.loc[who > 0, column].max(),
            "within": {
                limit: who[table["distance_km"] <= limit].sum() for limit in (50, 100, 200, 300)
            },
        }
    return found
