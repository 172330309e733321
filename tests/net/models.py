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


_TRIGGERS = {
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "message": '<messageEventDefinition messageRef="{}"/>',
    "signal": '<signalEventDefinition signalRef="{}"/>',
}


@st.composite
def guarded(draw: st.DrawFn, plain: bool = False) -> Drawn:
    """A row of guarded activities, event gateways and, unless `plain`, event sub-processes, links and compensation.

    `plain` keeps to what SpiffWorkflow runs as the standard says.
    """
    drawn = Drawn()
    last = drawn.add("startEvent", "s")
    for _step in range(draw(st.integers(1, 4))):
        part = draw(st.sampled_from(_PLAIN_PARTS if plain else _PARTS))
        last = part(draw, drawn, last)
    drawn.flows.append((last, drawn.add("endEvent", "e"), None))
    if not plain and draw(st.booleans()):
        _event_sub_process(draw, drawn)
    return drawn


def _trigger(draw: st.DrawFn, drawn: Drawn) -> str:
    return _TRIGGERS[draw(st.sampled_from(sorted(_TRIGGERS)))].format(drawn.name("m"))


def _guarded_task(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    host = drawn.add("userTask", "t")
    drawn.flows.append((before, host, None))
    return _guards(draw, drawn, host)


def _guarded_scope(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    sub, start, inner, end = drawn.name("u"), drawn.name("s"), drawn.name("t"), drawn.name("e")
    ends = ((start, inner), (inner, end))
    body = f'<startEvent id="{start}"/><userTask id="{inner}"/><endEvent id="{end}"/>' + "".join(
        f'<sequenceFlow id="{drawn.name("w")}" sourceRef="{source}" targetRef="{target}"/>' for source, target in ends
    )
    drawn.elements.append(f'<subProcess id="{sub}">{body}</subProcess>')
    drawn.flows.append((before, sub, None))
    return _guards(draw, drawn, sub)


def _guards(draw: st.DrawFn, drawn: Drawn, host: str) -> str:
    """One or two boundary events: those that interrupt come together with their activity again."""
    merge = drawn.add("exclusiveGateway", "x")
    drawn.flows.append((host, merge, None))
    for _guard in range(draw(st.integers(1, 2))):
        interrupting = draw(st.booleans())
        attributes = f'attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
        event = drawn.add("boundaryEvent", "b", _trigger(draw, drawn), attributes)
        reaction = drawn.add("userTask", "t")
        drawn.flows.append((event, reaction, None))
        after = merge if interrupting else drawn.add("endEvent", "e")
        drawn.flows.append((reaction, after, None))
    return merge


def _event_gateway(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    gateway, merge = drawn.add("eventBasedGateway", "g"), drawn.add("exclusiveGateway", "x")
    drawn.flows.append((before, gateway, None))
    for _way in range(draw(st.integers(2, 3))):
        event = drawn.add("intermediateCatchEvent", "c", _trigger(draw, drawn))
        drawn.flows += [(gateway, event, None), (event, merge, None)]
    return merge


def _guarded_loop(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    sequential = draw(st.sampled_from(["true", "false"]))
    count = draw(st.integers(0, 3))
    marker = f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>{count}</loopCardinality>'
    marker += "</multiInstanceLoopCharacteristics>"
    kind = draw(st.sampled_from(["userTask", "serviceTask", "callActivity", "receiveTask"]))
    host = drawn.add(kind, "t", marker, 'calledElement="q"' if kind == "callActivity" else "")
    drawn.flows.append((before, host, None))
    return _guards(draw, drawn, host)


def _undone(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    task = drawn.add("userTask", "t")
    event = drawn.add("boundaryEvent", "b", "<compensateEventDefinition/>", f'attachedToRef="{task}"')
    handler = drawn.add("userTask", "h", attributes='isForCompensation="true"')
    drawn.elements.append(f'<association id="{drawn.name("a")}" sourceRef="{event}" targetRef="{handler}"/>')
    throw = drawn.add("intermediateThrowEvent", "r", "<compensateEventDefinition/>")
    drawn.flows += [(before, task, None), (task, throw, None)]
    return throw


def _thrown(draw: st.DrawFn, drawn: Drawn, before: str) -> str:
    """A sub-process that fails or escalates, with a catcher for it."""
    kind = draw(st.sampled_from(["error", "escalation", "signal"]))
    definition = f'<{kind}EventDefinition {kind}Ref="{drawn.name("r")}"/>'
    sub, inner, thrown = drawn.name("u"), drawn.name("t"), drawn.name("e")
    flow = f'<sequenceFlow id="{drawn.name("w")}" sourceRef="{inner}" targetRef="{thrown}"/>'
    body = f'<userTask id="{inner}"/><endEvent id="{thrown}">{definition}</endEvent>{flow}'
    drawn.elements.append(f'<subProcess id="{sub}">{body}</subProcess>')
    catcher = drawn.add("boundaryEvent", "b", definition, f'attachedToRef="{sub}"')
    merge = drawn.add("exclusiveGateway", "x")
    drawn.flows += [(before, sub, None), (sub, merge, None), (catcher, merge, None)]
    return merge


def _event_sub_process(draw: st.DrawFn, drawn: Drawn) -> None:
    interrupting = draw(st.sampled_from(["true", "false"]))
    scope, start, task = drawn.name("v"), drawn.name("s"), drawn.name("t")
    event = f'<startEvent id="{start}" isInterrupting="{interrupting}">{_trigger(draw, drawn)}</startEvent>'
    flow = f'<sequenceFlow id="{drawn.name("w")}" sourceRef="{start}" targetRef="{task}"/>'
    inner = f'{event}<userTask id="{task}"/>{flow}'
    drawn.elements.append(f'<subProcess id="{scope}" triggeredByEvent="true">{inner}</subProcess>')


_PLAIN_PARTS = (_guarded_task, _guarded_scope, _event_gateway)
_PARTS = (*_PLAIN_PARTS, _guarded_loop, _undone, _thrown)
