"""Plays replications on many machines: joblib with its Dask backend, where the extra `cluster` is installed.

A task plays some blocks of chunks and adds them up where it runs; what comes back are totals, merged in their order. So
the answer has the bits of a single thread, also when a worker is lost and its tasks are done again by another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.play import Backend, Player
from resolute.simulation.tables import Tables
from resolute.simulation.totals import Frame, Totals

if TYPE_CHECKING:
    from distributed import Client

_ = i18n.translator("simulation")

WORTH_SENDING = 0.3
"""Seconds that a task should take at least: sending it costs milliseconds."""
WAIT_FOR_WORKERS = 60
"""Seconds within which a worker must be there."""
_LOCAL = ("localhost",)


def play_blocks(tables: Tables, frame: Frame, seed: int, backend: Backend, start: int, stop: int) -> Totals:
    """The totals of the replications `start` to `stop`, whole blocks of them; runs on the workers."""
    totals = Totals(frame)
    player = Player(tables, seed, backend)
    for begin in range(start, stop, player.rows):
        totals.add(player.chunk(begin, min(player.rows, stop - begin)))
    return totals


def on_cluster(
    cluster: str | Client, tables: Tables, frame: Frame, seed: int, backend: Backend, runs: int
) -> Iterator[Totals]:
    """The totals of all replications in order, piece by piece; the first block is played here and says how long
    blocks take.
    """
    began = time.perf_counter()
    yield play_blocks(tables, frame, seed, backend, 0, min(frame.block, runs))
    blocks = max(ceil(WORTH_SENDING / max(time.perf_counter() - began, 1e-6)), 1)
    stride = blocks * frame.block
    pieces = [(start, min(start + stride, runs)) for start in range(frame.block, runs, stride)]
    if not pieces:
        return
    import joblib

    with _client(cluster) as client:
        _await_worker(client)
        with joblib.parallel_config(backend="dask", client=client, wait_for_workers_timeout=WAIT_FOR_WORKERS):
            work = joblib.delayed(play_blocks)
            tasks = (work(tables, frame, seed, backend, start, stop) for start, stop in pieces)
            found = joblib.Parallel(return_as="generator", batch_size=1)(tasks)
            try:
                yield from found
            finally:
                found.close()


def _await_worker(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=WAIT_FOR_WORKERS)
    except TimeoutError:
        raise InputError(
            _("the cluster at {address} has no worker; start one: dask worker {address}").format(
                address=client.scheduler.address
            )
        ) from None


@contextmanager
def _client(cluster: str | Client) -> Iterator[Any]:
    """A client of the cluster, closed afterwards if it was opened here."""
    if not isinstance(cluster, str):
        yield cluster
        return
    check_address(cluster)
    try:
        from distributed import Client
    except ImportError:
        raise InputError(_("many machines need the extra: pip install 'resolute[cluster]'")) from None
    try:
        client = Client(cluster, timeout=WAIT_FOR_WORKERS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            _("no cluster answers at {address} ({why}); start one: dask scheduler").format(address=cluster, why=error)
        ) from None
    try:
        yield client
    finally:
        client.close()


def check_address(address: str) -> None:
    """Raises InputError for what is no address, and for one without TLS that is not on this machine."""
    parts = urlsplit(address)
    try:
        known = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        known = False
    if not known:
        raise InputError(_("{address!r} is no cluster; write it like tls://HOST:8786").format(address=address))
    if parts.scheme == "tcp" and not _is_local(parts.hostname or ""):
        raise InputError(
            _("{address}: work sent to another machine goes by TLS; use tls:// (see docs/simulation.md)").format(
                address=address
            )
        )


def _is_local(host: str) -> bool:
    try:
        return host in _LOCAL or ip_address(host).is_loopback
    except ValueError:
        return False
