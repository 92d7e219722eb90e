"""Plans evaluated: each by itself, here or on workers, then compared with the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from shelter_geo.analysis.comparison import Comparison, compare
from shelter_geo.analysis.evaluation import Evaluation, evaluate
from shelter_geo.cluster import Spread, here
from shelter_geo.errors import StudyError
from shelter_geo.plans import Plan, apply_plan, plan_of_kind
from shelter_geo.progress import Progress
from shelter_geo.study import Study


@dataclass(frozen=True, eq=False, repr=False)
class EvaluatedPlans:
    """Plans, their evaluations by key in the same order, and how they compare with the first.

    Attributes
    ----------
    plans : sequence of Plan
    evaluations : dict of Evaluation
    comparison : Comparison
    """

    plans: Sequence[Plan]
    evaluations: dict[str, Evaluation]
    comparison: Comparison

    def __repr__(self) -> str:
        return f"EvaluatedPlans: {', '.join(plan.scenario.id for plan in self.plans)}"


def evaluate_plans(
    study: Study,
    plans: Sequence[Plan],
    *,
    today: Evaluation | None = None,
    progress: Progress | None = None,
    spread: Spread = here,
) -> EvaluatedPlans:
    """Evaluate plans and compare them with the first.

    Parameters
    ----------
    study
        From `load_study`; of one kind of facility, which all plans are then held to.
    plans
        At least two, with keys of their own.
    today
        The study evaluated as it stands, for plans that change nothing.
    progress
        Called with a name, the plans done and the whole.
    spread
        What does the work, a plan an item; the answer is the same wherever it is done.

    Raises
    ------
    ClusterError
        If workers are lost; see `cluster.Spread`.
    StudyError
        If there are fewer than two plans, or two have the same key.
    """
    keys = [plan.scenario.id for plan in plans]
    if len(set(keys)) < len(keys):
        raise StudyError(f"a scenario stands twice: {', '.join(sorted(keys))}")
    plans = [plan_of_kind(study, plan) for plan in plans]
    changing = [plan for plan in plans if today is None or not plan.changes_nothing]
    evaluations = {} if today is None else dict.fromkeys(keys, today)
    for done, (plan, tables) in enumerate(spread(_tables, study, changing)):
        if progress is not None:
            progress("scenarios", done, len(changing))
        # The study is made here again: what a plan leaves as it is stays the same object.
        evaluations[plan.scenario.id] = Evaluation(apply_plan(study, plan), **tables)
    evaluations = {key: evaluations[key] for key in keys}
    return EvaluatedPlans(plans, evaluations, compare(evaluations))


def _tables(study: Study, plan: Plan) -> dict[str, Any]:
    """Evaluate a plan, and give what was computed without the study it rests on."""
    found = evaluate(apply_plan(study, plan))
    return {part.name: getattr(found, part.name) for part in fields(found) if part.name != "study"}


def today_first(plans: Sequence[Plan]) -> list[Plan]:
    """Put the plan that changes nothing first, the others in the order given."""
    return sorted(plans, key=lambda plan: not plan.changes_nothing)
