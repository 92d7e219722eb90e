"""Work beside a process: the same answer, the same error, and nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from shelter_geo.errors import Fault, ShelterGeoError, TableError
from shelter_geo.publish import meanwhile as module
from shelter_geo.publish.meanwhile import meanwhile

processors = pytest.mark.parametrize("processors", [1, 2])


def add_up(numbers: list[int], made: Path) -> tuple[int, int]:
    made.write_text("whole")
    return sum(numbers), os.getpid()


def fail(fault: Fault) -> None:
    raise TableError([fault])


def stop() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@processors
def test_answer_and_files_are_those_of_the_work(
    processors: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_processors", lambda: processors)
    with meanwhile(partial(add_up, [1, 2, 3], tmp_path / "made")) as answer:
        total, process = answer()
    assert total == 6
    assert (process != os.getpid()) is (processors > 1)
    assert (tmp_path / "made").read_text() == "whole"


@processors
def test_faults_arrive_with_their_places(processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: processors)
    fault = Fault("towns.csv", "is no number", "Write a number", 3, "people", "many")
    with (
        pytest.raises(TableError, match="row 3") as caught,
        meanwhile(partial(fail, fault)) as answer,
    ):
        answer()
    assert caught.value.faults == (fault,)


def test_work_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 2)
    with pytest.raises(ShelterGeoError, match="was stopped"), meanwhile(stop) as answer:
        answer()


def test_a_block_that_fails_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 2)
    others = set(multiprocessing.active_children())
    with pytest.raises(KeyError), meanwhile(signal.pause):  # which never ends by itself
        raise KeyError
    assert set(multiprocessing.active_children()) <= others
