"""Random processes for hypothesis: nested blocks that are sound, and free graphs that may be anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


@dataclass
class Drawn:
    """A process being written: elements, and flows as (source, target, condition variable or None)."""

    elements: list[str] = field(default_factory=list)
    flows: list[tuple[str, str, str | None]] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    count: int = 0
    deep: bool = True
    """Whether inclusive branches and loops may hold more than a task: there SpiffWorkflow parts from BPMN."""

    def name(self, prefix: str) -> str:
        """A fresh id."""
        self.count += 1
        return f"{prefix}{self.count}"

    def add(self, kind: str, prefix: str, inner: str = "", attributes: str = "") -> str:
        """A fresh element."""
        identity = self.name(prefix)
        self.elements.append(f'<{kind} id="{identity}" {attributes}>{inner}</{kind}>')
        return identity

    def variable(self) -> str:
        """A fresh truth value for a condition."""
        self.variables.append(self.name("v"))
        return self.variables[-1]

    def body(self) -> str:
        """The XML inside the process."""
        written = "".join(self.elements)
        for number, (source, target, condition) in enumerate(self.flows):
            inner = "" if condition is None else f"<conditionExpression>{condition}</conditionExpression>"
            written += f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        return written


@st.composite
def blocks(draw: st.DrawFn, depth: int = 3, extras: bool = True, deep: bool = True) -> Drawn:
    """A process of nested blocks: rows, splits with their joins, loops with a condition, sub-processes."""
    drawn = Drawn(deep=deep)
    start = drawn.add("startEvent", "s")
    last = _row(draw, drawn, start, depth, extras)
    drawn.flows.append((last, drawn.add("endEvent", "e"), None))
    return drawn


def _row(draw: st.DrawFn, drawn: Drawn, first: str, depth: int, extras: bool) -> str:
    for _step in range(draw(st.integers(1, 3))):
        first = _block(draw, drawn, first, depth, extras)
    return first


def _block(draw: st.DrawFn, drawn: Drawn, before: str, depth: int, extras: bool) -> str:
    kinds = ["task"]
    if depth:
        kinds += ["split", "split", "loop"]
        if extras:
            kinds += ["sub", "many"]
    kind = draw(st.sampled_from(kinds))
    if kind == "task":
        task = drawn.add("userTask", "t")
        drawn.flows.append((before, task, None))
        return task
    if kind == "many":
        cardinality = f"<loopCardinality>{draw(st.integers(1, 3))}</loopCardinality>"
        sequential = draw(st.sampled_from(["true", "false"]))
        marker = (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}">{cardinality}'
            "</multiInstanceLoopCharacteristics>"
        )
        task = drawn.add("userTask", "m", marker)
        drawn.flows.append((before, task, None))
        return task
    if kind == "sub":
        inner = Drawn(count=drawn.count + 1, variables=drawn.variables, deep=drawn.deep)
        start = inner.add("startEvent", "s")
        last = _row(draw, inner, start, depth - 1, extras)
        inner.flows.append((last, inner.add("endEvent", "e"), None))
        sub = f"u{drawn.count + 1}"
        drawn.count = inner.count
        body = inner.body().replace('<sequenceFlow id="', f'<sequenceFlow id="{sub}')
        drawn.elements.append(f'<subProcess id="{sub}">{body}</subProcess>')
        drawn.flows.append((before, sub, None))
        return sub
    if kind == "loop":
        again, out = drawn.add("exclusiveGateway", "x"), drawn.name("x")
        drawn.flows.append((before, again, None))
        last = _row(draw, drawn, again, depth - 1 if drawn.deep else 0, extras)
        back = drawn.variable()
        back_flow = len(drawn.flows) + 1
        drawn.flows += [(last, out, None), (out, again, back)]
        assert drawn.flows[back_flow][1] == again
        drawn.elements.append(f'<exclusiveGateway id="{out}"/>')
        after = drawn.add("exclusiveGateway", "x")
        drawn.flows.append((out, after, f"not({back})"))
        return after
    return _split(draw, drawn, before, depth, extras)


def _split(draw: st.DrawFn, drawn: Drawn, before: str, depth: int, extras: bool) -> str:
    kind = draw(st.sampled_from(GATEWAYS))
    split, join = drawn.add(kind, "g"), drawn.add(kind, "j")
    drawn.flows.append((before, split, None))
    width = draw(st.integers(2, 3))
    for branch in range(width):
        first = drawn.add("userTask", "t")
        condition = "true" if branch == width - 1 else drawn.variable()
        drawn.flows.append((split, first, None if kind == "parallelGateway" else condition))
        deeper = drawn.deep or kind != "inclusiveGateway"
        last = _row(draw, drawn, first, depth - 1, extras) if deeper and draw(st.booleans()) else first
        drawn.flows.append((last, join, None))
    return join


@st.composite
def graphs(draw: st.DrawFn, size: int = 6) -> Drawn:
    """Any graph of a few tasks and gateways: may deadlock, be dead in parts, or run over itself."""
    drawn = Drawn()
    start = drawn.add("startEvent", "s")
    nodes = [
        drawn.add(draw(st.sampled_from(("userTask", "userTask", *GATEWAYS))), "n")
        for _node in range(draw(st.integers(2, size)))
    ]
    end = drawn.add("endEvent", "e")
    drawn.flows.append((start, nodes[0], None))
    for node in nodes:
        targets = draw(st.lists(st.sampled_from([*nodes, end]), min_size=1, max_size=2, unique=True))
        drawn.flows += [(node, target, None) for target in targets]
    return drawn
