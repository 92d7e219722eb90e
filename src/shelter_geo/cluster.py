"""Work on other processors by Dask: processes of this machine, or a scheduler that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from shelter_geo import __version__
from shelter_geo.errors import ClusterError

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES: Final = 3
"""Times that work is sent out anew after every worker that had what it rests on was lost."""
CONNECT_S: Final = 20


def spread(
    work: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Sequence[Item],
    *,
    workers: int = 0,
    scheduler: str = "",
) -> Iterator[tuple[Item, Result]]:
    """Do one thing to many items, here or on Dask.

    A worker that is lost is no fault: its items are done by another. What all of them rest on goes
    to each worker once.

    Parameters
    ----------
    work
        A function of a module, called with what is shared and an item.
    shared
        What all items rest on.
    items
        What is to be done, each by itself.
    workers
        Processes of this machine to start; with 0 and no scheduler everything is done here.
    scheduler
        Address of a Dask scheduler, whose workers have this package too.

    Yields
    ------
    tuple
        Each item with its result, as they come; here in the order given.

    Raises
    ------
    ClusterError
        If Dask is not installed, or the scheduler or the workers are lost for good.
    """
    if not workers and not scheduler:
        for item in items:
            yield item, work(shared, item)
        return
    distributed = _distributed()
    left = list(items)
    with _client(distributed, workers, scheduler) as client:
        for _ in range(TRIES):
            for item, result in _round(distributed, client, work, shared, left):
                left.remove(item)
                yield item, result
            if not left:
                return
    raise ClusterError("the workers were lost again and again, with what the work rests on")


def _round(
    distributed: Any, client: Any, work: Callable[..., Any], shared: Any, items: Sequence[Any]
) -> Iterator[tuple[Any, Any]]:
    """Send items out once, and give what comes back before what they rest on is lost."""
    try:
        [there] = client.scatter([shared], broadcast=True, hash=False)
        sent = {client.submit(work, there, item, pure=False): item for item in items}
        for future in distributed.as_completed(list(sent)):
            result = future.result()
            yield sent[future], result
            future.release()
    except distributed.KilledWorker as lost:
        raise ClusterError(
            f"workers were ended {lost.allowed_failures + 1} times in the middle of the same work; "
            "they may lack memory. Take fewer workers, or larger ones"
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
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs="CRITICAL",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
