"""Single figures written in every language."""

from __future__ import annotations

from shelter_geo.publish.words import Text, in_each


def number(value: float, *, digits: int = 0) -> Text:
    """Write a number."""
    return in_each(lambda words: words.number(value, digits=digits))


def people(count: float) -> Text:
    """Write a number of people, rounded to what is known."""
    return in_each(lambda words: words.people(count))


def percent(share: float) -> Text:
    """Write a share of 1 as a percentage."""
    return in_each(lambda words: words.percent(share))


def distance(distance_km: float) -> Text:
    """Write a distance."""
    return in_each(lambda words: words.distance(distance_km))


def duration(minutes: float) -> Text:
    """Write a time."""
    return in_each(lambda words: words.duration(minutes))
