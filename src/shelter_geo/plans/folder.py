"""The plans that come with a study: all of a folder, with every fault of each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from shelter_geo.errors import Fault, RoadError, StudyError, TableError
from shelter_geo.outside import toml_of
from shelter_geo.plans.apply import apply_plan, plan_of_kind, unknown_keys
from shelter_geo.plans.plan import Plan, read_plan
from shelter_geo.study import Study, line_of, read_toml


def plans_of(study: Study) -> list[Plan]:
    """Read the plans that come with a study, without those that concern other kinds only.

    Raises
    ------
    TableError
        With every fault of every plan; see `plan_faults`.
    """
    if study.scenarios is None:
        return []
    if faults := plan_faults(study.scenarios, study):
        raise TableError(faults)
    return concerning(study, read_plans(study.scenarios))


def concerning(study: Study, plans: Iterable[Plan]) -> list[Plan]:
    """Leave out plans that change facilities of other kinds only."""
    return [
        plan
        for plan in plans
        if plan.changes_nothing or not plan_of_kind(study, plan).changes_nothing
    ]


def plan_faults(folder: Path, study: Study | None = None) -> list[Fault]:
    """Find every fault of every plan in a folder.

    Parameters
    ----------
    folder
        Of TOML files, one a plan.
    study
        What the plans are to be applied to; without it each is read by itself only.

    Returns
    -------
    list of Fault
        Each with the name of its file, and its line where one is at fault.
    """
    faults = []
    for path in sorted(folder.glob("*.toml")):
        own, found = file_faults(path)
        faults += found
        document = _as_far_as_read(path) if own is None else own
        if document is None or study is None:
            continue
        text, named = path.read_text(encoding="utf-8-sig"), f"{folder.name}/{path.name}"
        strange = unknown_keys(study, document)
        for where, message, remedy, key in strange:
            said, line = message.removesuffix(f" {key}"), line_of(text, where)
            faults.append(Fault(named, said, remedy, None, where[2], key, line=line))
        if own is not None and not found and not strange:
            faults += _faults_applied(study, path, named)
    return list(dict.fromkeys(faults))


def _as_far_as_read(path: Path) -> dict[str, Any] | None:
    """Read a document that is no plan for its faults, so that its keys are looked at too."""
    try:
        return toml_of(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _faults_applied(study: Study, path: Path, named: str) -> list[Fault]:
    """Find what is wrong with a plan as a whole, whose own file has no fault."""
    try:
        plan = read_plan(path)
    except StudyError:  # what it inherits has faults of its own
        return []
    if unknown_keys(study, plan):
        return []
    try:
        for kind in study.kinds:
            apply_plan(study.of_kind(kind.id), plan)
    except (StudyError, RoadError) as error:
        said = str(error).removeprefix(f"scenario {plan.scenario.id}: ").rstrip(".")
        return [Fault(named, said, "Correct that change, or take it out.")]
    return []


def read_plans(folder: str | Path) -> list[Plan]:
    """Read every plan of a folder, by file name.

    Raises
    ------
    TableError
        With every fault of every plan, read by itself; see `file_faults`.
    """
    paths = sorted(Path(folder).glob("*.toml"))
    faults = [fault for path in paths for fault in file_faults(path)[1]]
    if faults:
        raise TableError(list(dict.fromkeys(faults)))
    return [read_plan(path) for path in paths]


def file_faults(path: Path) -> tuple[Plan | None, list[Fault]]:
    """Find what is wrong with one file of a folder of plans.

    Parameters
    ----------
    path
        A TOML file; what it inherits from stands beside it and is looked at by itself.

    Returns
    -------
    plan
        What the file itself says; None if it cannot be read.
    faults
        Each with its line where one is at fault.
    """
    named = f"{path.parent.name}/{path.name}"
    try:
        own = read_toml(path, Plan)
    except StudyError as error:
        said, _, remedy = str(error).removeprefix(f"{path}: ").rpartition(". ")
        faults = error.faults or (Fault(named, said, remedy),)
        return None, [replace(fault, file=named) for fault in faults]
    text = path.read_text(encoding="utf-8-sig")

    def fault(message: str, remedy: str, key: str, value: str) -> Fault:
        line = line_of(text, ("scenario", key))
        return Fault(named, message, remedy, None, f"scenario.{key}", value, line=line)

    found, parent = [], own.scenario.inherits
    if own.scenario.id != path.stem:
        message = f"its id is {own.scenario.id}"
        found.append(fault(message, "Name both alike.", "id", own.scenario.id))
    if parent is not None and not path.with_name(f"{parent}.toml").is_file():
        message = "there is no plan with this key beside it"
        found.append(fault(message, "Add it, or take the key out.", "inherits", parent))
    elif parent is not None:
        try:
            read_plan(path)
        except StudyError as error:
            if not error.faults:  # those of a file are named where it is looked at
                said = str(error).removeprefix(path.name).lstrip(":, ").rstrip(".")
                remedy = "Correct this plan, or the one that it inherits from."
                line = line_of(text, ("scenario", "inherits"))
                found.append(Fault(named, said, remedy, line=line))
    return own, found
