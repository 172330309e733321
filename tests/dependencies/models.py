"""Random models that wait for one another, and engines in memory that play them by a list of choices."""

from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import strategies as st

from resolute.bpmn import build
from resolute.execution.core import Engine
from resolute.testing import Clock

CHOICES = ("x1", "x2", "x3")


@dataclass(frozen=True)
class Models:
    """Processes to start together, and what the first choices at gateways shall be."""

    documents: tuple
    processes: tuple
    data: dict

    @contextmanager
    def played(self, choices=(), executor="net"):
        """An engine in which the processes were started and one open task was completed for each choice."""
        with Engine("sqlite:///:memory:", clock=Clock(), executor=executor) as engine:
            for document in self.documents:
                engine.deploy(document)
            for process in self.processes:
                engine.start(process, self.data)
            for choice in choices:
                tasks = engine.tasks()
                if tasks:
                    engine.complete(tasks[choice % len(tasks)].id)
            yield engine


KINDS = ("user", "user", "parallel", "exclusive", "inclusive", "sub", "call", "many", "guarded")


@st.composite
def models(draw, most=8, kinds=KINDS):
    """One or two processes of nested blocks; where there are two, messages join them, in circles as well."""
    names = iter(f"n{number}" for number in range(10_000))
    left = [most]
    data = {name: draw(st.integers(0, 1)) for name in CHOICES} | {"people": ["A", "B"]}
    rows = [_row(draw, names, left, kinds, 2) for _process in range(draw(st.integers(1, 2)))]
    if len(rows) == 2:
        for number in range(draw(st.integers(1, 3))):
            sender, taker = draw(st.permutations(rows))
            name = f"message {number}"
            thrown = build.throw(next(names), build.message(name))
            caught = build.catch(next(names), build.message(name))
            sender.insert(draw(st.integers(0, len(sender))), thrown)
            taker.insert(draw(st.integers(0, len(taker))), caught)
    documents = [_called(name) for name in _calls(rows)]
    for number, row in enumerate(rows):
        process = build.process(f"p{number}")
        process.start().then(*row).end()
        for guarded in _guarded(row):
            alarm = process.boundary(guarded, f"alarm_{guarded}", build.timer(after="P3D"))
            alarm.user(f"after_{guarded}").end()
        documents.append(process.document())
    return Models(tuple(documents), tuple(f"p{number}" for number in range(len(rows))), data)


def _row(draw, names, left, kinds, depth):
    return [_item(draw, names, left, kinds, depth) for _item_number in range(draw(st.integers(1, 3)))]


def _item(draw, names, left, kinds, depth):
    left[0] -= 1
    kind = draw(st.sampled_from(kinds)) if depth and left[0] > 0 else "user"
    if kind == "user":
        return build.user(next(names), party=draw(st.sampled_from(("A", "B", None))) or "")
    if kind == "many":
        return build.user(next(names), each="people", item="person", sequential=draw(st.booleans()))
    if kind == "guarded":
        return build.user(f"guarded_{next(names)}")
    if kind == "call":
        return build.call(f"call_{next(names)}", "inner")
    if kind == "sub":
        inside = tuple(kind for kind in kinds if kind != "guarded")
        body = _row(draw, names, left, inside, depth - 1)
        return build.sub(next(names), [build.start(next(names)), *body, build.end(next(names))])
    branches = [_row(draw, names, left, kinds, depth - 1) for _branch in range(draw(st.integers(2, 3)))]
    if kind == "parallel":
        return build.parallel(*branches, id=next(names))
    conditions = [build.when(f"{draw(st.sampled_from(CHOICES))} == 1") for _branch in branches[1:]]
    block = build.exclusive if kind == "exclusive" else build.inclusive
    ways = [[condition, *branch] for condition, branch in zip(conditions, branches[1:], strict=True)]
    return block(*ways, [build.otherwise(), *branches[0]], id=next(names))


def _nodes(items):
    """All nodes of a row, those inside of blocks included."""
    for item in items:
        if isinstance(item, build.Node):
            yield item
            yield from _nodes(item.body)
        elif isinstance(item, build.Block):
            for branch in item.branches:
                yield from _nodes(branch)


def _guarded(row):
    """The tasks of a row, blocks included, that a timer may interrupt."""
    return [node.id for node in _nodes(row) if node.id.startswith("guarded_")]


def _calls(rows):
    """The called process, when any row calls it."""
    return ["inner"] if any(node.id.startswith("call_") for row in rows for node in _nodes(row)) else []


def _called(name):
    process = build.process(name)
    process.start().parallel([build.user("x1")], [build.user("x2"), build.user("x3")]).end()
    return process.document()
