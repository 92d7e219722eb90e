"""Several plans of one study, evaluated and compared with the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelter_geo.analysis.comparison import Comparison, compare
from shelter_geo.analysis.evaluation import Evaluation, evaluate
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

    Raises
    ------
    StudyError
        If there are fewer than two plans, or two have the same key.
    """
    keys = [plan.scenario.id for plan in plans]
    if len(set(keys)) < len(keys):
        raise StudyError(f"a scenario stands twice: {', '.join(sorted(keys))}")
    plans = [plan_of_kind(study, plan) for plan in plans]
    evaluations = {}
    for done, plan in enumerate(plans):
        if progress is not None:
            progress("scenarios", done, len(plans))
        if today is not None and plan.changes_nothing:
            evaluations[plan.scenario.id] = today
        else:
            evaluations[plan.scenario.id] = evaluate(apply_plan(study, plan))
    return EvaluatedPlans(plans, evaluations, compare(evaluations))


def today_first(plans: Sequence[Plan]) -> list[Plan]:
    """Put the plan that changes nothing first, the others in the order given."""
    return sorted(plans, key=lambda plan: not plan.changes_nothing)
