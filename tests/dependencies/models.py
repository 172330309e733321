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
    def played(self, choices=()):
        """An engine in which the processes were started and one open task was completed for each choice."""
        with Engine("sqlite:///:memory:", clock=Clock()) as engine:
            for document in self.documents:
                engine.deploy(document)
            for process in self.processes:
                engine.start(process, self.data)
            for choice in choices:
                tasks = engine.tasks()
                if tasks:
                    engine.complete(tasks[choice % len(tasks)].id)
            yield engine


KINDS = ("user", "user", "parallel", "exclusive", "inclusive")


@st.composite
def models(draw, most=8, kinds=KINDS):
    """One or two processes of nested blocks; where there are two, messages join them, in circles as well."""
    names = iter(f"n{number}" for number in range(10_000))
    left = [most]
    data = {name: draw(st.integers(0, 1)) for name in CHOICES}
    rows = [_row(draw, names, left, kinds, 2) for _process in range(draw(st.integers(1, 2)))]
    if len(rows) == 2:
        for number in range(draw(st.integers(1, 3))):
            sender, taker = draw(st.permutations(rows))
            name = f"message {number}"
            thrown = build.throw(next(names), build.message(name))
            caught = build.catch(next(names), build.message(name))
            sender.insert(draw(st.integers(0, len(sender))), thrown)
            taker.insert(draw(st.integers(0, len(taker))), caught)
    documents = []
    for number, row in enumerate(rows):
        process = build.process(f"p{number}")
        process.start().then(*row).end()
        documents.append(process.document())
    return Models(tuple(documents), tuple(f"p{number}" for number in range(len(rows))), data)


def _row(draw, names, left, kinds, depth):
    return [_item(draw, names, left, kinds, depth) for _item_number in range(draw(st.integers(1, 3)))]


def _item(draw, names, left, kinds, depth):
    left[0] -= 1
    kind = draw(st.sampled_from(kinds)) if depth and left[0] > 0 else "user"
    if kind == "user":
        return build.user(next(names), party=draw(st.sampled_from(("A", "B", None))) or "")
    branches = [_row(draw, names, left, kinds, depth - 1) for _branch in range(draw(st.integers(2, 3)))]
    if kind == "parallel":
        return build.parallel(*branches, id=next(names))
    conditions = [build.when(f"{draw(st.sampled_from(CHOICES))} == 1") for _branch in branches[1:]]
    block = build.exclusive if kind == "exclusive" else build.inclusive
    ways = [[condition, *branch] for condition, branch in zip(conditions, branches[1:], strict=True)]
    return block(*ways, [build.otherwise(), *branches[0]], id=next(names))
