"""Builds BPMN documents in code: nodes in a row, branches between gateways, free flows for everything else.

    from resolute.bpmn.build import message, otherwise, process, user, when

    order = process("order", name="Order")
    (
        order.start()
        .user("pick", "Pick the goods", lane="Store")
        .exclusive([when("missing == 0"), user("ship", "Ship")], [otherwise(), user("tell", "Tell them")])
        .end()
    )
    order.boundary("pick", "cancelled", message("order cancelled")).end("stopped")
    document = order.document()

A string that the engine reads as an expression (a condition, `=due`) is written as it is;
docs/bpmn-extension.md says what the `resolute:` attributes mean. The result has no diagram:
`resolute.bpmn.layout` adds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Unpack

from resolute.bpmn.build_parts import (
    CANCEL,
    COMPENSATE,
    TERMINATE,
    Block,
    GatewayKind,
    Goto,
    Item,
    Node,
    Options,
    Trigger,
    When,
    activity,
    call,
    catch,
    condition,
    end,
    error,
    escalation,
    exclusive,
    first,
    gateway,
    goto,
    inclusive,
    link,
    message,
    otherwise,
    parallel,
    receive,
    script,
    send,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
    via,
    when,
)
from resolute.bpmn.document import Document
from resolute.errors import ModelError

__all__ = [
    "CANCEL",
    "COMPENSATE",
    "TERMINATE",
    "Block",
    "Flow",
    "GatewayKind",
    "Goto",
    "Item",
    "Node",
    "Options",
    "Process",
    "Row",
    "Scope",
    "Trigger",
    "When",
    "activity",
    "call",
    "catch",
    "condition",
    "document",
    "end",
    "error",
    "escalation",
    "exclusive",
    "first",
    "gateway",
    "goto",
    "inclusive",
    "link",
    "message",
    "otherwise",
    "parallel",
    "process",
    "receive",
    "script",
    "send",
    "service",
    "signal",
    "start",
    "sub",
    "task",
    "throw",
    "timer",
    "user",
    "via",
    "when",
]

_AUTOMATIC = {"startEvent": "start", "endEvent": "end", "boundaryEvent": "boundary"}


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow as it will be written."""

    id: str
    source: str
    target: str
    how: When = field(default_factory=When)


class _Ids(set[str]):
    """The ids in use."""

    def __init__(self, used: Iterable[str]) -> None:
        super().__init__(used)
        self._numbers: dict[str, int] = {}

    def free(self, base: str) -> str:
        """`base`, or `base_2`, `base_3` ... where it is taken."""
        number = self._numbers.get(base, 0)
        id = base
        while not number or id in self:
            number += 1
            id = base if number == 1 else f"{base}_{number}"
        self._numbers[base] = number
        return id


class Scope:
    """A process or sub-process under construction: its nodes and flows in the order they were added."""

    def __init__(self, owner: Process | None = None, prefix: str = "") -> None:
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.inner: dict[str, Scope] = {}
        self._owner = owner
        self._prefix = prefix

    @property
    def owner(self) -> Process:
        """The process that this scope belongs to."""
        if self._owner is None:
            raise ModelError("this scope belongs to no process; begin with process(...)")
        return self._owner

    def add(self, node: Node) -> Row:
        """Places a node without a flow into it; the row goes on from there."""
        if not node.id:
            node = replace(node, id=self.free_id(_AUTOMATIC.get(node.tag, node.tag)))
        if node.id in self.owner.ids:
            raise ModelError(f"the id {node.id!r} is used twice; give every node its own")
        self.owner.ids.add(node.id)
        self.nodes[node.id] = node
        if node.tag == "subProcess":
            self.inner[node.id] = Scope(self.owner, prefix=f"{node.id}_")
            Row(self.inner[node.id]).then(*node.body)
        return Row(self, node.id)

    def free_id(self, base: str) -> str:
        """`base` behind the id of the sub-process around it, numbered where it is taken."""
        return self.owner.ids.free(self._prefix + base)

    def start(self, id: str = "", name: str = "", trigger: Trigger | None = None, **options: Unpack[Options]) -> Row:
        """Places a start event."""
        return self.add(start(id, name, trigger, **options))

    def boundary(
        self,
        host: str,
        id: str,
        trigger: Trigger,
        name: str = "",
        *,
        interrupting: bool = True,
        **options: Unpack[Options],
    ) -> Row:
        """Places a boundary event on the activity `host`."""
        attributes = (("attachedToRef", host), ("cancelActivity", str(interrupting).lower()))
        if "lane" not in options and host in self.nodes and "lane" in self.nodes[host].options:
            options["lane"] = self.nodes[host].options["lane"]
        return self.add(Node("boundaryEvent", id, name, options, trigger, attributes))

    def at(self, node: str | None = None) -> Row:
        """A row that goes on from a node placed before, or that begins with a loose node."""
        return Row(self, node)

    def inside(self, sub_process: str) -> Scope:
        """The content of a sub-process placed before."""
        return self.inner[sub_process]

    def flow(self, source: str, target: str, how: When | None = None) -> Scope:
        """Draws a sequence flow; its ends may be placed later."""
        id = self.owner.ids.free(f"flow_{source}_{target}")
        self.owner.ids.add(id)
        self.flows.append(Flow(id, source, target, how or When()))
        return self


class Process(Scope):
    """A process under construction."""

    def __init__(
        self,
        id: str,
        name: str = "",
        *,
        lanes: Sequence[str] = (),
        documentation: str = "",
        attributes: Mapping[str, str] | None = None,
        executable: bool = True,
    ) -> None:
        super().__init__()
        self._owner = self
        self.ids = _Ids([id])
        """Every id in use, sub-processes included."""
        self.id = id
        self.name = name
        self.lanes = tuple(lanes)
        self.documentation = documentation
        self.attributes = dict(attributes or {})
        self.executable = executable

    def document(self) -> Document:
        """The finished document with this process alone."""
        return document(self)


def process(
    id: str,
    name: str = "",
    *,
    lanes: Sequence[str] = (),
    documentation: str = "",
    attributes: Mapping[str, str] | None = None,
    executable: bool = True,
) -> Process:
    """Begins a process; `lanes` gives their order, `attributes` any others by local or `{namespace}name`."""
    return Process(id, name, lanes=lanes, documentation=documentation, attributes=attributes, executable=executable)


def document(*processes: Process, messages: Iterable[tuple[str, str]] = ()) -> Document:
    """The finished document; with several processes or message flows (pairs of ids) each gets a pool."""
    from resolute.bpmn.build_xml import write

    return write(processes, tuple(messages))


class Row:
    """A place in a scope where the next node is linked on; every method returns the row that goes on."""

    def __init__(self, scope: Scope, last: str | None = None, how: When | None = None) -> None:
        self.scope = scope
        self.last = last
        """The node that the next flow leaves; None at the very beginning and after `goto` or an end."""
        self._how = how or When()

    def then(self, *items: Item) -> Row:
        """Links the items on, one after the other."""
        row = self
        for item in items:
            row = row._next(item)
        return row

    def _next(self, item: Item) -> Row:
        if isinstance(item, When):
            return Row(self.scope, self.last, _merged(self._how, item))
        if isinstance(item, Goto):
            self._link(item.target)
            return Row(self.scope)
        if isinstance(item, Block):
            return self._block(item)
        row = self.scope.add(item)
        if row.last is not None:
            self._link(row.last)
        return Row(self.scope) if item.tag == "endEvent" else row

    def _link(self, target: str) -> None:
        if self.last is not None:
            self.scope.flow(self.last, target, self._how)

    def _block(self, block: Block) -> Row:
        split_id = block.id or self.scope.free_id("split")
        lane = block.lane or (self.scope.nodes[self.last].options.get("lane") if self.last else None)
        options: Options = {"lane": lane} if lane else {}
        split = self._next(gateway(block.kind, split_id, block.name, **options))
        tails = [row for row in (split.then(*branch) for branch in block.branches) if row.last is not None]
        if len(tails) < 2:
            return tails[0] if tails else Row(self.scope)
        join_kind: GatewayKind = "exclusive" if block.kind == "eventBased" else block.kind
        join = self.scope.add(gateway(join_kind, f"{split_id}_join", **options))
        for tail in tails:
            tail._link(f"{split_id}_join")
        return join

    def goto(self, target: str) -> Row:
        """Leads to a node placed elsewhere and ends the row."""
        return self._next(Goto(target))

    def when(self, expression: str, name: str = "") -> Row:
        """The next flow is taken when the expression holds."""
        return self._next(when(expression, name))

    def otherwise(self, name: str = "") -> Row:
        """The next flow is the default flow."""
        return self._next(otherwise(name))

    def task(self, id: str, name: str = "", **options: Unpack[Options]) -> Row:
        """An abstract task."""
        return self._next(task(id, name, **options))

    def user(self, id: str, name: str = "", **options: Unpack[Options]) -> Row:
        """A user task."""
        return self._next(user(id, name, **options))

    def service(self, id: str, name: str = "", **options: Unpack[Options]) -> Row:
        """A service task."""
        return self._next(service(id, name, **options))

    def call(self, id: str, process_id: str, name: str = "", **options: Unpack[Options]) -> Row:
        """A call activity."""
        return self._next(call(id, process_id, name, **options))

    def sub(
        self,
        id: str,
        body: Iterable[Item],
        name: str = "",
        *,
        event: bool = False,
        **options: Unpack[Options],
    ) -> Row:
        """An embedded sub-process."""
        return self._next(sub(id, body, name, event=event, **options))

    def catch(self, id: str, trigger: Trigger, name: str = "", **options: Unpack[Options]) -> Row:
        """An intermediate event that waits."""
        return self._next(catch(id, trigger, name, **options))

    def throw(self, id: str, trigger: Trigger | None, name: str = "", **options: Unpack[Options]) -> Row:
        """An intermediate event that throws."""
        return self._next(throw(id, trigger, name, **options))

    def gateway(self, kind: GatewayKind, id: str, name: str = "", **options: Unpack[Options]) -> Row:
        """A single gateway."""
        return self._next(gateway(kind, id, name, **options))

    def parallel(self, *branches: Iterable[Item], id: str = "", name: str = "") -> Row:
        """All branches, then on."""
        return self._next(parallel(*branches, id=id, name=name))

    def exclusive(self, *branches: Iterable[Item], id: str = "", name: str = "") -> Row:
        """One of the branches, then on."""
        return self._next(exclusive(*branches, id=id, name=name))

    def inclusive(self, *branches: Iterable[Item], id: str = "", name: str = "") -> Row:
        """Some of the branches, then on."""
        return self._next(inclusive(*branches, id=id, name=name))

    def first(self, *branches: Iterable[Item], id: str = "", name: str = "") -> Row:
        """The branch whose event comes first, then on."""
        return self._next(first(*branches, id=id, name=name))

    def end(self, id: str = "", name: str = "", trigger: Trigger | None = None, **options: Unpack[Options]) -> Row:
        """An end event; the row ends."""
        return self._next(end(id, name, trigger, **options))

    def document(self) -> Document:
        """The finished document of the process that this row belongs to."""
        return self.scope.owner.document()


def _merged(old: When, new: When) -> When:
    given = {name: getattr(new, name) for name in ("condition", "name", "link", "reason") if getattr(new, name)}
    return replace(old, default=old.default or new.default, **given)
