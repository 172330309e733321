"""Models made at random for the simulation, with all that the kernel knows; every branch begins with a task."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from functools import partial
from itertools import count, pairwise

import numpy as np
from lxml import etree

from resolute.bpmn.build import (
    TERMINATE,
    Block,
    Item,
    Node,
    Process,
    Scope,
    Trigger,
    catch,
    end,
    error,
    escalation,
    exclusive,
    first,
    inclusive,
    otherwise,
    parallel,
    process,
    script,
    start,
    sub,
    throw,
    timer,
    user,
    when,
)
from resolute.bpmn.document import Document
from resolute.simulation.codes import ROOMS
from resolute.simulation.distributions import Distribution
from resolute.simulation.play import Chunk, Player
from resolute.simulation.scenario import Choice, Step
from resolute.simulation.state import Rooms
from resolute.simulation.tables import Tables

HOUR = 3600.0


class Maker:
    """Makes a model block by block; every branch begins with a task, so that a trace shows which was taken."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = count(1)
        self.process: Process = process("p")
        self.choices: dict[str, list[str]] = {}
        """Gateway -> the tasks that its branches begin with."""
        self.joins: dict[str, str] = {}
        """Inclusive gateway -> the task after its join."""
        self.gateways: dict[str, dict[str, float]] = {}
        self.sets: dict[str, dict[str, Choice]] = {}
        """Task -> the variables that it sets in the forecast."""
        self.patches: list[Callable[[Document], None]] = []
        """What has to be done to the document, because the builder has no word for it."""
        self.borders: list[Callable[[], object]] = []
        self.offered: dict[str, str] = {}
        """Task -> the sub-process around it that has to be chosen first where activities are done one at a time."""
        self.around: list[str] = []
        """The sub-processes that are being made, outermost first."""

    def name(self, base: str) -> str:
        return f"{base}{next(self.numbers)}"

    def scope(self, around: list[str]) -> Scope:
        """The inmost of these sub-processes, once it is there."""
        scope: Scope = self.process
        for name in around:
            scope = scope.inside(name)
        return scope

    def border(self, host: str, trigger: Trigger, *, interrupting: bool = True) -> str:
        """A boundary event that leads to a task and an end; added when the scope around it is there."""
        around = list(self.around)
        event, task, ended = self.name("border"), self.name("t"), self.name("end")

        def add() -> None:
            self.scope(around).boundary(host, event, trigger, interrupting=interrupting).user(task).end(ended)

        self.borders.append(add)
        return event

    def row(self, depth: int) -> list[Item]:
        items: list[Item] = [user(self.name("t"))]
        for _block in range(self.chance.randint(1, 2)):
            items += self.block(depth)
        return items

    def block(self, depth: int) -> list[Item]:
        kinds = [self.task, self.timed, self.pause]
        if depth:
            kinds += [self.parallel, self.exclusive, self.inclusive, self.sub_process, self.race, self.repeated]
            kinds += [self.complex, self.counted, self.decided, self.undone, self.adhoc]
        return self.chance.choice(kinds)(depth)

    def task(self, depth: int) -> list[Item]:
        return [user(self.name("t"))]

    def pause(self, depth: int) -> list[Item]:
        return [catch(self.name("pause"), timer(after=f"PT{self.chance.randint(1, 5)}H")), user(self.name("t"))]

    def timed(self, depth: int) -> list[Item]:
        """A task with a timer on its border, which ends it or goes on beside."""
        task = self.name("t")
        event = self.border(
            task, timer(after=f"PT{self.chance.randint(1, 4)}H"), interrupting=self.chance.random() < 0.5
        )
        if self.chance.random() < 0.3:
            hours, all_of = self.chance.randint(1, 4), self.chance.random() < 0.7
            self.patches.append(lambda model: with_more_triggers(model, event, hours, all_of=all_of))
        return [user(task), user(self.name("t"))]

    def parallel(self, depth: int) -> list[Item]:
        return [parallel(self.row(depth - 1), self.row(depth - 1)), user(self.name("t"))]

    def exclusive(self, depth: int) -> list[Item]:
        gateway, rows = self.name("g"), [self.row(depth - 1) for _branch in range(3)]
        heads = [row[0].id for row in rows]
        self.choices[gateway] = heads
        self.gateways[gateway] = dict.fromkeys(heads, 1 / 3)
        conditions = [when(f'{gateway} = "{head}"') for head in heads[:-1]] + [otherwise()]
        return [exclusive(*([how, *row] for how, row in zip(conditions, rows, strict=True)), id=gateway)]

    def inclusive(self, depth: int) -> list[Item]:
        gateway, after, rows = self.name("i"), self.name("t"), [self.row(depth - 1) for _branch in range(3)]
        heads = [row[0].id for row in rows]
        self.choices[gateway], self.joins[gateway] = heads, after
        self.gateways[gateway] = dict.fromkeys(heads[:-1], 0.5)
        conditions = [when(f"{gateway}_{head} = true") for head in heads[:-1]] + [otherwise()]
        return [inclusive(*([how, *row] for how, row in zip(conditions, rows, strict=True)), id=gateway), user(after)]

    def sub_process(self, depth: int) -> list[Item]:
        how = self.chance.choice(["plain", "error", "terminate", "handler"])
        name = self.name("s")
        self.around.append(name)
        inner = self.row(depth - 1)
        self.around.pop()
        if how == "error":
            inner.append(end(self.name("failed"), trigger=error("E")))
            self.border(name, error("E"))
        elif how == "terminate":
            inner.append(end(self.name("stop"), trigger=TERMINATE))
        elif how == "handler":
            code = self.name("X")
            inner.append(throw(self.name("up"), escalation(code)))
            inner.append(user(self.name("t")))
            begin = start(self.name("h"), trigger=escalation(code), interrupting=self.chance.random() < 0.5)
            handler = sub(self.name("handler"), [begin, user(self.name("t")), end(self.name("seen"))], event=True)
            around = [*self.around, name]
            self.borders.append(lambda: self.scope(around).add(handler))
        return [sub(name, inner), user(self.name("t"))]

    def race(self, depth: int) -> list[Item]:
        rows = [self.row(depth - 1), self.row(depth - 1)]
        hours = self.chance.sample(range(1, 6), 2)
        events = [catch(self.name("ev"), timer(after=f"PT{one}H")) for one in hours]
        return [first(*([event, *row] for event, row in zip(events, rows, strict=True)))]

    def repeated(self, depth: int) -> list[Item]:
        sequential = self.chance.random() < 0.5
        until = self.chance.choice(["", "numberOfCompletedInstances >= 2", "numberOfActiveInstances < 1"])
        return [user(self.name("m"), each="members", sequential=sequential, until=until), user(self.name("t"))]

    def complex(self, depth: int) -> list[Item]:
        """A join that goes on as soon as some of its tokens have come."""
        block, wanted = self.name("k"), self.chance.randint(1, 3)
        self.patches.append(lambda model: make_complex(model, f"{block}_join", f"activationCount >= {wanted}"))
        rows = [self.row(depth - 1) for _branch in range(3)]
        return [parallel(*rows, id=block), user(self.name("t"))]

    def counted(self, depth: int) -> list[Item]:
        """A loop whose rounds a script counts, or that counts them itself; a gateway reads the count."""
        task, variable, most = self.name("t"), self.name("n"), self.chance.randint(1, 3)
        by_itself = self.chance.random() < 0.5
        condition = f"loopCounter < {most}" if by_itself else f"{variable} < {most}"
        before = self.chance.random() < 0.5
        self.patches.append(lambda model: make_loop(model, task, condition, test_before=before))
        if by_itself:
            return [user(task)]
        branches = [when(f"{variable} >= {most}"), user(self.name("t"))], [otherwise(), user(self.name("t"))]
        count = [user(self.name("t")), script(self.name("s"), f"{variable} = {variable} + 1")]
        begin = script(self.name("s"), f"{variable} = {self.chance.randint(0, 1)}")
        return [begin, sub(task, count), exclusive(*branches)]

    def decided(self, depth: int) -> list[Item]:
        """A gateway that reads what the task before it has set, by chance."""
        task, [gateway] = self.name("t"), self.exclusive(depth)
        assert isinstance(gateway, Block)
        heads = self.choices[gateway.id]
        del self.gateways[gateway.id]
        self.sets[task] = {gateway.id: Choice(tuple((head, 1 / 3) for head in heads))}
        return [user(task), gateway]

    def adhoc(self, depth: int) -> list[Item]:
        """An ad-hoc sub-process: each of its parts ends with a script that counts, which may complete it early."""
        name, variable, parts = self.name("s"), self.name("n"), list[list[str]]()
        ordering = self.chance.choice(["Sequential", "Parallel"])
        for _part in range(self.chance.randint(1, 4)):
            kind = self.chance.choice(["task", "row", "scope", *(["late"] if ordering == "Parallel" else [])])
            parts.append([kind, *(self.name(base) for base in ("t", "t", "s", "x"))])
            if kind == "scope":
                self.offered[parts[-1][1]] = parts[-1][4]
        cancels = self.chance.random() < 0.7
        enough = self.chance.choice([None, 0, 1, 2, 3])
        condition = None if enough is None else f"{variable} >= {enough}"
        self.patches.append(lambda model: make_adhoc(model, name, parts, variable, ordering, condition, cancels))
        return [script(self.name("s"), f"{variable} = 0"), sub(name, [user(self.name("t"))]), user(self.name("t"))]

    def undone(self, depth: int) -> list[Item]:
        """A sub-process that undoes some of what it has done, latest first."""
        name, undo = self.name("s"), self.name("undo")
        self.around.append(name)
        rows, parts = [], [self.name("s"), self.name("s")] if self.chance.random() < 0.5 else []
        for number in range(2):
            self.around += parts[number : number + 1]
            rows.append(self.row(depth - 1))
            del self.around[len(self.around) - len(parts[number : number + 1]) :]
        self.around.pop()
        tasks = [item.id for row in rows for item in row if isinstance(item, Node) and item.tag == "userTask"]
        handled = self.chance.sample(tasks, min(4, len(tasks)))
        handlers = {task: self.name("c") for task in handled}
        only = self.chance.choice([None, None, handled[0]])
        self.patches.append(lambda model: make_undo(model, undo, handlers, only))
        for handler in handlers.values():
            self.bordered(handler)
        for task in handled:
            self.again(task)
        if parts and self.chance.random() < 0.5:
            self.again(parts[0], one_by_one=True)
        inner = [sub(part, row) for part, row in zip(parts, rows, strict=True)] if parts else [parallel(*rows)]
        return [sub(name, [*inner, throw(undo, None), user(self.name("t"))]), user(self.name("t"))]

    def bordered(self, handler: str) -> None:
        """Perhaps a timer on the border of what undoes a task, and a task after it."""
        hours, interrupting, task = self.chance.randint(1, 2), self.chance.random() < 0.5, self.name("t")
        if self.chance.random() < 0.5:
            self.patches.append(lambda model: add_border(model, handler, hours, task, interrupting=interrupting))

    def again(self, activity: str, *, one_by_one: bool = False) -> None:
        """Perhaps rounds or copies of an activity that has none; a trace does not tell copies of a task apart."""
        most, before = self.chance.randint(0, 3), self.chance.random() < 0.5
        sequential = one_by_one or self.chance.random() < 0.5
        how = self.chance.choice(["", "", "loop", "copies"])
        if how == "loop":
            patch = partial(make_loop, activity=activity, condition=f"loopCounter < {most}", test_before=before)
        elif how == "copies":
            patch = partial(make_copies, activity=activity, count=most, sequential=sequential)
        else:
            return
        self.patches.append(lambda model: None if is_repeated(model, activity) else patch(model))

    def document(self, depth: int = 2) -> Document:
        return self.closed(self.row(depth))

    def choosing(self) -> Document:
        """A model with ad-hoc sub-processes, among parallel work."""
        return self.closed([parallel(self.adhoc(2), self.adhoc(2), self.row(1)), user(self.name("t"))])

    def undoing(self) -> Document:
        """A model that undoes, among parallel work."""
        return self.closed([parallel(self.undone(2), self.row(1)), user(self.name("t"))])

    def closed(self, row: list[Item]) -> Document:
        """The model of a row."""
        self.process.start().then(*row).end(self.name("end"))
        for add in self.borders:
            add()
        made = self.process.document()
        for patch in self.patches:
            patch(made)
        made.refresh()
        return made


def child(node: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.SubElement(node, node.tag.partition("}")[0] + "}" + tag, **attributes)
    made.text = text
    return made


def make_complex(model: Document, gateway: str, condition: str) -> None:
    node = model.ids[gateway].node
    node.tag = node.tag.partition("}")[0] + "}complexGateway"
    child(node, "activationCondition", condition)


def make_loop(model: Document, activity: str, condition: str, *, test_before: bool) -> None:
    loop = child(model.ids[activity].node, "standardLoopCharacteristics", testBefore=str(test_before).lower())
    child(loop, "loopCondition", condition)


def make_adhoc(
    model: Document,
    name: str,
    parts: list[list[str]],
    variable: str,
    ordering: str,
    condition: str | None,
    cancels: bool,
) -> None:
    """Makes an ad-hoc sub-process of a sub-process: of each part a kind, two tasks, a script and a scope."""
    scope = model.ids[name].node
    scope.tag = scope.tag.replace("subProcess", "adHocSubProcess")
    scope.set("ordering", ordering)
    scope.set("cancelRemainingInstances", str(cancels).lower())
    for inner in [one for one in scope if not str(one.tag).endswith(("incoming", "outgoing"))]:
        scope.remove(inner)
    for kind, task, following, counting, part in parts:
        around = child(scope, "subProcess", id=part) if kind == "scope" else scope
        child(around, "userTask", id=task, name=task)
        row = [task, counting, following] if kind == "row" else [task, counting]
        child(child(around, "scriptTask", id=counting), "script", f"{variable} = {variable} + 1")
        if kind == "row":
            child(around, "userTask", id=following, name=following)
        for source, target in pairwise(row):
            child(around, "sequenceFlow", id=f"{source}_{target}", sourceRef=source, targetRef=target)
        if kind == "late":
            add_border(model, task, 2, following, interrupting=True)
    if condition is not None:
        child(scope, "completionCondition", condition)


def make_copies(model: Document, activity: str, count: int, *, sequential: bool) -> None:
    loop = child(model.ids[activity].node, "multiInstanceLoopCharacteristics", isSequential=str(sequential).lower())
    child(loop, "loopCardinality", str(count))


def is_repeated(model: Document, activity: str) -> bool:
    return any("LoopCharacteristics" in str(one.tag) for one in model.ids[activity].node)


def add_border(model: Document, activity: str, hours: int, task: str, *, interrupting: bool) -> None:
    """A timer on the border of an activity that the builder does not know, and a task after it."""
    model.refresh()
    scope = model.ids[activity].node.getparent()
    border = f"{activity}_late"
    node = child(scope, "boundaryEvent", id=border, attachedToRef=activity, cancelActivity=str(interrupting).lower())
    child(node, "outgoing", f"{border}_out")
    child(child(node, "timerEventDefinition"), "timeDuration", f"PT{hours}H")
    child(child(scope, "userTask", id=task, name=task), "incoming", f"{border}_out")
    child(scope, "sequenceFlow", id=f"{border}_out", sourceRef=border, targetRef=task)


def make_undo(model: Document, event: str, handlers: dict[str, str], only: str | None) -> None:
    definition = child(model.ids[event].node, "compensateEventDefinition")
    if only is not None:
        definition.set("activityRef", only)
    add_handlers(model, handlers)


def add_handlers(model: Document, handlers: dict[str, str]) -> None:
    """Gives tasks the tasks that undo them."""
    for task, handler in handlers.items():
        scope = model.ids[task].node.getparent()
        child(child(scope, "boundaryEvent", id=f"{task}_undo", attachedToRef=task), "compensateEventDefinition")
        child(scope, "userTask", id=handler, name=handler, isForCompensation="true")
        child(scope, "association", id=f"{task}_by", sourceRef=f"{task}_undo", targetRef=handler)


def with_more_triggers(model: Document, event: str, *hours: int, all_of: bool = False) -> Document:
    """The model with further timers in an event."""
    node = model.ids[event].node
    for one in hours:
        child(child(node, "timerEventDefinition"), "timeDuration", f"PT{one}H")
    if all_of:
        node.set("parallelMultiple", "true")
    model.refresh()
    return model


def steps(model: Document, seed: int, sets: dict[str, dict[str, Choice]] | None = None) -> dict[str, Step]:
    rng = random.Random(seed)
    return {
        element.id: Step(
            duration=Distribution("exponential", (HOUR * rng.uniform(0.5, 4),)),
            copies=Distribution("fixed", (3.0,)) if element.id.startswith("m") else None,
            sets=(sets or {}).get(element.id, {}),
        )
        for element in model.elements("userTask")
    }


def same(one: Chunk, other: Chunk) -> bool:
    """Whether two chunks hold the same bits."""
    pairs = zip(dataclasses.astuple(one), dataclasses.astuple(other), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def grows_unseen(tables: Tables) -> bool:
    """Whether columns that are too short at first give what long ones give."""
    small, large = Player(tables, 7, "plain"), Player(tables, 7, "plain")
    small.rooms, large.rooms = Rooms((1,) * ROOMS), Rooms((4096,) * ROOMS)
    return same(small.chunk(0, 3), large.chunk(0, 3))
