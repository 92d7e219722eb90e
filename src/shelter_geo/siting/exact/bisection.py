"""Find the least number that will do, where some questions are easy and others take long."""

from __future__ import annotations

from typing import Protocol


class Question(Protocol):
    """Whether a number will do."""

    def __call__(self, number: int, *, easily: bool) -> tuple[int | None, bool]:
        """Return a number, this or a smaller one, that will do, and whether the answer is proven.

        None says that the number will not do, or, unproven, that no answer was found: in the time
        given, or, if asked `easily`, with little work.
        """


def least(question: Question, high: int) -> tuple[int, int]:
    """Find the least number from 0 on that will do.

    Easy questions close in from both sides; what stays doubtful is then asked in earnest, from
    above, since one proof that a number will not do rules out all below it.

    Parameters
    ----------
    question
        If a number will do, larger ones will.
    high
        A number that will do.

    Returns
    -------
    int
        The least number known to do.
    int
        The least number not ruled out: the same, unless a question stayed without an answer.
    """
    low, doubtful = 0, -1
    while low < high:
        bottom = max(low, doubtful + 1)
        easily = bottom < high
        number = (bottom + high) // 2 if easily else high - 1
        found, proven = question(number, easily=easily)
        if found is not None:
            high = found
            doubtful = doubtful if easily else -1
        elif proven:
            low = number + 1
        elif easily:
            doubtful = number
        else:
            break
    return high, low
