"""Fill the figures and tables that the documentation quotes, from a run of the bundled study.

A part between `<!-- fill NAME -->` and `<!-- end -->` is replaced by what NAME computes, a single
figure within a sentence between `<!-- = NAME -->` and `<!-- -->`. With --check nothing is written,
and the exit code is 1 if anything is out of date.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import doc_figures
import doc_tables
import pandas as pd
from published_distances import compare_distances

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.analysis.claims import RULES
from shelter_geo.capacity.erlang import erlang_b
from shelter_geo.capacity.norms import TOTAL
from shelter_geo.publish.study.headline import key_figures
from shelter_geo.publish.words import Words
from shelter_geo.study.load import load_study

ROOT = Path(__file__).parents[1]
TASKS = ROOT / "tests/helpers/planner_tasks.toml"
PART = re.compile(r"(<!-- fill (?P<name>[a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)
FIGURE = re.compile(r"(<!-- = (?P<name>[a-z_]+) -->).*?(<!-- -->)", re.DOTALL)
FAR_OFF = 0.10
REASONS = {
    ("Baku", "Zagatala"): "The published road runs through Yevlakh, {via:.0f} km here as well; the "
    "fastest one of August 2021 runs through Shamakhi and Gabala.",
    ("Fuzuli", "Shusha"): "The published figure is the length of the new highway, which starts "
    "elsewhere; the fastest road of August 2021 runs through Tagaverd.",
}
VIA = {("Baku", "Zagatala"): "yevlakh"}
ERLANG_TABLE = [(10, 4.461, 0.01), (20, 12.031, 0.01), (50, 37.901, 0.01), (100, 84.064, 0.01)]
"""Places, load and loss as in printed tables of Erlang's formula."""


def headline(evaluation: Evaluation) -> str:
    """List the five headline figures."""
    words = Words("en")
    return "".join(
        f"- {label.of(words)}: **{value.of(words)}**\n" for label, value in key_figures(evaluation)
    )


def distances(evaluation: Evaluation) -> str:
    """Set every published distance beside the computed one."""
    study = evaluation.study
    table = compare_distances(study.published_distances, study.network)
    lines = ["| from | to | published km | computed km | ratio | likely reason beyond 10 % |"]
    lines.append("|---|---|---:|---:|---:|---|")
    for row in table.to_dict("records"):
        ends = (row["from"], row["to"])
        reason = ""
        if abs(row["ratio"] - 1) > FAR_OFF:
            reason = REASONS[ends].format(via=_length_via(evaluation, row))
        cells = [
            *ends,
            f"{row['km']:.1f}",
            f"{row['computed_km']:.1f}",
            f"{row['ratio']:.2f}",
            reason,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def claims(evaluation: Evaluation) -> str:
    """Set every published claim beside what the data give."""
    lines = ["| claim | where it stands | the data give | verdict |", "|---|---|---|---|"]
    for row in evaluation.claims.to_dict("records"):
        verdict = Words("en").text(f"verdict.{row['verdict']}")
        beside = row["data_note"] if row["rule"] in RULES.values() else "–"
        said = f"{row['statement']} ({row['scope']})"
        where = f"{row['document']}, {row['paragraph']}"
        lines.append(f"| {said} | {where} | {beside} | {verdict} |")
    return "\n".join(lines) + "\n"


def modules(_: Evaluation) -> str:
    """List every module with the one line that says its job."""
    package = ROOT / "src" / "shelter_geo"
    groups: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        if not path.stem.startswith("_"):
            job = str(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))
            where = path.parent.relative_to(package).as_posix()
            groups.setdefault(where, []).append(f"| `{path.stem}` | {job.splitlines()[0]} |\n")
    parts = []
    for where, lines in sorted(groups.items()):
        title = "shelter_geo" if where == "." else f"shelter_geo/{where}"
        parts.append(f"\n## {title}\n\n| module | its one job |\n|---|---|\n{''.join(lines)}")
    return "".join(parts)


def readings(evaluation: Evaluation) -> str:
    """Say how many times too few the places are, by what they are taken for."""
    table, year = evaluation.shortfall, evaluation.study.settings.study.as_of.year
    rows = table[(table["area"] == TOTAL) & (table["population_year"] != year)]
    people = f"{rows['population'].iloc[0]:,}"
    times = [
        f"{row['times_fewer']:.1f} if a family takes {row['persons_per_family_place']:g} of them"
        for row in rows.to_dict("records")
    ]
    places = f"{rows['places'].iloc[0]:,} places for {people} people"
    return f"Times fewer than the norm asks for, with {places}: {', '.join(times)}.\n"


def erlang(_: Evaluation) -> str:
    """Set the loss formula beside loads that traffic tables print for a loss."""
    lines = ["| places | load of the tables | their loss | computed |", "|---:|---:|---:|---:|"]
    for places, load, loss in ERLANG_TABLE:
        found = float(erlang_b(places, load))
        lines.append(f"| {places} | {load:g} | {loss:.1%} | {found:.4%} |")
    return "\n".join(lines) + "\n"


def planner_tasks(_: Evaluation) -> str:
    """Say in how many actions each task of the planner's tests is done."""
    tasks = tomllib.loads(TASKS.read_text(encoding="utf-8"))["task"]
    lines = ["| task | actions |", "|---|---:|"]
    lines += [f"| {task['says']} | {len(task['steps'])} |" for task in tasks]
    return "\n".join(lines) + "\n"


PARTS: dict[str, Callable[[Evaluation], str]] = {
    "headline": headline,
    "distances": distances,
    "claims": claims,
    "readings": readings,
    "erlang": erlang,
    "modules": modules,
    "input_tables": doc_tables.input_tables,
    "output_tables": doc_tables.output_tables,
    "settings": doc_tables.settings,
    "plan_keys": doc_tables.plan_keys,
    "planner_tasks": planner_tasks,
    "siting_models": doc_tables.siting_models,
    "scenarios": doc_figures.scenarios,
    "inputs": doc_figures.inputs,
}


def documents() -> list[Path]:
    """Return every document that may hold such parts."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(text: str, evaluation: Evaluation) -> str:
    """Replace every part and every figure of a document by what it quotes."""
    text = PART.sub(lambda part: part[1] + PARTS[part["name"]](evaluation) + part[3], text)
    figures = doc_figures.FIGURES
    return FIGURE.sub(lambda one: one[1] + figures[one["name"]](evaluation) + one[3], text)


def _length_via(evaluation: Evaluation, row: dict[str, str]) -> float:
    via = VIA.get((row["from"], row["to"]))
    if via is None:
        return float("nan")
    legs = pd.DataFrame({"from_node": [row["from_node"], via], "to_node": [via, row["to_node"]]})
    table = compare_distances(legs.assign(km=1.0), evaluation.study.network)
    return float(table["computed_km"].sum())


def main(arguments: list[str]) -> int:
    """Fill all documents, or only check them."""
    evaluation = evaluate(load_study())
    stale = []
    for path in documents():
        text = path.read_text(encoding="utf-8")
        new = filled(text, evaluation)
        if new != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                path.write_text(new, encoding="utf-8")
    print("out of date:" if "--check" in arguments else "filled:", ", ".join(stale) or "nothing")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
