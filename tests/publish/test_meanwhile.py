"""Work beside a process: the same answer, the same error, and nothing left running."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from shelter_geo.errors import Fault, ShelterGeoError, TableError
from shelter_geo.publish import meanwhile as module
from shelter_geo.publish.meanwhile import meanwhile

copies = pytest.mark.skipif(not module._can_copy(), reason="one processor, or no safe copy of it")


@pytest.mark.parametrize("copied", [pytest.param(True, marks=copies), False])
def test_answer_and_files_are_those_of_the_work(
    copied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_can_copy", lambda: copied)
    numbers = [1, 2, 3]

    def work() -> tuple[int, int]:
        (tmp_path / "made").write_text("whole")
        return sum(numbers), os.getpid()

    with meanwhile(work) as answer:
        found, process = answer()
    assert found == 6
    assert (process != os.getpid()) is copied
    assert (tmp_path / "made").read_text() == "whole"


@pytest.mark.parametrize("copied", [pytest.param(True, marks=copies), False])
def test_faults_arrive_with_their_places(copied: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_can_copy", lambda: copied)
    fault = Fault("towns.csv", "is no number", "Write a number", 3, "people", "many")

    def work() -> None:
        raise TableError([fault])

    with pytest.raises(TableError, match="row 3") as caught, meanwhile(work) as answer:
        answer()
    assert caught.value.faults == (fault,)


@copies
def test_work_that_is_killed_is_told() -> None:
    def work() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(ShelterGeoError, match="exit code -9"), meanwhile(work) as answer:
        answer()


@copies
def test_nothing_goes_on_after_the_block(tmp_path: Path) -> None:
    fifo = tmp_path / "never"
    os.mkfifo(fifo)

    def work() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()))
        fifo.read_text()  # waits for a writer who never comes

    def left_early() -> None:
        with meanwhile(work):
            while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
                pass
            raise KeyError

    with pytest.raises(KeyError):
        left_early()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
