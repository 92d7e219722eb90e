"""Work on other processors by Dask: processes of this machine, or a scheduler that stands."""

from __future__ import annotations

import mmap
import pickle
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from shelter_geo import __version__
from shelter_geo.errors import ClusterError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES: Final = 3
"""Times that work is sent out anew after every worker that had what it rests on was lost."""
CONNECT_S: Final = 20
AHEAD: Final = 2
"""Items that wait at each worker: results that are not fetched yet stay few."""
MAPPED: Final = 1 << 20
"""Bytes from which an array is mapped from a file by workers of this machine: roads, no table of
shelters."""


class Spread(Protocol):
    """Does one thing to many items, here or on workers; from `spreading`."""

    def __call__(
        self,
        work: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Sequence[Item],
        /,
    ) -> Iterator[tuple[Item, Result]]:
        """Give each item with its result, as they come; without workers in the order given.

        `work` is a function of a module, called with what is shared and an item. What is shared
        goes to each worker once. A worker that is lost is no fault: others do its items.

        Raises
        ------
        ClusterError
            If Dask is not installed, the scheduler or the workers are lost for good, or one of
            them lacks memory.
        """
        ...


def here(
    work: Callable[[Shared, Item], Result], shared: Shared, items: Sequence[Item], /
) -> Iterator[tuple[Item, Result]]:
    """Do one thing to many items in this process, in the order given."""
    for item in items:
        yield item, work(shared, item)


@contextmanager
def spreading(workers: int = 0, scheduler: str = "") -> Iterator[Spread]:
    """Give what does many things here or on Dask; workers start at its first use and end here.

    Parameters
    ----------
    workers
        Processes of this machine to start; with 0 and no scheduler everything is done here.
    scheduler
        Address of a Dask scheduler, whose workers have this package too.

    Yields
    ------
    Spread
    """
    if not workers and not scheduler:
        yield here
        return
    with ExitStack() as stack:
        yield _Workers(stack, workers, scheduler)


class _Workers:
    """Workers of one command, started when there is something to do."""

    def __init__(self, stack: ExitStack, workers: int, scheduler: str) -> None:
        self._stack, self._workers, self._scheduler = stack, workers, scheduler
        self._client: Any = None
        self._folder: Path | None = None

    def __call__(
        self, work: Callable[..., Any], shared: Any, items: Sequence[Any], /
    ) -> Iterator[tuple[Any, Any]]:
        left = dict(enumerate(items))
        if not left:
            return
        distributed = _distributed()
        if self._client is None:
            if self._workers:  # they share a disk with this process
                folder = tempfile.TemporaryDirectory("", "shelter-geo-", ignore_cleanup_errors=True)
                self._folder = Path(self._stack.enter_context(folder))
            client = _client(distributed, self._workers, self._scheduler)
            self._client = self._stack.enter_context(client)
        parcel = _parcel(shared, self._folder)
        for _ in range(TRIES):
            for number, result in _round(distributed, self._client, work, parcel, dict(left)):
                yield left.pop(number), result
            if not left:
                return
        raise ClusterError("the workers were lost again and again, with what the work rests on")


@dataclass(frozen=True)
class _Parcel:
    """What all items rest on, pickled; its large arrays in a file to be mapped, if there is one.

    A worker opens it once, so that what it prepares on the way (a network) is prepared once.
    """

    key: str
    head: bytes
    parts: tuple[bytes | tuple[int, int], ...]
    file: str

    @classmethod
    def of(cls, shared: object, folder: Path | None) -> _Parcel:
        buffers: list[pickle.PickleBuffer] = []
        head = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
        key = uuid.uuid4().hex
        path = None if folder is None else folder / key
        parts: list[bytes | tuple[int, int]] = []
        with ExitStack() as stack:
            file = None if path is None else stack.enter_context(path.open("wb"))
            for buffer in buffers:
                raw = buffer.raw()
                if file is None or raw.nbytes < MAPPED:
                    parts.append(raw.tobytes())
                    continue
                file.write(b"\0" * (-file.tell() % mmap.PAGESIZE))
                parts.append((file.tell(), raw.nbytes))
                file.write(raw)
        return cls(key, head, tuple(parts), "" if path is None else str(path))

    def open(self) -> Any:
        """Unpickle it; pages of the file are shared until somebody writes into them."""
        whole = memoryview(b"")
        if any(isinstance(part, tuple) for part in self.parts):
            with Path(self.file).open("rb") as file:
                whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        given = [
            whole[part[0] : part[0] + part[1]] if isinstance(part, tuple) else bytearray(part)
            for part in self.parts
        ]
        return pickle.loads(self.head, buffers=given)


def _parcel(shared: object, folder: Path | None) -> _Parcel:
    try:
        return _Parcel.of(shared, folder)
    except OSError:  # a full disk: then it is sent
        return _Parcel.of(shared, None)


_OPENED: Final[dict[str, Any]] = {}
"""What this worker opened last, by its key."""


def _on_worker(work: Callable[..., Any], parcel: _Parcel, item: Any) -> Any:
    if parcel.key not in _OPENED:
        _OPENED.clear()
        _OPENED[parcel.key] = parcel.open()
    return work(_OPENED[parcel.key], item)


def _round(
    distributed: Any, client: Any, work: Callable[..., Any], parcel: _Parcel, items: dict[int, Any]
) -> Iterator[tuple[int, Any]]:
    """Send items out once, and give what comes back before what they rest on is lost."""
    todo = iter(items)
    try:
        [there] = client.scatter([parcel], broadcast=True, hash=False)
        submit = partial(client.submit, _on_worker, work, there, pure=False)
        ahead = AHEAD * max(len(client.nthreads()), 1)
        sent = {submit(items[number]): number for number in islice(todo, ahead)}
        coming = distributed.as_completed(list(sent))
        for future in coming:
            number, result = sent.pop(future), future.result()
            future.release()
            for following in islice(todo, 1):
                new = submit(items[following])
                sent[new] = following
                coming.add(new)
            yield number, result
    except distributed.KilledWorker as lost:
        raise ClusterError(
            f"workers were ended {lost.allowed_failures + 1} times in the middle of the same work; "
            "they may lack memory. Take fewer workers, or larger ones"
        ) from None
    except MemoryError:
        raise ClusterError(
            "a worker lacks memory for its work. Take fewer workers, or larger ones"
        ) from None
    except distributed.CancelledError:
        if client.status != "running":
            raise ClusterError("the scheduler went away in the middle of the work") from None
    except TimeoutError:
        raise ClusterError(
            f"no worker takes the work: is one running, and has it shelter-geo {__version__}?"
        ) from None
    except distributed.comm.CommClosedError:
        raise ClusterError("the scheduler went away in the middle of the work") from None


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise ClusterError(
            "Dask is not installed; install it with: pip install 'shelter-geo[cluster]'"
        ) from None
    return distributed


@contextmanager
def _client(distributed: Any, workers: int, scheduler: str) -> Iterator[Any]:
    if scheduler:
        try:
            client = distributed.Client(scheduler, timeout=CONNECT_S)
        except (OSError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClusterError(f"no scheduler answers at {scheduler} ({reason})") from None
        with client:
            yield client
        return
    import dask

    # Dask has the C library give memory back at once, and a profiler look at the work a hundred
    # times a second: together they make draws on a country's roads take half as long again.
    spawned = "distributed.nanny.pre-spawn-environ"
    kept = {k: v for k, v in dask.config.get(spawned).items() if not k.startswith("MALLOC_")}
    own = {spawned: kept, "distributed.worker.profile.enabled": False}
    with dask.config.set(own):
        with _leaving_ctrl_c_to_this_process():
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                # Any free port: another command may run beside this one.
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs="CRITICAL",
            )
        with cluster, distributed.Client(cluster) as client:
            yield client


@contextmanager
def _leaving_ctrl_c_to_this_process() -> Iterator[None]:
    """Let no process that begins here hear what a terminal tells all of them at once.

    They inherit what is blocked; in this process it waits until they have begun.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which unblocks it when it begins
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
