"""Random processes in which everything meets everything: scopes in scopes, with loops, guards, throws and undoing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

VARIABLES = ("v0", "v1", "v2")
_CODES = ("E1", "E2")
ROOTS = (
    "".join(
        f'<error id="error{code}" errorCode="{code}"/><escalation id="escalation{code}" escalationCode="{code}"/>'
        for code in _CODES
    )
    + '<message id="m" name="letter"/><signal id="g" name="alarm"/>'
)
_MESSAGE = '<messageEventDefinition messageRef="m"/>'
_SIGNAL = '<signalEventDefinition signalRef="g"/>'


@dataclass
class Wild:
    """Writes one process; `chance` decides all."""

    chance: random.Random
    count: int = 0

    def name(self, prefix: str) -> str:
        """A fresh id."""
        self.count += 1
        return f"{prefix}{self.count}"

    def scope(self, depth: int, *, transaction: bool = False, inside: bool = False) -> str:
        """The elements of a process or, `inside`, of a sub-process."""
        return _Scope(self, depth, transaction, inside).written()


@dataclass
class _Scope:
    wild: Wild
    depth: int
    transaction: bool
    inside: bool
    elements: list[str] = field(default_factory=list)
    flows: list[tuple[str, str, str]] = field(default_factory=list)
    guards: list[str] = field(default_factory=list)
    """Boundary events, which lead on like nodes."""

    def written(self) -> str:
        chance = self.wild.chance
        start = self.add("startEvent", "s", "")
        nodes = [self.node() for _node in range(chance.randint(2, 4))]
        ends = [self.end() for _end in range(chance.randint(1, 2))]
        self.flows.append((start, nodes[0][0], ""))
        for at, (entry, leaving) in enumerate(nodes):
            kind = entry.rstrip("0123456789")
            later = [other for other, _ in nodes[at + 1 :]] + ends
            for source in leaving:
                self.lead_on(source, kind, later, [other for other, _ in nodes])
        for guard in self.guards:
            target = chance.choice([other for other, _ in nodes[1:]] + ends * 2)
            self.flows.append((guard, target, ""))
        if chance.random() < 0.35:
            self.event_scope(*self.caught())
        if self.inside and chance.random() < 0.3:
            self.event_scope("<compensateEventDefinition/>", True)
        for source, target, condition in self.flows:
            inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
            name = self.wild.name("f")
            self.elements.append(
                f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
            )
        return "".join(self.elements)

    def lead_on(self, source: str, kind: str, later: list[str], any_of: list[str]) -> None:
        chance = self.wild.chance
        width = chance.randint(1, 2)
        targets = [chance.choice(any_of if chance.random() < 0.15 else later) for _flow in range(width)]
        targets = list(dict.fromkeys(targets))
        variable = chance.choice(VARIABLES)
        conditions = ["", ""]
        if len(targets) == 2 and kind in ("x", "o"):
            conditions = [variable, f"not({variable})" if kind == "x" else "1 == 1"]
        self.flows += [(source, target, condition) for target, condition in zip(targets, conditions, strict=False)]

    def add(self, kind: str, prefix: str, inner: str, attributes: str = "") -> str:
        name = self.wild.name(prefix)
        self.elements.append(f'<{kind} id="{name}" {attributes}>{inner}</{kind}>')
        return name

    def node(self) -> tuple[str, list[str]]:
        """Where a node is entered, and what of it leads on."""
        kinds = [
            *("task", "task", "task", "x", "a", "o", "a", "o"),
            "catch",
            "gate",
            "escalate",
            "undo",
            "tell",
            "link",
        ]
        kinds += ["sub", "sub", "many", "many"] if self.depth else []
        kind = self.wild.chance.choice(kinds)
        if kind in ("x", "a", "o"):
            name = self.add({"x": "exclusive", "a": "parallel", "o": "inclusive"}[kind] + "Gateway", kind, "")
        elif kind == "catch":
            name = self.add("intermediateCatchEvent", "c", self.awaited())
        elif kind == "gate":
            return self.gate()
        elif kind == "tell":
            name = self.add("intermediateThrowEvent", "n", _SIGNAL)
        elif kind == "link":
            link = f'<linkEventDefinition name="{self.wild.name("l")}"/>'
            entry = self.add("intermediateThrowEvent", "l", link)
            return entry, [self.add("intermediateCatchEvent", "l", link)]
        elif kind == "escalate":
            name = self.add("intermediateThrowEvent", "i", self.coded("escalation"))
        elif kind == "undo":
            name = self.add("intermediateThrowEvent", "u", "<compensateEventDefinition/>")
        else:
            name = self.activity(kind)
        return name, [name]

    def awaited(self) -> str:
        """A message most of the time, else a signal or a condition."""
        condition = f"<condition>{self.wild.chance.choice(VARIABLES)}</condition>"
        conditional = f"<conditionalEventDefinition>{condition}</conditionalEventDefinition>"
        return self.wild.chance.choice([_MESSAGE, _MESSAGE, _SIGNAL, conditional])

    def gate(self) -> tuple[str, list[str]]:
        gate = self.add("eventBasedGateway", "g", "")
        events = [self.add("intermediateCatchEvent", "c", self.awaited()) for _event in range(2)]
        self.flows += [(gate, event, "") for event in events]
        return gate, events

    def activity(self, kind: str) -> str:
        chance = self.wild.chance
        marker = ""
        if kind == "many":
            marker = self.marker()
            kind = chance.choice(["task", "sub"])
        if kind == "task":
            name = self.add("userTask", "t", marker)
        else:
            tag = chance.choice(["subProcess", "transaction"])
            inner = self.wild.scope(self.depth - 1, transaction=tag == "transaction", inside=True)
            name = self.add(tag, "p", marker + inner)
            if tag == "transaction" and chance.random() < 0.7:
                self.guard(name, "<cancelEventDefinition/>", interrupting=True)
        for _guard in range(chance.choice([0, 0, 1, 2])):
            self.guard(name, *self.caught())
        if chance.random() < 0.3:
            self.undone(name)
        return name

    def marker(self) -> str:
        """A multi-instance, with or without a condition that ends it early, or a loop."""
        chance = self.wild.chance
        if chance.random() < 0.3:
            before, most = chance.choice(["true", "false"]), chance.randint(1, 3)
            condition = f"<loopCondition>{chance.choice(VARIABLES)}</loopCondition>"
            return (
                f'<standardLoopCharacteristics testBefore="{before}" loopMaximum="{most}">{condition}'
                "</standardLoopCharacteristics>"
            )
        sequential, count = chance.choice(["true", "false"]), chance.randint(1, 3)
        enough = (
            f"<completionCondition>numberOfCompletedInstances &gt;= {chance.randint(1, count)}</completionCondition>"
        )
        return (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>{count}</loopCardinality>'
            f"{chance.choice(['', enough])}</multiInstanceLoopCharacteristics>"
        )

    def guard(self, host: str, definition: str, interrupting: bool) -> None:
        attributes = f'attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"'
        self.guards.append(self.add("boundaryEvent", "b", definition, attributes))

    def caught(self) -> tuple[str, bool]:
        """Something to wait for, and whether it interrupts."""
        chance = self.wild.chance
        kind = chance.choice(["other", "error", "escalation"])
        definition = self.awaited() if kind == "other" else self.coded(kind, chance.random() < 0.4)
        return definition, kind == "error" or chance.random() < 0.5

    def coded(self, kind: str, of_any: bool = False) -> str:
        reference = "" if of_any else f'{kind}Ref="{kind}{self.wild.chance.choice(_CODES)}"'
        return f"<{kind}EventDefinition {reference}/>"

    def undone(self, host: str) -> None:
        event = self.add("boundaryEvent", "k", "<compensateEventDefinition/>", f'attachedToRef="{host}"')
        handler = self.add("userTask", "h", "", 'isForCompensation="true"')
        name = self.wild.name("w")
        self.elements.append(f'<association id="{name}" sourceRef="{event}" targetRef="{handler}"/>')

    def end(self) -> str:
        kinds = ["", "", "", "<terminateEventDefinition/>", self.coded("error"), self.coded("escalation")]
        kinds += ["<compensateEventDefinition/>", _SIGNAL, ""]
        kinds += ["<cancelEventDefinition/>"] * 3 if self.transaction else []
        return self.add("endEvent", "e", self.wild.chance.choice(kinds))

    def event_scope(self, definition: str, interrupting: bool) -> None:
        inner = _Scope(self.wild, 0, transaction=False, inside=True)
        attributes = f'isInterrupting="{str(interrupting).lower()}"'
        start = inner.add("startEvent", "s", definition, attributes)
        task, end = inner.add("userTask", "t", ""), inner.end()
        flows = "".join(
            f'<sequenceFlow id="{self.wild.name("f")}" sourceRef="{source}" targetRef="{target}"/>'
            for source, target in ((start, task), (task, end))
        )
        self.add("subProcess", "v", "".join(inner.elements) + flows, 'triggeredByEvent="true"')
