"""What is said beside a norm: whether it binds, how else it is read, what is not known."""

from __future__ import annotations

from shelter_geo.analysis import Evaluation, towns_not_known
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say
from shelter_geo.study import Norm, Study
from shelter_geo.vocabulary import evidence_of


def norm_note(study: Study) -> Text:
    """Name the norm that family places are held against, and say what stands beside it."""
    capacity = study.settings.capacity
    source = everywhere(capacity.norm_source)
    each = capacity.people_per_family_place
    main = [norm for norm in capacity.norms if norm.asks_for == "people" and norm.each == each]
    standing = beside(study, main[0]) if main else everywhere("")

    def write(words: Words) -> str:
        return f"{words.text('study.norm', source=source)} {standing.of(words)}".strip()

    return in_each(write)


def beside(study: Study, norm: Norm) -> Text:
    """Say how a norm is known, whether it binds and how else it is read, as far as is told."""
    if study.standards is None:
        return everywhere("")
    row = {str(key): value for key, value in study.standards.loc[norm.standard].items()}
    known = evidence_of(str(row["evidence"]).replace(",", " ").split()[0])
    parts = [in_each(lambda words: words.text("norms.known", how=words.text(f"evidence.{known}")))]
    for stem in ("binds", "second_reading"):
        if any(key.startswith(f"{stem}_") and isinstance(row[key], str) for key in row):
            parts.append(say(f"norms.{stem}", text=own_name(row, stem)))
    return in_each(lambda words: " ".join(part.of(words) for part in parts))


def norm_notes(evaluation: Evaluation) -> list[Text]:
    """Say of each norm what stands beside it, then what binds the country."""
    study = evaluation.study
    told = [_named(evaluation, norm) for norm in study.settings.capacity.norms]
    binding = study.settings.capacity.binding
    return told if binding is None else [*told, everywhere(binding)]


def _named(evaluation: Evaluation, norm: Norm) -> Text:
    name, standing = everywhere(norm.name), beside(evaluation.study, norm)
    towns = [dict(row) for _, row in towns_not_known(evaluation, norm).iterrows()]
    names = [own_name({str(key): value for key, value in row.items()}) for row in towns]

    def write(words: Words) -> str:
        text = words.text("norms.standing", norm=name.of(words), standing=standing.of(words))
        if not names:
            return text
        listed = ", ".join(sorted((each.of(words) for each in names), key=words.order))
        return f"{text} {words.text('norms.not_known', towns=listed)}"

    return in_each(write)
