"""The command that packs a study to be sent: what it rests on, and nothing that is private."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from shelter_geo.errors import PrivacyError
from shelter_geo.outside import unreadable

if TYPE_CHECKING:
    from shelter_geo.study import Study

MOST_NAMED: Final = 12
"""Files left out that are named; of more, their number is given."""
_PRIVATE_LINE: Final = re.compile(r"^\s*(?:tables\.)?private_points\s*=")
_CASES: Final = re.compile(r"^\s*\[\s*capacity\.demand\.cases\s*\]")
_CASES_LINE: Final = re.compile(r"^\s*(?:capacity\.demand\.|demand\.)?cases\s*[.=]")
_HEADER: Final = re.compile(r"^\s*\[")
_NUMBER: Final = re.compile(rb"\d{1,3}\.\d{4,}")
"""A coordinate to ten metres or finer."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pack")(pack)


def pack(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="Study file or its folder.")],
    out: Annotated[
        Path, typer.Option("--out", help="Folder to be sent; a new one, outside the study.")
    ],
) -> None:
    """Copy a study to be sent, without private points and cases, and say what is left out.

    Only files that the study names are copied. The copy is read again before it is put in place.
    """
    from shelter_geo.analysis import load_ready
    from shelter_geo.publish import staged

    loaded = load_ready(study).study
    folder = loaded.folder.resolve()
    if out.resolve() == folder or folder in out.resolve().parents:
        raise typer.BadParameter("lies in the study's own folder", param_hint="--out")
    if out.is_dir() and any(out.iterdir()):
        raise typer.BadParameter("is a folder that is not empty", param_hint="--out")
    study_file = study / "study.toml" if study.is_dir() else study
    text, gone = without_private(study_file.read_text(encoding="utf-8-sig"))
    secret = _private_numbers(loaded)
    files = _files(loaded, study_file)
    with staged(out) as stage:
        for name in files:
            source, target = folder / name, stage / name
            if folder not in source.resolve().parents:
                raise PrivacyError(
                    f"{name}: this file of the study lies outside of its folder. Move it there."
                )
            raw = source.read_bytes() if source != study_file.resolve() else text.encode()
            if secret & set(_NUMBER.findall(raw)):
                raise PrivacyError(
                    f"{name}: a number of the private points stands in it, so that it must not be "
                    "sent. Take it out, or round it to two decimals."
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        load_ready(stage / study_file.name)
    typer.echo(f"To send: {out}, {len(files)} files")
    for line in [*gone, *_left_out(folder, files, loaded)]:
        typer.echo(line)
    typer.echo("Read study.toml and the plans yourself before you send them: comments are copied.")


def without_private(text: str) -> tuple[str, list[str]]:
    """Take what leads to private files out of the text of a study file.

    Parameters
    ----------
    text
        A study file.

    Returns
    -------
    text
        With other words in place of those lines, so that lines keep their numbers.
    gone
        A sentence for each of the settings that was taken out.
    """
    lines, gone, in_cases = [], [], False
    for line in text.split("\n"):
        if _HEADER.match(line):
            in_cases = _CASES.match(line) is not None
            if in_cases:
                gone.append("Left out: the table of cases, capacity.demand.cases")
        if _PRIVATE_LINE.match(line):
            gone.append("Left out: the private points, tables.private_points")
        elif _CASES_LINE.match(line):
            gone.append("Left out: the table of cases, capacity.demand.cases")
        elif not in_cases:
            lines.append(line)
            continue
        lines.append("# left out of what is sent")
    return "\n".join(lines), gone


def _files(study: Study, study_file: Path) -> list[str]:
    """List the files that a study rests on, by their path in it."""
    names = {study_file.name, *study.input_hashes}
    if study.scenarios is not None:
        plans = study.scenarios.resolve().glob("*.toml")
        names |= {plan.relative_to(study.folder.resolve()).as_posix() for plan in plans}
    package = study.input_package.get("resources", [])
    base = Path(study.settings.tables.package or "").parent
    for entry in package if isinstance(package, list) else []:
        path = entry.get("path") if isinstance(entry, dict) else None
        if isinstance(path, str) and (study.folder / base / path).is_file():
            names.add((base / path).as_posix())
    return sorted(names - _private(study))


def _private(study: Study) -> set[str]:
    """Paths of the private points and of the table of cases, as the study file has them."""
    demand = study.settings.capacity.demand
    cases = None if demand is None or demand.cases is None else demand.cases.file
    named = (study.settings.tables.private_points, cases)
    return {str(name) for name in named if name is not None}


def _private_numbers(study: Study) -> set[bytes]:
    """Read the coordinates of the private points, to look for them in what is to be sent."""
    named = study.settings.tables.private_points
    path = study.folder / (named or "")
    if named is None or unreadable(path) or not path.is_file():
        return set()
    return set(_NUMBER.findall(path.read_bytes()))


def _left_out(folder: Path, files: list[str], study: Study) -> list[str]:
    """Name what stands in the folder and is not sent."""
    private = _private(study)
    there = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    others = [name for name in there if name not in files and name not in private]
    named = [f"Left out, as the study does not name it: {name}" for name in others[:MOST_NAMED]]
    more = len(others) - len(named)
    return [*named, *([f"Left out besides: {more} files"] if more else [])]
