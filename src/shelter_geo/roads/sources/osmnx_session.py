"""Use osmnx with settings that hold for one call, bounded retries and clear refusals."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import osmnx
import requests
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from urllib3.exceptions import NewConnectionError

from shelter_geo import __version__
from shelter_geo.errors import NetworkAccessError, OutputError

Result = TypeVar("Result")

BUSY: Final = {429, 500, 502, 503, 504}
"""Answers that may be better the next time."""
LONGEST_WAIT_S: Final = 300.0


@dataclass(frozen=True)
class Server:
    """A server and how to treat it.

    Attributes
    ----------
    url
        Its address, for instance that of an Overpass interpreter without "/interpreter".
    cache
        Folder of its answers, each kept as soon as it has come.
    timeout_s
        Seconds to wait for the next part of an answer.
    tries
        Attempts in a row that may fail before giving up.
    wait_s
        Wait after the first failure, doubled each time, unless the server says how long.
    sleep
        What waits.
    progress
        Called with the number of answers that have come.
    """

    url: str
    cache: Path
    timeout_s: float = 180.0
    tries: int = 6
    wait_s: float = 5.0
    sleep: Callable[[float], object] = time.sleep
    progress: Callable[[int], None] | None = None

    def ask(self, call: Callable[[], Result], **settings: Any) -> Result:
        """Call something of osmnx until it succeeds.

        Answers that came are kept, so a later call asks only for what is missing.

        Raises
        ------
        NetworkAccessError
            If the server refuses, or fails `tries` times without any new answer.
        OutputError
            If the folder of its answers cannot be written.
        """
        watch = _Watch(self.progress)
        failures = 0
        with _osmnx_settings(self, watch, settings):
            while True:
                seen = watch.answers
                try:
                    return call()
                except _RefusalError as refusal:
                    raise NetworkAccessError(f"{self.url} refused: {refusal}") from refusal
                except _PASSING as error:
                    if _unreachable(error):
                        raise NetworkAccessError(f"{self.url} cannot be reached") from error
                    failures = 1 if watch.answers > seen else failures + 1
                    if failures >= self.tries:
                        raise NetworkAccessError(self._given_up(error)) from error
                    self.sleep(_wait(error, self.wait_s * 2 ** (failures - 1)))
                except json.JSONDecodeError:
                    if not _drop_broken(self.cache):
                        raise
                except requests.RequestException:
                    raise
                except OSError as error:  # a full disk, or a file in the way
                    raise OutputError(
                        f"{self.cache} cannot be written: {error.strerror or error}. What has come "
                        "is kept; run the same command again to go on from there."
                    ) from error

    def _given_up(self, error: Exception) -> str:
        kept = len(list(self.cache.glob("*.json")))
        return (
            f"{self.url} failed {self.tries} times, lastly: {_reason(error)}. {kept} answers are "
            f"kept in {self.cache}; run the same command again to go on from there, or name "
            "another server"
        )


class _RefusalError(Exception):
    """An answer that would be the same the next time."""


class _BusyError(Exception):
    """An answer that may be better the next time."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


_PASSING: Final = (
    _BusyError,
    InsufficientResponseError,
    ResponseStatusCodeError,
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
)


@dataclass
class _Watch:
    """Looks at every answer before osmnx does, which would itself wait without end."""

    progress: Callable[[int], None] | None
    answers: int = field(default=0)

    def __call__(self, response: requests.Response, *_: Any, **__: Any) -> None:
        status = f"{response.status_code} {response.reason}"
        if response.status_code in BUSY:
            after = response.headers.get("Retry-After", "")
            raise _BusyError(status, float(after) if after.isdigit() else 0.0)
        if response.status_code >= 400:
            raise _RefusalError(status)
        try:
            answer = response.json()
        except ValueError as error:
            raise _BusyError("an answer that is cut short or no JSON") from error
        if isinstance(answer, dict) and "remark" in answer:
            raise _BusyError(str(answer["remark"]))
        self.answers += 1
        if self.progress:
            self.progress(self.answers)


def _unreachable(error: Exception) -> bool:
    """Whether there was not even a connection."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _wait(error: Exception, planned_s: float) -> float:
    asked = error.wait_s if isinstance(error, _BusyError) else 0.0
    return min(max(asked, planned_s), LONGEST_WAIT_S)


def _reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.RequestException):
        return "the connection failed or was cut off"
    return str(error)


def _drop_broken(cache: Path) -> int:
    """Remove answers that were not written to their end."""
    broken = 0
    for path in cache.glob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            path.unlink()
            broken += 1
    return broken


@contextmanager
def _osmnx_settings(server: Server, watch: _Watch, extra: dict[str, Any]) -> Iterator[None]:
    """Set osmnx for one call; it also redirects name look-ups, which is undone too."""
    wanted = {
        "use_cache": True,
        "cache_folder": server.cache,
        "overpass_rate_limit": False,
        "requests_timeout": server.timeout_s,
        "requests_kwargs": {"hooks": {"response": watch}},
        "doh_url_template": None,
        "http_user_agent": f"shelter_geo/{__version__}",
        **extra,
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    look_up = socket.getaddrinfo
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = look_up
