"""Every fault of every plan of a study, with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy

from shelter_geo.errors import Fault, TableError
from shelter_geo.plans import plan_faults, plans_of, read_plans
from shelter_geo.study import line_of, load_study

PLANS = {
    "today": '[scenario]\nid = "today"\nname = "Today"\n',
    "lost": """\
[scenario]
id = "lost"
name = "Lost"

[[open]]
settlement_id = "s1"
places = 5

[[open]]
settlement_id = "nowhere"
places = 5

[[close]]
shelter_id = "quayside-2"
""",
    "other": '[scenario]\nid = "another"\nname = "Other"\n',
    "heir": '[scenario]\nid = "heir"\nname = "Heir"\ninherits = "nobody"\n',
    "circle": '[scenario]\nid = "circle"\nname = "Round"\ninherits = "circle"\n',
    "typo": '[scenario]\nid = "typo"\nname = "T"\n\n[[open]]\nsettlement_id = "s2"\nplaces = 0\n',
    "road": """\
[scenario]
id = "road"
name = "Road"

[[road]]
kind = "slow"
between = [["s1", "s3"]]
factor = 2.0
""",
    "broken": "%%%%",
    "closed": '[scenario]\nid = "closed"\nname = "C"\n\n[[close]]\nshelter_id = "quayside-1"\n',
}


@pytest.fixture
def study(tmp_path: Path) -> StudyCopy:
    copy = small_study(tmp_path / "s")
    copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "plans"\n')
    for name, text in PLANS.items():
        copy.write(f"plans/{name}.toml", text)
    return copy


def where(faults: list[Fault]) -> set[tuple[str, int | None, str | None]]:
    return {(fault.file.removeprefix("plans/"), fault.line, fault.value) for fault in faults}


def test_every_fault_of_every_plan_is_named_with_its_line(study: StudyCopy) -> None:
    loaded = load_study(study.file)
    faults = plan_faults(study.path("plans"), loaded)
    assert where(faults) == {
        ("lost.toml", 10, "nowhere"),
        ("lost.toml", 14, "quayside-2"),
        ("other.toml", 2, "another"),
        ("heir.toml", 4, "nobody"),
        ("circle.toml", 4, None),
        ("typo.toml", 7, None),
        ("road.toml", None, None),
        ("broken.toml", None, None),
        ("closed.toml", None, None),
    }
    said = "\n".join(map(str, faults))
    assert (
        "plans/lost.toml, line 14, column shelter_id: there is no shelter ('quayside-2')." in said
    )
    assert "Use a key of shelters.csv, such as quayside-1." in said
    assert "it closes every shelter and opens none" in said
    assert all(fault.remedy or "." in fault.message for fault in faults)
    with pytest.raises(TableError) as caught:
        plans_of(loaded)
    assert list(caught.value.faults) == faults


def test_plans_without_a_fault_are_read_and_files_alone_are_checked_by_themselves(
    study: StudyCopy,
) -> None:
    alone = plan_faults(study.path("plans"))
    assert {file for file, _, _ in where(alone)} == {
        "other.toml", "heir.toml", "circle.toml", "typo.toml", "broken.toml",
    }  # fmt: skip
    with pytest.raises(TableError, match="Name both alike"):
        read_plans(study.path("plans"))
    for name in PLANS.keys() - {"today"}:
        study.path(f"plans/{name}.toml").unlink()
    assert [plan.scenario.id for plan in plans_of(load_study(study.file))] == ["today"]


def test_a_value_is_looked_up_by_its_line() -> None:
    text = 'a = 1\n[b]\nc.d = """\n[e]\n"""\n[[b.f]]\ng = 1\n[b.f.h]\ni = 2\n[[b.f]]\ng = 3\n'
    assert line_of(text, ("a",)) == 1
    assert line_of(text, ("b", "c", "d")) == 3
    assert line_of(text, ("b", "f", 0, "h", "i")) == 9
    assert line_of(text, ("b", "f", 1, "tag", "g")) == 11
    assert line_of(text, ("b", "f", 1, "missing")) == 10
    assert line_of(text, ("e",)) is None


def test_a_wrong_value_hides_no_unknown_settlement(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "plans"\n')
    text = '[scenario]\nid = "p"\nname = "P"\n\n[[open]]\nsettlement_id = "s9"\nplaces = -4\n'
    study.write("plans/p.toml", text)
    found = plan_faults(study.path("plans"), load_study(study.file))
    assert [(fault.line, fault.column) for fault in found] == [(7, None), (6, "settlement_id")]
    assert "there is no settlement" in found[1].message
    assert found[1].value == "s9"
