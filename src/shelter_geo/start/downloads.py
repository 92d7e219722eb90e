"""One download: begun, gone on with where it was cut off, and repeated with patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, TypeVar

import requests

from shelter_geo import __version__
from shelter_geo.errors import NetworkAccessError, OutputError

_T = TypeVar("_T")

_BUSY: Final = {429, 500, 502, 503, 504}
"""Answers that may be better the next time."""
_LONGEST_WAIT_S: Final = 300.0
_CHUNK: Final = 1 << 16
_AGENT: Final = {"User-Agent": f"shelter_geo/{__version__}", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Manners:
    """How a server is treated.

    Attributes
    ----------
    timeout_s
        Seconds to wait for the next part of an answer.
    tries
        Attempts in a row that may bring nothing new before giving up.
    wait_s
        Wait after the first of them, doubled each time, unless the server says how long.
    sleep
        What waits.
    progress
        Called with what is fetched, the bytes that have come and the whole (0 if not known).
    """

    timeout_s: float = 60.0
    tries: int = 5
    wait_s: float = 5.0
    sleep: Callable[[float], object] = time.sleep
    progress: Callable[[str, int, int], object] = lambda what, done, whole: None


def ask(address: str, manners: Manners, read: Callable[[requests.Response], _T]) -> _T:
    """Ask for a short answer and read it, which may refuse it.

    Raises
    ------
    NetworkAccessError
        If the server refuses or keeps failing.
    """
    kept: list[_T] = []

    def once() -> bool:
        with requests.get(address, headers=_AGENT, timeout=manners.timeout_s) as answer:
            _refuse(answer, address)
            kept.append(read(answer))
        return True

    _patiently(once, address, manners, lambda: 0)
    return kept[0]


def download(address: str, part: Path, manners: Manners) -> None:
    """Bring a file, going on with what has come of it before.

    Parameters
    ----------
    address
        Of the file.
    part
        Where it grows; `settle` gives it its name.
    manners
        How the server is treated.

    Raises
    ------
    NetworkAccessError
        If the server refuses or keeps failing; what has come is kept.
    OutputError
        If it cannot be written.
    """
    _patiently(lambda: _go_on(address, part, manners), address, manners, lambda: _size(part))


def settle(part: Path, path: Path) -> None:
    """Give a whole file its name.

    Raises
    ------
    OutputError
        If it cannot be moved.
    """
    try:
        part.replace(path)
        _mark(part).unlink(missing_ok=True)
    except OSError as error:
        raise unwritten(path, error) from error


def _go_on(address: str, part: Path, manners: Manners) -> bool:
    """Ask for the rest of a file, or for all of it; say whether it is whole."""
    mark = _mark(part).read_text(encoding="utf-8") if _mark(part).is_file() else ""
    start = _size(part) if mark else 0
    more = {"Range": f"bytes={start}-", "If-Range": mark} if start else {}
    stream = requests.get(address, headers=_AGENT | more, timeout=manners.timeout_s, stream=True)
    with stream as answer:
        if answer.status_code == 416:  # it is not what it was
            part.unlink()
            return False
        _refuse(answer, address)
        start = start if answer.status_code == 206 else 0
        rest = answer.headers.get("Content-Length", "")
        whole = start + int(rest) if rest.isdigit() else 0
        tag = answer.headers.get("ETag", "")
        tag = "" if tag.startswith("W/") else tag or answer.headers.get("Last-Modified", "")
        try:
            _mark(part).write_text(tag, encoding="utf-8")
            with part.open("ab" if start else "wb") as file:
                for block in answer.iter_content(_CHUNK):
                    file.write(block)
                    manners.progress(part.stem, file.tell(), whole)
        except requests.RequestException:
            raise
        except OSError as error:
            raise unwritten(part, error) from error
    return not whole or _size(part) >= whole


def _patiently(
    once: Callable[[], bool], address: str, manners: Manners, size: Callable[[], int]
) -> None:
    """Try until it is done; attempts that bring something new do not count as failures."""
    failures, reason = 0, "it was cut off"
    while failures < manners.tries:
        before, wait_s = size(), 0.0
        try:
            if once():
                return
            reason = "it was cut off"
        except _BusyError as error:
            reason, wait_s = str(error), error.wait_s
        except requests.Timeout:
            reason = "no answer in time"
        except requests.exceptions.InvalidURL as error:
            raise NetworkAccessError(f"{address} is no address of a file") from error
        except requests.exceptions.MissingSchema as error:
            raise NetworkAccessError(f"{address} is no address of a file") from error
        except requests.RequestException:
            reason = "the connection failed or was cut off"
        failures = 1 if size() > before else failures + 1
        if failures < manners.tries:
            planned = manners.wait_s * 2 ** (failures - 1)
            manners.sleep(min(max(wait_s, planned), _LONGEST_WAIT_S))
    raise NetworkAccessError(
        f"{address} failed {manners.tries} times, lastly: {reason}. What has come is kept; run the "
        "same command again to go on from there."
    )


class _BusyError(Exception):
    """An answer that may be better the next time."""

    def __init__(self, reason: str, wait_s: float) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def _refuse(answer: requests.Response, address: str) -> None:
    """Raise for an answer that is no success."""
    status = f"{answer.status_code} {answer.reason}"
    if answer.status_code in _BUSY:
        raise _BusyError(status, _asked_wait(answer.headers.get("Retry-After", "")))
    if answer.status_code >= 400:
        hint = "Check country and level." if answer.status_code == 404 else "Check the address."
        raise NetworkAccessError(f"{address} refused: {status}. {hint}")


def _asked_wait(said: str) -> float:
    """Return the seconds that a server asks to wait: a number, or a day and an hour."""
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return 0.0


def kind_of(head: bytes) -> str:
    """Say what a file is by its first bytes."""
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a page (HTML)"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer to a large file (Git LFS)"
    if start.startswith(b"pk\x03\x04"):
        return "a zip archive"
    if start.startswith(b"<?xml"):
        return "XML"
    return "another kind of file" if head else "an empty file"


def _mark(part: Path) -> Path:
    """File that says which version of a file a part is of."""
    return part.with_name(f"{part.name}.version")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def unwritten(path: Path, error: OSError) -> OutputError:
    """Say that what came could not be written, and how to go on."""
    return OutputError(
        f"{path} could not be written: {error.strerror or error}. What has come is kept; free some "
        "room and run the same command again to go on from there."
    )
