"""Write the bundled plans that follow from the data: by region, by distance, by need.

Best threes are those of the siting models, among district centres and larger settlements; their
places are assumed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shelter_geo.analysis.candidates import site_options
from shelter_geo.analysis.evaluation import Evaluation, evaluate
from shelter_geo.analysis.siting_results import SitingResults, siting_results
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study

FOLDER = Path(__file__).parents[1] / "data" / "scenarios"
PLACES_EACH = 40
CHOSEN = {
    "en": "Chosen by a siting model among district centres and larger settlements. Those who have "
    "no road to a shelter today come first, and the distances then count them too. "
    f"{PLACES_EACH} places each are assumed.",
    "az": "Yerləşdirmə modeli rayon mərkəzləri və iri yaşayış məntəqələri arasından seçib. Bu gün "
    "sığınacağa yolu olmayanlar birinci gəlir və məsafələr sonra onları da sayır. Hər biri üçün "
    f"{PLACES_EACH} yer fərziyyədir.",
    "ru": "Выбраны моделью размещения среди центров районов и крупных населённых пунктов. Те, у "
    "кого сегодня нет дороги к убежищу, идут первыми, и расстояния затем учитывают и их. "
    f"По {PLACES_EACH} мест предположено.",
}
BY_REGION = {
    "en": "In the district with the most residents of every economic region without a counted "
    "shelter; places by the norm, for the residents of the region.",
    "az": "Sayılan sığınacağı olmayan hər iqtisadi rayonun ən çox sakini olan rayonunda; "
    "yerlərin sayı norma üzrə, həmin iqtisadi rayonda yaşayanlara görədir.",
    "ru": "В районе с наибольшим числом проживающих в каждом экономическом районе без учтённого "
    "убежища; число мест по норме, на проживающих в этом экономическом районе.",
}
BY_NEED = {
    "en": "Shared out over economic regions in proportion to the places that their residents "
    "lack. How the places of today are split between cities is assumed.",
    "az": "İqtisadi rayonlar arasında orada yaşayanlara çatışmayan yerlərə mütənasib bölünüb. "
    "Bugünkü yerlərin şəhərlər üzrə bölgüsü fərziyyədir.",
    "ru": "Распределены по экономическим районам пропорционально тому, скольких мест не хватает "
    "проживающим в них. Как сегодняшние места делятся между городами — допущение.",
}
NEW_PLACES = 1000


def centre_of(study: Study, district_id: str) -> str:
    """Return the settlement that is a district's centre: the one nearest to its point."""
    here = study.settlements[study.settlements["district_id"] == district_id]
    point = study.centres[district_id]
    away = np.hypot(here.geometry.x - point.x, here.geometry.y - point.y)
    return str(here.index[int(away.to_numpy().argmin())])


def by_region(evaluation: Evaluation) -> dict[str, list[tuple[str, int]]]:
    """Choose the largest district of every region without a shelter."""
    districts, shelters = evaluation.districts, evaluation.study.shelters
    served = set(districts.loc[shelters["district_id"], "region"])
    largest = districts.sort_values(["population", "district_id"], ascending=[False, True])
    largest = largest.drop_duplicates("region").sort_index()
    chosen = largest[~largest["region"].isin(served)]
    people = districts.groupby("region")["population"].sum()
    norm = evaluation.study.settings.capacity.people_per_family_place
    need = (people / norm).round().astype(int)
    return {"open": [(key, int(need[region])) for key, region in chosen["region"].items()]}


def best_three(sites: SitingResults, model: str) -> list[tuple[str, int]]:
    """Take the three settlements that a siting model chooses among all candidates."""
    chosen = sites.answers[model, 3].chosen
    return [(str(key), PLACES_EACH) for key in sorted(chosen)]


def by_need(evaluation: Evaluation) -> dict[str, list[tuple[str, int]]]:
    """Share out new family places over regions in proportion to what each lacks."""
    districts, shelters = evaluation.districts, evaluation.study.shelters
    table = evaluation.shortfall
    lacking = table[(table["persons_per_family_place"] == 1) & (table["area"] != "Total")]
    lack = lacking.set_index("area")["family_places_missing"].sort_index()
    exact = lack / lack.sum() * NEW_PLACES
    share = np.floor(exact).astype(int)
    first = (share - exact).sort_values(kind="stable").index[: NEW_PLACES - share.sum()]
    share[first] += 1
    largest = districts.sort_values(["population", "district_id"], ascending=[False, True])
    largest = largest.drop_duplicates("region").set_index("region")
    region = districts.loc[shelters["district_id"], "region"].to_numpy()
    plan: dict[str, list[tuple[str, int]]] = {"open": [], "resize": []}
    for name, places in share.items():
        standing = shelters[region == name].sort_values("places")
        if len(standing):
            chosen = standing.iloc[-1]
            plan["resize"].append((str(chosen["shelter_id"]), int(chosen["places"] + places)))
        else:
            plan["open"].append((str(largest.loc[name, "district_id"]), int(places)))
    return plan


def write(key: str, names: dict[str, str], note: str, plan: dict[str, list[tuple[str, int]]],
          study: Study, told: dict[str, str] | None = None) -> None:  # fmt: skip
    """Write one plan."""
    lines = ["[scenario]", f'id = "{key}"', f"name = {_worded(names)}", 'inherits = "today"']
    lines += [f"note = {_worded(told)}"] if told else []
    lines = [f"# {note}", "", *lines]
    settled = list(plan.get("settle", []))
    for district_id, places in plan.get("open", []):
        settled.append((centre_of(study, district_id), places))
    for settlement_id, places in settled:
        name = study.settlements.loc[settlement_id, "name_en"]
        lines += ["", "[[open]]", f'settlement_id = "{settlement_id}" # {name}']
        lines += [f"places = {places}"]
    for shelter_id, places in plan.get("resize", []):
        lines += ["", "[[resize]]", f'shelter_id = "{shelter_id}"', f"places = {places}"]
    (FOLDER / f"{key}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _worded(texts: dict[str, str]) -> str:
    words = ", ".join(f'{lang} = "{text}"' for lang, text in texts.items())
    return f"{{ {words} }}"


def main() -> None:
    """Write all derived plans."""
    study = load_study()
    today = evaluate(study)
    write(
        "one-per-region",
        {"en": "A shelter in every economic region, sized by the norm",
         "az": "Hər iqtisadi rayonda sığınacaq, yer sayı norma üzrə",
         "ru": "Убежище в каждом экономическом районе, число мест по норме"},
        "In the largest district of every economic region without a shelter, sized by the norm.",
        by_region(today), study, BY_REGION,
    )  # fmt: skip
    sites = siting_results(study, site_options(study))
    for model, key, en, az, ru in (
        ("p-median", "best-three-mean", "Best three sites by average distance",
         "Orta məsafəyə görə ən yaxşı üç məntəqə",
         "Три лучших пункта по среднему расстоянию"),
        ("p-center", "best-three-farthest", "Best three sites for the farthest districts",
         "Ən uzaq rayonlar üçün ən yaxşı üç məntəqə",
         "Три лучших пункта для самых далёких районов"),
    ):  # fmt: skip
        plan = {"settle": best_three(sites, model)}
        note = (
            "Of all sets of three among district centres and larger settlements; "
            f"{PLACES_EACH} places each are assumed."
        )
        write(key, {"en": en, "az": az, "ru": ru}, note, plan, study, CHOSEN)
    write(
        "thousand-places",
        {"en": "1,000 more family places, shared out by need",
         "az": "Ehtiyaca görə 1.000 ailə yeri",
         "ru": "Ещё 1 000 семейных мест по потребности"},
        "New family places shared out over regions in proportion to what each lacks.",
        by_need(today), study, BY_NEED,
    )  # fmt: skip


if __name__ == "__main__":
    main()
