"""The warm graph, the history of blockers, the reader's rights and silent stalls."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import Models, models
from resolute import dependencies
from resolute.bpmn import build
from resolute.dependencies.past import Past
from resolute.dependencies.report import blocked_of
from resolute.dependencies.rights import HIDDEN, for_reader
from resolute.dependencies.watch import Watch
from resolute.dependencies.whole import plan
from resolute.execution.core import Engine
from resolute.testing import Clock


def row(*names, process="p"):
    made = build.process(process)
    made.start().then(*(build.user(name, party=f"party of {name}") for name in names)).end()
    return Models((made.document(),), (process,), {})


def plain(report):
    return sorted((item.to_dict() for item in report), key=lambda item: item["step"])


@settings(max_examples=25)
@given(models(), st.lists(st.integers(0, 7), min_size=1, max_size=6))
def test_a_graph_kept_warm_answers_as_one_made_anew(made, choices):
    with made.played() as engine:
        watch = Watch(engine.snapshot())
        for choice in choices:
            tasks = engine.tasks()
            if not tasks:
                break
            engine.complete(tasks[choice % len(tasks)].id)
            snapshot = engine.snapshot()
            watch.messages(snapshot.messages)
            for instance in list(watch.instances() - snapshot.instances.keys()):
                watch.drop(instance)
            for view in snapshot.instances.values():
                watch.put(view)
            report = dependencies.blocked(snapshot)
            assert plain(watch.blocked()) == plain(report)
            for item in report:
                assert watch.explain(item.step) == item


@settings(max_examples=15)
@given(models(), st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_groups_apart_kept_by_events_answer_as_the_whole_in_one_piece(made, choices):
    lone = row("a", "b", "c", process="lone")
    made = replace(made, documents=(*made.documents, *lone.documents), processes=("lone", *made.processes, "lone"))
    with made.played() as engine:
        watch = Watch(replace(engine.snapshot(), instances={}))
        for choice in choices:
            tasks = engine.tasks()
            if tasks:
                engine.complete(tasks[choice % len(tasks)].id)
            if choice % 5 == 0:
                engine.clock.advance(days=1)
                watch.move_to(engine.snapshot().at)
            snapshot = engine.snapshot()
            watch.messages(snapshot.messages)
            for instance in list(watch.instances() - snapshot.instances.keys()):
                watch.drop(instance)
            for view in snapshot.instances.values():
                watch.put(view)
            whole = blocked_of(plan(snapshot))
            assert [item.to_dict() for item in watch.blocked()] == [item.to_dict() for item in whole]
            for item in whole:
                assert watch.explain(item.step) == item


def test_only_the_part_that_changed_is_worked_out_again():
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        for document in row("a", "b").documents:
            engine.deploy(document)
        engine.start("p")
        snapshot = engine.snapshot()
    view = snapshot.instances["1"]
    views = {str(number): replace(view, id=str(number), group=str(number)) for number in range(1, 5)}
    watch = Watch(replace(snapshot, instances=views))
    before = watch.parts()
    watch.put(replace(views["2"], data={"changed": True}))
    assert [old is new for old, new in zip(before, watch.parts(), strict=True)] == [True, False, True, True]


def test_the_next_day_puts_every_answer_in_question():
    with row("a", "b").played() as engine:
        watch = Watch(engine.snapshot())
        before = watch.blocked()[0].earliest_finish
        watch.move_to(engine.snapshot().at + timedelta(days=20))
        assert watch.blocked()[0].earliest_finish > before


def test_the_past_tells_what_blocked_a_step_then():
    past, made = Past(), row("a", "b", "c")
    moments = []
    for length in range(4):
        with made.played([0] * length) as engine:
            snapshot = engine.snapshot()
        moments.append(snapshot.at + timedelta(days=length))
        past.record(moments[-1], dependencies.blocked(snapshot))
    assert [held.roots for held in past.of("1:c")] == [("1:a",), ("1:b",), ()]
    assert past.at("1:c", moments[1]).roots == ("1:b",)
    assert past.at("1:c", moments[0] + timedelta(hours=1)).roots == ("1:a",)
    assert past.at("1:c", moments[0] - timedelta(hours=1)) is None
    assert past.at("1:c", moments[3]).state is None
    assert dict(past.entries())


def test_what_a_reader_may_not_see_is_named_as_hidden_with_its_owner():
    with row("secret", "open", "last").played() as engine:
        report = dependencies.blocked(engine.snapshot())
    found = for_reader(report, lambda step: step != "1:secret", lambda _step: "the registry")
    assert [item.step for item in found] == ["1:open", "1:last"]
    for item in found:
        assert "secret" not in str(item.to_dict())
        assert item.roots[0].step == HIDDEN and item.roots[0].party == "the registry"
        assert "the registry" in item.headline
    assert for_reader(report, lambda _step: True, lambda _step: None) == report


def test_a_step_in_which_nothing_moves_is_listed_when_asked_for():
    with row("a", "b").played() as engine:
        engine.clock.advance(days=40)
        snapshot = engine.snapshot()
    assert [item.step for item in dependencies.blocked(snapshot)] == ["1:b"]
    found = {item.step: item for item in dependencies.blocked(snapshot, stalled_after=timedelta(days=30))}
    assert "nothing has moved" in found["1:a"].headline
    assert "1:a" not in {item.step for item in dependencies.blocked(snapshot, stalled_after=timedelta(days=60))}
