"""Work grows with the number of open protocols, never with its square: counted in lines of code run."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from counting import lines_run
from resolute import Engine, dependencies
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.testing import Clock

DAY = Deadline("", "date", date(2026, 1, 20), date(2026, 1, 20))
POINTS = (
    Point("1", 1, "подготовить отчёт", "assignment", (Party("Комитет финансов"),), DAY),
    Point("2", 1, "подготовить план", "assignment", (Party("Комитет образования"),), DAY, (Dependency("1"),)),
)
SIZES = 20, 40, 160


@pytest.fixture(scope="module")
def protocol():
    with Engine("sqlite:///:memory:", clock=Clock(datetime(2026, 1, 22, tzinfo=UTC))) as engine:
        engine.open(Protocol("7", date(2026, 1, 12), "Совет", POINTS, (Question(1, "О плане"),)))
        return engine.snapshot()


def copies(snapshot, count):
    """That many protocols that stand as this one does."""

    def copy(view, number):
        parent = view.parent and f"{number}{view.parent}"
        return replace(view, id=f"{number}{view.id}", parent=parent, group=str(number))

    views = [copy(view, number) for number in range(count) for view in snapshot.instances.values()]
    return replace(snapshot, instances={view.id: view for view in views})


@pytest.mark.parametrize("question", [dependencies.graph, dependencies.blocked], ids=["graph", "blocked"])
def test_another_protocol_costs_the_same_however_many_there_are(protocol, question):
    snapshots = [copies(protocol, size) for size in SIZES]
    question(snapshots[0])  # what is worked out once is known
    lines = [lines_run(lambda snapshot=snapshot: question(snapshot)) for snapshot in snapshots]
    early, late = [(lines[place + 1] - lines[place]) / (SIZES[place + 1] - SIZES[place]) for place in (0, 1)]
    assert late < 1.004 * early
