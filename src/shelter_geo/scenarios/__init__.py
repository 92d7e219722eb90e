"""Named plans, their evaluation and their comparison with today."""

from shelter_geo.scenarios.evaluation import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
