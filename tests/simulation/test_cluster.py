"""Many machines give the bits of one thread; tried on a cluster of two processes on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from commands import resolute
from resolute.bpmn.build import otherwise, process, user, when
from resolute.errors import InputError
from resolute.simulation import cluster, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import Forecast
from resolute.simulation.scenario import Scenario, Step, Unit

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

RUNS = 2500
STEPS = {name: Step(duration=Distribution("gamma", (50_000.0, 40_000.0))) for name in "abc"}
SCENARIO = Scenario(units={"Office": Unit("Office", 1, cost_per_hour=3.0)}, steps=STEPS, measures_tasks=True)


def model():
    return (
        process("p")
        .start()
        .parallel([user("a", party="Office", due="2024-01-12")], [user("b", party="Office")])
        .exclusive([when("x"), user("c", due="2024-01-20")], [otherwise(), user("d")])
        .end()
        .document()
    )


def forecast(**options) -> Forecast:
    return replace(simulate(model(), scenario=SCENARIO, runs=RUNS, seed=5, backend="plain", **options), elapsed_s=0.0)


@pytest.fixture(scope="module")
def alone() -> Forecast:
    return forecast()


@pytest.fixture(scope="module")
def secured() -> Iterator[tuple]:
    security = distributed.Security.temporary()
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="tls://127.0.0.1",
            security=security,
            dashboard_address="127.0.0.1:0",
        ) as local,
        distributed.Client(local, security=security, set_as_default=False) as client,
    ):
        yield local, client


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch) -> None:
    """So that the few runs of a test become several tasks."""
    monkeypatch.setattr(cluster, "WORTH_SENDING", 0.0)


def test_a_cluster_gives_the_bits_of_one_thread(alone: Forecast, secured) -> None:
    local, client = secured
    assert local.scheduler_address.startswith("tls://127.0.0.1")
    assert forecast(cluster=client) == alone


def test_a_lost_worker_changes_nothing(alone: Forecast, secured) -> None:
    local, client = secured
    victims = [worker.pid for worker in local.workers.values()][:1]

    def kill(done: int, wanted: int) -> None:
        while victims:
            os.kill(victims.pop(), signal.SIGKILL)

    assert forecast(cluster=client, progress=kill) == alone


def test_what_is_done_is_kept_when_the_work_is_stopped(alone: Forecast, secured) -> None:
    _local, client = secured
    some = forecast(cluster=client, progress=lambda done, wanted: done < 1024)
    assert some.runs == 1024 and some.runs < alone.runs


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.0.0.1:8786", "is no cluster"),
        ("tcp://10.0.0.1:8786", "goes by TLS"),
        ("tcp://host.example:8786", "goes by TLS"),
        ("tcp://127.0.0.1", "is no cluster"),
        ("tcp://127.0.0.1:99999", "is no cluster"),
    ],
)
def test_addresses_that_will_not_do_are_refused(address: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        cluster.check_address(address)


def test_no_scheduler_is_one_clear_error(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cluster, "WAIT_FOR_WORKERS", 0.3)
    (tmp_path / "p.bpmn").write_bytes(model().xml)
    done = resolute("simulate", "p.bpmn", "--runs", "1500", "--cluster", "tcp://127.0.0.1:9", folder=tmp_path)
    assert done.returncode == 2 and "tcp://127.0.0.1:9" in done.stderr and "Traceback" not in done.stderr
