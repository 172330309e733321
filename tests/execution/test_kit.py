"""The kit for tests of processes does what it says."""

from resolute.bpmn.build import goto, otherwise, process, timer, user, when
from resolute.testing import Coverage, InMemoryEngine, has_passed, random_walk, waits_at


def choice():
    row = process("p").start("s").user("ask").exclusive([when("yes"), user("a")], [otherwise(), user("b")], id="g")
    return row.end("e").document()


def test_waiting_places_and_passed_elements_are_told():
    with InMemoryEngine() as engine:
        engine.deploy(choice())
        instance = engine.start("p")
        assert waits_at(engine, instance) == {"ask"}
        (task,) = engine.tasks()
        engine.complete(task.id, {"yes": True})
        assert waits_at(engine, instance.id) == {"a"}
        assert has_passed(engine, instance) == ["s", "ask", "g"]
        engine.complete(engine.tasks()[0].id)
        assert waits_at(engine, instance) == set()


def test_time_goes_on_and_fires_what_is_due():
    with InMemoryEngine() as engine:
        engine.deploy(process("p").start().catch("wait", timer(after="P1D")).user("a").end().document())
        instance = engine.start("p")
        assert engine.advance(hours=23) == 0
        assert engine.advance(hours=1) == 1
        assert waits_at(engine, instance) == {"a"}


def test_random_walks_repeat_by_seed_and_cover_the_model_together():
    def answer(task, random):
        return {"yes": random.random() < 0.5}

    with InMemoryEngine() as engine:
        engine.deploy(choice())
        walks = [random_walk(engine, "p", seed=seed, answer=answer) for seed in range(10)]
        again = [random_walk(engine, "p", seed=seed, answer=answer) for seed in range(10)]
        assert all(instance.state == "completed" for instance in walks)
        assert [has_passed(engine, one) for one in walks] == [has_passed(engine, one) for one in again]
        (coverage,) = Coverage.of(engine)
        assert coverage.share == coverage.flow_share == 1.0


def test_what_was_never_reached_is_named():
    with InMemoryEngine() as engine:
        engine.deploy(choice())
        random_walk(engine, "p", seed=1, answer=lambda task, random: {"yes": True})
        (coverage,) = Coverage.of(engine)
        assert coverage.missed == {"b"}
        ends = {("g", "b"), ("b", "g_join")}
        net = engine.net("p:1")
        missed = [net.flow_index[flow] for flow in coverage.untaken]
        assert {(net.ids[net.sources[flow]], net.ids[net.targets[flow]]) for flow in missed} == ends
        assert coverage.taken | coverage.untaken == set(net.flow_ids)
        assert coverage.flow_share == 1 - len(ends) / len(net.flow_ids)
        assert coverage.definition == "p:1"


def test_all_elements_may_be_passed_and_a_flow_never_taken():
    """A loop back that no run went: what the share of the elements alone would hide."""
    build = process("p")
    build.start("s").user("work").exclusive([when("again"), goto("work")], [otherwise()], id="g").end("e")
    with InMemoryEngine() as engine:
        engine.deploy(build.document())
        random_walk(engine, "p", seed=1, answer=lambda task, random: {"again": False})
        (coverage,) = Coverage.of(engine)
        assert not coverage.missed - {"g_join"}
        assert coverage.flow_share < 1
        engine.start("p")
        for again in (True, False):
            engine.complete(engine.tasks()[0].id, {"again": again})
        (coverage,) = Coverage.of(engine)
        assert (coverage.share, coverage.flow_share, coverage.untaken) == (1.0, 1.0, frozenset())


def test_each_version_has_a_coverage_of_its_own():
    with InMemoryEngine() as engine:
        for name in ("a", "b"):
            engine.deploy(process("p").start("s").user(name).end("e").document())
            engine.start("p")
        engine.complete(engine.tasks(element="a")[0].id)
        first, second = Coverage.of(engine)
        assert (first.definition, first.flow_share, second.definition, second.flow_share) == ("p:1", 1.0, "p:2", 0.5)
        assert second.missed == {"b", "e"}
