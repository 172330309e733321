"""Two engines on one store, restarted at will, do what a few lines of plain Python say they must."""

import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from resolute.bpmn.build import catch, message, process, service, signal, timer, user
from resolute.errors import ConflictError
from resolute.execution import live
from resolute.execution.core import Engine
from resolute.testing import Clock

EXAMPLES = int(os.environ.get("RESOLUTE_EXAMPLES", "5"))
"""How many stories are tried; 200 take some minutes."""

RETRIES = (timedelta(hours=1), timedelta(hours=2))
KEYS = st.none() | st.sampled_from(["k1", "k2", "k3"])
PEOPLE = st.sampled_from(["Ann", "Bob"])
MIGRATION = {
    "engine": st.integers(0, 1),
    "which": st.integers(0, 50),
    "anew": st.booleans(),
    "then": st.sampled_from(["back", "move on", "stay"]),
}
HOURS = {hours: timedelta(hours=hours) for hours in (1, 2, 11, 25)}


def document(version):
    """After `a`: a message with a key and then `b`, a signal, a service; after all of them `z`, in even versions also
    `y`.

    A day after `b` has been opened, `r` reminds of it, beside it.
    """
    build = process("p")
    row = (
        build.start()
        .user("a")
        .parallel(
            [catch("m", message("m"), correlation="=k"), user("b")],
            [catch("s", signal("s"))],
            [service("w", service="w")],
        )
        .user("z")
    )
    (row if version % 2 else row.user("y")).end()
    build.boundary("b", "late", timer(after="P1D"), interrupting=False).user("r").end()
    return build.document()


@dataclass
class Model:
    """What one instance is like, by the words of the model alone."""

    k: int
    data: dict
    version: int
    state: str = "running"
    tasks: dict = field(default_factory=dict)
    """Open tasks: element to the person who has it."""
    waits: set = field(default_factory=set)
    missing: set = field(default_factory=lambda: {"b", "s", "w"})
    """Branches that have not come to the join."""
    job: tuple | None = None
    """When it is tried next, and how often it was."""
    incident: bool = False
    late: object = None
    """When `r` will be opened."""

    def end_if_done(self):
        if not (self.tasks or self.waits or self.job or self.incident):
            self.state = "completed"

    def arrive(self, branch):
        self.missing.discard(branch)
        if not self.missing:
            self.tasks["z"] = None


class Machine(RuleBasedStateMachine):
    """Commands to either engine, each with what must come of it."""

    happened: Counter[str]
    """How often what is rare has come about in all stories."""
    url_of = staticmethod(lambda folder: f"sqlite:///{folder}/store.db")

    @initialize()
    def open_both(self):
        self.folder = tempfile.TemporaryDirectory(prefix="resolute-model-")
        self.url = self.url_of(self.folder.name)
        self.clock = Clock()
        self.fails = False
        self.engines = [self.opened(), self.opened()]
        self.engines[0].deploy(document(1))
        self.version = 1
        self.models: dict[str, Model] = {}
        self.order: list[str] = []
        """Instances that wait for a message, in the order in which they began to."""
        self.kept: list[tuple[int, int]] = []
        self.answers: dict[tuple[str, str], tuple[str, object]] = {}
        self.migrated: dict[str, tuple[int, str]] = {}
        """Of instances that were migrated: the version before, and the head of the history just after it."""
        self.count = 0
        for k in (1, 2):
            self.new(k)

    def opened(self):
        engine = Engine(self.url, clock=self.clock, retry_after=RETRIES)
        engine.service("w")(self.serve)
        return engine

    def serve(self, data):
        if self.fails:
            raise ValueError("out of order")
        return {"served": data["k"]}

    def new(self, k):
        id = self.engines[0].start("p", {"k": k}).id
        self.models[id] = Model(k, {"k": k}, self.version, tasks={"a": None})

    def next(self):
        self.count += 1
        return self.count

    # --- what follows from what, in the model ---

    def run_job(self, id):
        model = self.models[id]
        _due, tries = model.job
        if not self.fails:
            model.job = None
            model.data["served"] = model.k
            model.arrive("w")
        elif tries < len(RETRIES):
            model.job = (self.clock.now() + RETRIES[tries], tries + 1)
        else:
            model.job, model.incident = None, True

    def take(self, id, number):
        model = self.models[id]
        model.waits.discard("m")
        self.order.remove(id)
        model.data["paid"] = number
        model.tasks["b"] = None
        model.late = self.clock.now() + timedelta(days=1)

    def done(self, id, element):
        model = self.models[id]
        del model.tasks[element]
        if element == "a":
            model.waits |= {"m", "s"}
            self.order.append(id)
            found = next((message for message in self.kept if message[0] == model.k), None)
            if found is not None:
                self.kept.remove(found)
                self.take(id, found[1])
            model.job = (self.clock.now(), 0)
            self.run_job(id)
        elif element == "b":
            model.late = None
            model.arrive("b")
        elif element == "z" and model.version % 2 == 0:
            model.tasks["y"] = None
        model.end_if_done()

    def once(self, kind, key, engine_does, model_does):
        """A key that was answered before: the same answer and nothing else, or a conflict for another command."""
        space = "start" if kind == "start" else "command"
        known = self.answers.get((space, key))
        if key is not None and known is not None:
            if known[0] == kind:
                assert engine_does() == known[1]
            else:
                with pytest.raises(ConflictError, match="another command"):
                    engine_does()
            return
        answer = engine_does()
        assert answer == model_does(answer)
        if key is not None:
            self.answers[space, key] = (kind, answer)

    # --- the rules ---

    @rule(engine=st.integers(0, 1), k=st.integers(1, 2), key=KEYS)
    def start(self, engine, k, key):
        def new(id):
            assert id not in self.models
            self.models[id] = Model(k, {"k": k}, self.version, tasks={"a": None})
            return id

        self.once("start", key, lambda: self.engines[engine].start("p", {"k": k}, key=key).id, new)

    @rule(engine=st.integers(0, 1), which=st.integers(0, 50), by=st.none() | PEOPLE, key=KEYS)
    def complete(self, engine, which, by, key):
        tasks = self.engines[1 - engine].tasks(state=None)
        task = tasks[which % len(tasks)]
        model, number = self.models[task.instance], self.next()
        owner = model.tasks.get(task.element)
        known = self.answers.get(("command", key))
        if known is None and (task.element not in model.tasks or (owner and by and owner != by)):
            with pytest.raises(ConflictError):
                self.engines[engine].complete(task.id, {"x": number}, by, key=key)
            return

        def effect(_answer):
            model.data[f"x_{task.element}"] = number
            self.done(task.instance, task.element)

        data = {f"x_{task.element}": number}
        self.once(f"complete {task.id}", key, lambda: self.engines[engine].complete(task.id, data, by, key=key), effect)

    @rule(engine=st.integers(0, 1), k=st.integers(1, 2), key=KEYS)
    def send(self, engine, k, key):
        number = self.next()

        def effect(_answer):
            taker = next((id for id in self.order if self.models[id].k == k), None)
            if taker is None:
                self.kept.append((k, number))
            else:
                self.take(taker, number)
            return taker

        self.once("send", key, lambda: self.engines[engine].send("m", {"paid": number}, k, key=key), effect)

    @rule(engine=st.integers(0, 1), key=KEYS)
    def signal(self, engine, key):
        def effect(_answer):
            waiting = [id for id, model in self.models.items() if "s" in model.waits]
            for id in waiting:
                self.models[id].waits.discard("s")
                self.models[id].data["heard"] = True
                self.models[id].arrive("s")
            return len(waiting)

        self.once("signal", key, lambda: self.engines[engine].signal("s", {"heard": True}, key=key), effect)

    @rule(engine=st.integers(0, 1), hours=st.sampled_from(sorted(HOURS)))
    def tick(self, engine, hours):
        self.clock.advance(HOURS[hours])
        now = self.clock.now()
        self.engines[engine].tick()
        for id, model in self.models.items():
            if model.late and model.late <= now:
                model.tasks["r"], model.late = None, None
            if model.job and model.job[0] <= now:
                self.run_job(id)

    @rule()
    def service_works_or_fails(self):
        self.fails = not self.fails

    @rule(engine=st.integers(0, 1), which=st.integers(0, 50))
    def retry(self, engine, which):
        incidents = self.engines[1 - engine].incidents()
        if not incidents:
            return
        incident = incidents[which % len(incidents)]
        model = self.models[incident.instance]
        self.engines[engine].retry(incident.id, {"again": True})
        model.incident, model.job = False, (self.clock.now(), 0)
        model.data["again"] = True
        self.run_job(incident.instance)
        with pytest.raises(ConflictError):
            self.engines[1 - engine].retry(incident.id)

    @rule(engine=st.integers(0, 1), which=st.integers(0, 50), by=PEOPLE)
    def claim(self, engine, which, by):
        tasks = self.engines[1 - engine].tasks(state=None)
        task = tasks[which % len(tasks)]
        model = self.models[task.instance]
        if task.element in model.tasks and model.tasks[task.element] in (None, by):
            self.engines[engine].claim(task.id, by)
            model.tasks[task.element] = by
        else:
            with pytest.raises(ConflictError):
                self.engines[engine].claim(task.id, by)

    @precondition(lambda self: len(self.models) > 2)
    @rule(engine=st.integers(0, 1), which=st.integers(0, 50))
    def terminate(self, engine, which):
        id = list(self.models)[which % len(self.models)]
        model = self.models[id]
        if model.state != "running":
            with pytest.raises(ConflictError):
                self.engines[engine].terminate(id)
            return
        self.engines[engine].terminate(id, "enough")
        if id in self.order:
            self.order.remove(id)
        model.state, model.tasks, model.waits = "terminated", {}, set()
        model.job, model.incident, model.late = None, False, None

    @rule(**MIGRATION)
    def migrate(self, engine, which, anew, then):
        self.migrate_one(engine, which, anew, then)

    @rule(**MIGRATION)
    def migrate_more(self, engine, which, anew, then):
        """A second rule, so that this comes about more often."""
        self.migrate_one(engine, which, anew, then)

    def migrate_one(self, engine, which, anew, then):
        """To the latest version, after deploying one where there is none to migrate to, or `anew`."""
        planning, doing = self.engines[engine], self.engines[1 - engine]
        if anew or not self.of_older_versions():
            self.version += 1
            planning.deploy(document(self.version))
        old = self.of_older_versions()
        if not old:
            return
        id = old[which % len(old)]
        model = self.models[id]
        plan = planning.plan_migration("p", instances=[id])
        if "y" in model.tasks and self.version % 2:
            self.happened["refused to migrate"] += 1
            with pytest.raises(ConflictError, match="y"):
                doing.migrate(plan)
            return
        assert doing.migrate(plan) == 1
        self.migrated[id] = (model.version, doing.heads()[id])
        model.version = self.version
        self.happened["migrated"] += 1
        if then != "stay":
            if then == "move on" and model.tasks:
                self.complete_one(engine, id)
            self.undo_one(engine, id)

    def complete_one(self, engine, id):
        task = self.engines[engine].tasks(instance=id)[0]
        self.engines[engine].complete(task.id)
        self.done(id, task.element)

    def of_older_versions(self):
        return [id for id, model in self.models.items() if model.state == "running" and model.version < self.version]

    def unmoved(self):
        """The instances that have done nothing since their migration."""
        heads = self.engines[0].heads()
        return [
            id
            for id, (_version, head) in self.migrated.items()
            if heads[id] == head and self.models[id].state == "running"
        ]

    def as_before(self, id):
        self.models[id].version = self.migrated.pop(id)[0]
        self.happened["taken back"] += 1

    @precondition(lambda self: self.migrated and self.unmoved())
    @rule(engine=st.integers(0, 1))
    def undo_all_migrations(self, engine):
        unmoved = self.unmoved()
        assert self.engines[engine].undo_migration("p") == len(unmoved)
        for id in unmoved:
            self.as_before(id)

    @precondition(lambda self: self.migrated)
    @rule(engine=st.integers(0, 1), which=st.integers(0, 50))
    def undo_one_migration(self, engine, which):
        self.undo_one(engine, list(self.migrated)[which % len(self.migrated)])

    def undo_one(self, engine, id):
        if id in self.unmoved():
            assert self.engines[engine].undo_migration("p", instances=[id]) == 1
            self.as_before(id)
        else:
            self.happened["refused to take back"] += 1
            with pytest.raises(ConflictError):
                self.engines[engine].undo_migration("p", instances=[id])

    @rule(engine=st.integers(0, 1))
    def restart(self, engine):
        self.engines[engine].close()
        self.engines[engine] = self.opened()

    # --- what must be true after each ---

    @invariant()
    def both_engines_say_what_the_model_says(self):
        if not hasattr(self, "models"):
            return
        for engine in self.engines:
            self.compare(engine)

    def compare(self, engine):
        told = {i.id: (i.state, i.definition.version, i.data) for i in engine.instances()}
        assert told == {id: (model.state, model.version, model.data) for id, model in self.models.items()}
        tasks = {(task.instance, task.element): task.assignee for task in engine.tasks()}
        assert tasks == {(id, e): who for id, model in self.models.items() for e, who in model.tasks.items()}
        assert {i.instance for i in engine.incidents()} == {id for id, model in self.models.items() if model.incident}
        snapshot = engine.snapshot()
        assert [message.correlation for message in snapshot.messages] == [k for k, _number in self.kept]
        for id, view in snapshot.instances.items():
            model = self.models[id]
            assert {wait.element for wait in view.waits if wait.type != "timer"} == model.waits
            assert [wait.due for wait in view.waits if wait.type == "timer"] == ([model.late] if model.late else [])
            assert [(job.due, job.attempts) for job in view.jobs] == ([model.job] if model.job else [])

    def teardown(self):
        if not hasattr(self, "models"):
            return
        for engine in self.engines:
            audit = engine.audit()
            assert audit.whole, audit
        now = self.clock.now()
        for id in self.models:
            assert self.engines[0].instance(id, as_of=now) == self.engines[1].instance(id)
        for engine in self.engines:
            engine.close()
        self.folder.cleanup()


def play(machine, examples, steps):
    """Stories, and how often in all of them what is rare came about."""
    machine.happened = Counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize="RESOLUTE_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.happened


@pytest.mark.parametrize("large", [0, live.LARGE], ids=["states behind", "states written"])
def test_two_engines_on_sqlite(monkeypatch, large):
    """Also when no state is small enough to be written with each command."""
    monkeypatch.setattr(live, "LARGE", large)
    happened = play(Machine, EXAMPLES, 25)
    assert happened["taken back"] >= EXAMPLES


def test_two_engines_on_postgresql(new_database):
    class OnPostgres(Machine):
        url_of = staticmethod(lambda folder: new_database())

    play(OnPostgres, 1 + EXAMPLES // 8, 25)
