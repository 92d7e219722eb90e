"""Services of other kinds: shares of a year by hand, what is not known, and whom it leaves out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from helpers.small_study import small_study
from helpers.study_copy import StudyCopy

from shelter_geo.analysis import TODAY, WITHOUT_ORDER, ServiceTimes, evaluate, service_times
from shelter_geo.errors import StudyError, TableError
from shelter_geo.publish.brief.services import other_services
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.study.study_tables import write_tables
from shelter_geo.study.load import load_study
from shelter_geo.vocabulary import Reason

KINDS = """
[[kinds]]
id = "shelter"

[[kinds]]
id = "clinic"
singular = "clinic"
plural = "clinics"
norm = { people_per_facility = 90_000, source = "one for 90,000 people" }

[[kinds.windows]]
hours = 6
name = "at once"
source = "invented"

[[kinds.windows]]
hours = 24
name = "in a day"
source = "invented"
"""
PLAN = """[scenario]
id = "nights"
name = "Open by night"

[[open]]
settlement_id = "s1"
kind = "clinic"
places = 1
hours = "24/7"
police_referral_required = "no"
"""
HEAD = (
    "shelter_id,name_en,settlement_id,district_id,kind,places,places_basis,hours,"
    "police_referral_required,source\n"
)
SHELTER = "quayside-1,Shelter,s3,coast,shelter,12,published,,,invented\n"
CLINIC = "clinic-3,Clinic,s3,coast,clinic,1,published,{hours},{papers},invented\n"


def study_with(folder: Path, *clinics: tuple[str, str], plan: str = "") -> StudyCopy:
    copy = small_study(folder)
    rows = [CLINIC.format(hours=hours, papers=papers) for hours, papers in clinics]
    copy.write("shelters.csv", HEAD + SHELTER + "".join(rows))
    copy.write("study.toml", copy.text("study.toml") + KINDS)
    if plan:
        copy.replace("study.toml", "[tables]\n", '[tables]\nscenarios = "scenarios"\n')
        copy.write("scenarios/today.toml", '[scenario]\nid = "today"\nname = "Today"\n')
        copy.write("scenarios/nights.toml", plan)
    return copy


def times_of(copy: StudyCopy) -> ServiceTimes:
    found = service_times(load_study(copy.file))
    assert found is not None
    return found


def shares(times: ServiceTimes, scenario: str, who: str, end: str = "low") -> pd.DataFrame:
    rows = times.places[(times.places["scenario"] == scenario) & (times.places["who"] == who)]
    return rows.pivot_table(
        index="district_id", columns="within_h", values=f"share_{end}", dropna=False
    )


def test_a_clinic_open_by_day_by_hand(tmp_path: Path) -> None:
    times = times_of(study_with(tmp_path / "study", ("09:00-18:00", "no")))
    found = shares(times, TODAY, "all")
    # 36 minutes from lower, 91 from upper: who sets out from 3:00 on, until the door shuts.
    by_district = {"coast": 0, "lower": 36, "upper": 91}
    for district, minutes in by_district.items():
        assert found.loc[district, 6] == pytest.approx((18 * 60 - minutes - 180) / 1440, abs=1e-4)
        assert found.loc[district, 24] == pytest.approx(1, abs=1e-4)
    summary = times.of("clinic", TODAY)
    people = {"coast": 120_000, "lower": 90_000, "upper": 60_000}
    mean = sum(found.loc[key, 6] * count for key, count in people.items()) / 270_000
    assert summary.loc[6, "share_low"] == pytest.approx(mean)
    # Closed for 15 hours, and 91 minutes on the road that come to nothing.
    assert summary.loc[6, "longest_wait_h"] == pytest.approx(15 + 91 / 60, abs=1e-3)


def test_unknown_hours_make_a_range_and_say_so(tmp_path: Path) -> None:
    times = times_of(study_with(tmp_path / "study", ("", "no")))
    assert (shares(times, TODAY, "all", "low") == 0).all(axis=None)
    assert (shares(times, TODAY, "all", "high") == 1).all(axis=None)
    assert set(times.places["reason"]) == {Reason.HOURS_NOT_KNOWN}


@pytest.mark.parametrize(
    ("papers", "ends", "reason"),
    [
        ("yes", (0, 0), Reason.NOT_ADMITTED),
        ("", (0, 1), Reason.ADMISSION_NOT_KNOWN),
        ("no", (1, 1), ""),
    ],
)
def test_who_has_no_order(
    tmp_path: Path, papers: str, ends: tuple[float, float], reason: str
) -> None:
    times = times_of(study_with(tmp_path / "study", ("24/7", papers)))
    rows = times.places[times.places["who"] == WITHOUT_ORDER]
    assert set(rows["reason"]) == {reason}
    found = tuple(
        shares(times, TODAY, WITHOUT_ORDER, end).loc["coast", 24] for end in ("low", "high")
    )
    assert found == ends
    assert (shares(times, TODAY, "all") == 1).all(axis=None)


def test_a_plan_opens_what_nobody_knows_of_today(tmp_path: Path) -> None:
    copy = study_with(tmp_path / "study", plan=PLAN)
    times = times_of(copy)
    today = times.places[times.places["scenario"] == TODAY]
    assert set(today["reason"]) == {Reason.NO_FACILITY}
    assert today["share_low"].isna().all()
    assert (shares(times, "nights", "all") == 1).all(axis=None)
    assert set(times.places.loc[times.places["scenario"] == "nights", "evidence"]) == {"assumed"}
    evaluation = evaluate(load_study(copy.file))
    words = languages_of(evaluation.study).first
    said = " ".join(text.of(words) for text in other_services(evaluation))
    assert "Clinics: 0 in this study. Norms ask for 3 (one for 90,000 people)." in said
    assert "where they are and when they are open is not public" in said
    assert "Open by night (assumed)" in said
    assert "100% (6 h), 100% (24 h); the longest wait is 1 h 30 min" in said


def test_a_study_without_windows_has_no_such_tables(tmp_path: Path) -> None:
    plain = evaluate(load_study(small_study(tmp_path / "study").file))
    assert service_times(plain.study) is None
    write_tables(plain, tmp_path / "out")
    assert not list((tmp_path / "out").glob("service_*"))


def test_tables_say_who_when_and_nothing_of_a_house(tmp_path: Path) -> None:
    copy = study_with(tmp_path / "study", ("Mo-Fr 09:00-18:00", "yes"))
    moved = tmp_path / "moved"
    shutil.copytree(copy.folder, moved)
    hidden = StudyCopy(moved)
    hidden.write("points.csv", "shelter_id,lat,lon\nclinic-3,40.2511,-29.2512\n")
    hidden.replace("study.toml", "[tables]\n", '[tables]\nprivate_points = "points.csv"\n')
    written = []
    for folder in (copy.file, hidden.file):
        out = tmp_path / "out" / folder.parent.name
        write_tables(evaluate(load_study(folder)), out)
        written.append([(out / name).read_bytes() for name in (
            "service_times.csv", "service_times_in_all.csv",
        )])  # fmt: skip
    assert written[0] == written[1]
    table = pd.read_csv(tmp_path / "out" / "study" / "service_times.csv")
    assert set(table["reason_en"].dropna()) == {"every clinic is said not to admit this group"}
    assert "clinic-3" not in written[0][0].decode()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hours = 24\n", "hours = 3\n", "their hours must rise"),
        ("hours = 24\n", "hours = -1\n", "greater than 0"),
    ],
)
def test_windows_that_make_no_sense(tmp_path: Path, old: str, new: str, said: str) -> None:
    copy = study_with(tmp_path / "study")
    copy.replace("study.toml", old, new)
    with pytest.raises(StudyError, match=said):
        load_study(copy.file)


def test_hours_of_a_plan_that_cannot_be_counted(tmp_path: Path) -> None:
    from shelter_geo.plans import plans_of

    copy = study_with(tmp_path / "study", plan=PLAN.replace("24/7", "when somebody is there"))
    with pytest.raises(TableError, match="is not opening hours that can be counted"):
        plans_of(load_study(copy.file))
