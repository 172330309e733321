"""A question about one step reads the protocols in which it may stand, and is answered as if all had been read."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import models
from resolute import Engine, ResoluteError, dependencies
from resolute.calendars import FiveDayWeek
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.testing import Clock

WEEK = FiveDayWeek()
OPENED = datetime.fromisoformat("2022-04-21T12:00+05:00")
REFS = ("1", "1.1", "1.2", "2.1")


@st.composite
def protocols(draw):
    """A protocol of a few points out of few numbers, so that several protocols share them."""
    refs = draw(st.lists(st.sampled_from(REFS), unique=True, min_size=1))
    points = []
    for ref in refs:
        after = draw(st.lists(st.sampled_from(points), max_size=1)) if points else []
        kind = draw(st.sampled_from(("assignment", "assignment", "information", "standing")))
        waits = tuple(Dependency(point.ref) for point in after)
        due = Deadline("", "date", date(2022, 7, 1), date(2022, 7, 1))
        points.append(Point(ref, 1, f"Подготовить доклад {ref}", kind, (Party("Отдел"),), due, waits))
    return Protocol(draw(st.sampled_from("12")), OPENED.date(), "Совет", tuple(points), (Question(1, "О деле"),))


def told(question, *arguments):
    """The answer, or how it was refused."""
    try:
        return question(*arguments)
    except ResoluteError as error:
        return type(error), str(error)


@settings(max_examples=25)
@given(
    st.lists(protocols(), min_size=1, max_size=3), st.none() | models(most=4), st.lists(st.integers(0, 40), max_size=6)
)
def test_a_part_of_the_store_gives_the_same_answer_as_all_of_it(several, made, choices):
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        for protocol in several:
            engine.open(protocol)
        if made is not None:
            made.start(engine)
        for choice in choices:
            if tasks := engine.tasks():
                engine.complete(tasks[choice % len(tasks)].id)
        whole = engine.snapshot()
        steps = list(dependencies.graph(whole))
        names = [*REFS, "1.", " 2.1 ", "9", "1:nothing", "999:carry_out", *steps[:: len(steps) // 8 + 1]]
        for name in names:
            near, found = engine.around(name), told(engine.why, name)
            assert found == told(dependencies.why, near, name)
            if name != "1:nothing":
                assert found == told(dependencies.why, whole, name)


def test_other_protocols_are_not_read():
    def protocol(number, ref):
        point = Point(ref, 1, f"Подготовить доклад {ref}", "assignment", (Party("Отдел"),))
        return Protocol(number, OPENED.date(), "Совет", (point,), (Question(1, "О деле"),))

    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        for number in range(1, 21):
            engine.open(protocol(str(number), f"1.{number}"))
        for _again in range(20):
            engine.open(protocol("21", "3.1"))
        read = {name: {view.group for view in engine.around(name).instances.values()} for name in ("1.7", "1.8")}
        assert read == {"1.7": {"7"}, "1.8": {"8"}}
        assert len({view.group for view in engine.around("1.7", "1.8").instances.values()}) == 2
        assert len({view.group for view in engine.around("3.1").instances.values()}) < 10
        with pytest.raises(ResoluteError, match="several open protocols"):
            engine.why("3.1")
        step = engine.why("1.7").step
        assert {view.group for view in engine.around(step).instances.values()} == {"7"}


@settings(max_examples=15)
@given(st.lists(protocols(), min_size=1, max_size=3), st.none() | models(most=4))
def test_a_line_of_the_report_leads_to_its_node(several, made):
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        for protocol in several:
            engine.open(protocol)
        if made is not None:
            made.start(engine)
        snapshot = engine.snapshot()
    graph = dependencies.graph(snapshot)
    for item in dependencies.blocked(snapshot):
        facts = graph.nodes[item.step]
        assert (facts["ref"], facts["name"], facts["protocol"]) == (item.ref, item.name, item.protocol)
        assert facts["decision"].endswith(item.decision)
        assert {*item.chain, *(root.step for root in item.roots)} <= set(graph)
        assert facts["decision"] in graph.graph["decisions"]
