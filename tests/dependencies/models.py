"""Random models that wait for one another, and engines in memory that play them by a list of choices."""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from hypothesis import strategies as st

from dependencies.play import acts, perform
from resolute.bpmn import build
from resolute.execution.core import Engine
from resolute.testing import Clock

ANSWERS = tuple(f"x{number}" for number in range(1, 10))
"""The variables that conditions read; every completed task answers all of them anew."""
PEOPLE = ["A", "B"]


@dataclass(frozen=True)
class Models:
    """Processes to start together, and what the first choices at gateways shall be."""

    documents: tuple = field(repr=False)
    processes: tuple
    data: dict
    outline: tuple = ()
    """What the processes consist of, to be read where a test fails."""
    groups: tuple = ()
    """The opened protocol of each process; none where there are none."""

    @contextmanager
    def played(self, choices=(), executor="net"):
        """An engine in which the processes were started and one thing was done for each choice."""
        with Engine("sqlite:///:memory:", clock=Clock(), executor=executor) as engine:
            self.start(engine)
            for choice in choices:
                found = acts(engine)
                if found:
                    perform(engine, found[choice % len(found)], answers(Random(choice)))
            yield engine

    def start(self, engine):
        """Deploys and starts all processes."""
        for document in self.documents:
            engine.deploy(document)
        for process in self.processes:
            engine.start(process, self.data)

    @property
    def words(self):
        """The kinds of elements that the processes consist of."""
        return set(re.split(r"[:_( )]+", " ".join(self.outline)))

    def told(self, **data):
        """The same with other variables."""
        return replace(self, data=self.data | data)


def answers(chance):
    """An answer to every question, as the data of a completed task."""
    return {name: chance.randint(0, 1) for name in ANSWERS}


RUNS = st.lists(st.integers(0, 999), max_size=6)
"""What is done first: which of the open acts, and with which answers."""
PLAIN = ("user", "user", "parallel", "exclusive", "inclusive", "sub", "call", "many", "guarded")
KINDS = (*PLAIN, "loop", "rounds", "first", "cut", "each", "dead", "twice")


@st.composite
def models(draw, most=8, kinds=KINDS):
    """One or two processes of nested blocks; where there are two, messages join them, in circles as well."""
    return Drawing(draw, kinds, most).models()


@st.composite
def coming(draw, block, most=4, kinds=KINDS):
    """Models whose processes begin with a task: at the start all the rest is still to come, first of all `block`."""
    return Coming(draw, kinds, most, block).models()


@st.composite
def planned(draw, most=5, kinds=KINDS):
    """Models whose tasks take party, deadline and duration from variables: `party_n1`, `due_n1`, `days_n1`."""
    return _Planned(draw, kinds, most).models()


class Drawing:
    """Draws models of some kinds of elements, so many of them at most."""

    def __init__(self, draw, kinds, most):
        self.draw = draw
        self.kinds = kinds
        self.left = most
        self.count = self.asked = 0
        self.data = {}

    def models(self):
        draw = self.draw
        rows = [self.process() for _process in range(draw(st.integers(1, 2)))]
        if len(rows) == 2:
            for number in range(draw(st.integers(1, 3))):
                sender, taker = draw(st.permutations(rows))
                message = build.message(f"message {draw(st.integers(0, number))}")
                sender.insert(draw(st.integers(0, len(sender))), build.throw(self.name(), message))
                taker.insert(draw(st.integers(0, len(taker))), build.catch(self.name(), message))
        documents = [called()] if any(node.id.startswith("call_") for row in rows for node in nodes(row)) else []
        documents += [_document(f"p{number}", row) for number, row in enumerate(rows)]
        self.data |= {name: draw(st.integers(0, 1)) for name in ANSWERS} | {"people": PEOPLE}
        shown = tuple(" ".join(outline(row)) for row in rows)
        return Models(tuple(documents), tuple(f"p{number}" for number in range(len(rows))), self.data, shown)

    def process(self):
        """What one process consists of."""
        return self.row(self.kinds, 2)

    def name(self, prefix="n"):
        self.count += 1
        return f"{prefix}{self.count}"

    def row(self, kinds, depth):
        items = []
        for _number in range(self.draw(st.integers(1, 3))):
            items.extend(self.items(kinds, depth))
        return items

    def items(self, kinds, depth):
        """One block, as the items that it consists of."""
        self.left -= 1
        return self.block(self.draw(st.sampled_from(kinds)) if depth and self.left > 0 else "user", kinds, depth)

    def block(self, kind, kinds, depth):
        if kind in ("loop", "rounds"):
            back = self.name("back")
            body = self.row(kinds, depth - 1) if kind == "loop" else [self.item("exclusive", kinds, depth - 1)]
            again = build.exclusive([self.condition(), build.goto(back)], [build.otherwise()], id=self.name())
            return [build.gateway("exclusive", back), *body, again]
        if kind in ("dead", "twice"):
            return self.mismatched(kind, kinds, depth)
        return [self.item(kind, kinds, depth)]

    def mismatched(self, kind, kinds, depth):
        """A join that waits for both branches of a choice, or a merge that lets both branches of a fork go on."""
        join = self.name("join")
        first, second = [*self.row(kinds, depth - 1), build.goto(join)], self.row(kinds, depth - 1)
        if kind == "dead":
            split = build.exclusive([self.condition(), *first], [build.otherwise(), *second], id=self.name())
            return [split, build.gateway("parallel", join)]
        return [build.parallel(first, second, id=self.name()), build.gateway("exclusive", join)]

    def item(self, kind, kinds, depth):
        draw = self.draw
        if kind == "user":
            return self.user(self.name())
        if kind == "many":
            return build.user(self.name("many_"), each="people", item="person", sequential=draw(st.booleans()))
        if kind == "guarded":
            return build.user(self.name("guarded_"))
        if kind == "call":
            return build.call(self.name("call_"), "inner", outputs={name: f"={name}" for name in ANSWERS})
        if kind == "first":
            branches = [
                [build.catch(self.name(), build.message(self.name("outside "))), *self.row(kinds, depth - 1)],
                [build.catch(self.name(), build.timer(after="P2D")), *self.row(kinds, depth - 1)],
            ]
            return build.first(*branches, id=self.name())
        if kind in ("sub", "each", "cut"):
            inside = tuple(kind for kind in kinds if kind != "guarded")
            body = self.row(inside, depth - 1)
            if kind == "cut":
                body = [build.parallel(body, [*self.row(inside, 0), build.end(self.name(), trigger=build.TERMINATE)])]
            options = {"each": "people", "item": "person", "sequential": draw(st.booleans())} if kind == "each" else {}
            return build.sub(self.name(), [build.start(self.name()), *body, build.end(self.name())], **options)
        branches = [self.row(kinds, depth - 1) for _branch in range(draw(st.integers(2, 3)))]
        if kind == "parallel":
            return build.parallel(*branches, id=self.name())
        block = build.exclusive if kind == "exclusive" else build.inclusive
        ways = [[self.condition(), *branch] for branch in branches[1:]]
        return block(*ways, [build.otherwise(), *branches[0]], id=self.name())

    def user(self, name):
        return build.user(name, party=self.draw(st.sampled_from(("A", "B", None))) or "")

    def condition(self):
        """A condition on a variable that no other one reads, as long as there are enough."""
        self.asked = min(self.asked + 1, len(ANSWERS))
        return build.when(f"x{self.asked} == 1")


class Coming(Drawing):
    """Puts a certain kind of block behind the first task of each process."""

    def __init__(self, draw, kinds, most, block):
        super().__init__(draw, kinds, most)
        self.first = block

    def process(self):
        return [self.user(self.name()), *self.block(self.first, self.kinds, 2), *self.row(self.kinds, 0)]


class _Planned(Drawing):
    def user(self, name):
        draw = self.draw
        self.data |= {
            f"party_{name}": draw(st.sampled_from(("A", "B", None))),
            f"due_{name}": draw(st.none() | st.dates(date(2022, 1, 1), date(2022, 1, 31)).map(str)),
            f"days_{name}": draw(st.none() | st.integers(1, 4).map("P{}D".format)),
        }
        return build.user(name, party=f"=party_{name}", due=f"=due_{name}", duration=f"=days_{name}")


def _document(name, row):
    process = build.process(name)
    process.start().then(*row).end()
    for guarded in _guarded(row):
        alarm = process.boundary(guarded, f"alarm_{guarded}", build.timer(after="P3D"))
        alarm.user(f"after_{guarded}").end()
    return process.document()


def nodes(items, *, deep=True):
    """All nodes of a row, those inside of blocks included; and unless `deep` is off, those of sub-processes."""
    for item in items:
        if isinstance(item, build.Node):
            yield item
            if deep:
                yield from nodes(item.body)
        elif isinstance(item, build.Block):
            for branch in item.branches:
                yield from nodes(branch, deep=deep)


def outline(items):
    """A row in a few words."""
    for item in items:
        if isinstance(item, build.Node):
            trigger = f"[{item.trigger.name or item.trigger.kind}]" if item.trigger else ""
            yield f"{item.tag}:{item.id}{trigger}" + (f"({' '.join(outline(item.body))})" if item.body else "")
        elif isinstance(item, build.Block):
            yield f"{item.kind}:{item.id}({' | '.join(' '.join(outline(branch)) for branch in item.branches)})"
        elif isinstance(item, build.Goto):
            yield f"goto {item.target}"
        elif isinstance(item, build.When):
            yield item.condition or "otherwise"


def _guarded(row):
    """The tasks of a row, blocks included, that a timer may interrupt."""
    return [node.id for node in nodes(row) if node.id.startswith("guarded_")]


def called():
    process = build.process("inner")
    process.start().parallel([build.user("x1")], [build.user("x2"), build.user("x3")]).end()
    return process.document()
