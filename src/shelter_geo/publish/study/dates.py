"""As of when: the people, the places and the roads of a study are of three ages."""

from __future__ import annotations

from shelter_geo.publish.words import Text, Words, everywhere, in_each
from shelter_geo.study import Study


def dates(study: Study) -> Text:
    """Write the day of the people, the years of the places and the month of the roads."""
    return in_each(lambda words: " ".join(_parts(study, words)))


def dated(study: Study, text: Text) -> Text:
    """Put the three dates behind a sentence."""
    return in_each(lambda words: f"{text.of(words)} {dates(study).of(words)}")


def years_of_places(study: Study) -> Text | None:
    """Write the years that the places were counted in, if the study says them."""
    counted = study.settings.capacity.places_as_of
    if counted is None:
        return None
    return in_each(lambda words: words.between(*counted, str))


def which_shelters(study: Study) -> list[Text]:
    """Say which shelters are counted, if the study says so."""
    counted = study.settings.capacity.counted
    return [] if counted is None else [everywhere(counted)]


def _parts(study: Study, words: Words) -> list[str]:
    settings = study.settings
    parts = [words.text(_people(study), date=words.date(settings.study.as_of))]
    years = years_of_places(study)
    if years is not None:
        looked = settings.capacity.no_newer_count
        key = "dates.places" if looked is None else "dates.places_newest"
        month = "" if looked is None else words.month(looked)
        parts.append(words.text(key, years=years, month=month))
    if settings.roads.as_of is not None:
        changed = study.roads_before is not None
        key = "dates.roads_changed" if changed else "dates.roads"
        parts.append(words.text(key, month=words.month(settings.roads.as_of)))
    return parts


def _people(study: Study) -> str:
    """Choose the words for the people counted, whom a plan may have changed."""
    if study.settings.tables.residents is None:
        return "dates.people"
    units = study.districts
    every = (units["population"] == units["registered"]).all()
    return "dates.registered" if every else "dates.residents"
