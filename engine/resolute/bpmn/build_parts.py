"""What the builder puts together: nodes, triggers, conditions and branches, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypedDict, Unpack

from resolute.errors import ModelError

GatewayKind = Literal["exclusive", "parallel", "inclusive", "eventBased", "complex"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an event waits for or throws; made by `message`, `timer`, `error` and their like."""

    kind: str
    name: str = ""
    """The message, signal, error or escalation; the link's name; else nothing."""
    expression: tuple[str, str] | None = None
    """Tag and text of the expression inside: `("timeDate", "=due")`."""


class Options(TypedDict, total=False):
    """What any node may carry beside its id and name."""

    lane: str
    """The name of its lane; lanes stand in the order of first use unless the process lists them."""
    documentation: str
    ref: str
    party: str
    due: str
    duration: str
    done: bool
    """Settled by the decision itself (`resolute:done`)."""
    service: str
    form: str
    """The form that the answer of a user task must fit."""
    correlation: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    each: str
    """Multi-instance: the variable that holds the collection."""
    item: str
    """Multi-instance: the variable of one item (default `item`)."""
    until: str
    """Multi-instance: the completion condition."""
    sequential: bool
    attributes: Mapping[str, str]
    """Any other attribute, by local name or `{namespace}name`."""


@dataclass(frozen=True, slots=True)
class Node:
    """An activity, gateway or event still to be placed; made by `user`, `call`, `end` and their like."""

    tag: str
    id: str
    name: str = ""
    options: Options = field(default_factory=Options)
    trigger: Trigger | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    """Attributes that its kind needs: `calledElement`, `attachedToRef`, ..."""
    body: tuple[Item, ...] = ()
    """The content of a sub-process, linked in a row."""


@dataclass(frozen=True, slots=True)
class When:
    """Says how the next flow is taken; made by `when`, `otherwise` and `via`."""

    condition: str = ""
    name: str = ""
    default: bool = False
    link: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Branches between a split and a join; made by `parallel`, `exclusive` and their like."""

    kind: GatewayKind
    branches: tuple[tuple[Item, ...], ...]
    id: str = ""
    """Id of the split, the join is `ID_join`; numbered when empty."""
    name: str = ""
    lane: str | None = None


@dataclass(frozen=True, slots=True)
class Goto:
    """Leads to a node that is (or will be) placed elsewhere; made by `goto`."""

    target: str


Item: TypeAlias = Node | When | Block | Goto


# --- triggers ---


def message(name: str) -> Trigger:
    """A message by name."""
    return Trigger("message", name)


def signal(name: str) -> Trigger:
    """A signal by name."""
    return Trigger("signal", name)


def error(code: str = "") -> Trigger:
    """An error by code; any error when empty."""
    return Trigger("error", code)


def escalation(code: str = "") -> Trigger:
    """An escalation by code; any when empty."""
    return Trigger("escalation", code)


def timer(*, at: str = "", after: str = "", every: str = "") -> Trigger:
    """A timer: at a date (`2022-07-01`, `=due`), after a duration (`P3D`) or every cycle (`R3/P1D`)."""
    tag, text = next(
        (pair for pair in (("timeDate", at), ("timeDuration", after), ("timeCycle", every)) if pair[1]),
        ("", ""),
    )
    if not text:
        raise ModelError("a timer has no time; give one of at=, after=, every=")
    return Trigger("timer", expression=(tag, text))


def condition(expression: str) -> Trigger:
    """Fires when the expression becomes true."""
    return Trigger("conditional", expression=("condition", expression))


def link(name: str) -> Trigger:
    """Jumps from the throwing to the catching link event of the same name."""
    return Trigger("link", name)


TERMINATE = Trigger("terminate")
COMPENSATE = Trigger("compensate")
CANCEL = Trigger("cancel")


# --- items ---


def activity(tag: str, id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """An activity of any kind by its tag: `activity("businessRuleTask", "rate")`."""
    return Node(tag, id, name, options)


def task(id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """An abstract task: waits for a person unless `done=True`."""
    return Node("task", id, name, options)


def user(id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A user task: waits for its party."""
    return Node("userTask", id, name, options)


def service(id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A service task: calls a registered function."""
    return Node("serviceTask", id, name, options)


def script(id: str, text: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A script task."""
    return Node("scriptTask", id, name, options, Trigger("", expression=("script", text)))


def send(id: str, message_name: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A send task."""
    return Node("sendTask", id, name, options, Trigger("", message_name))


def receive(id: str, message_name: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A receive task."""
    return Node("receiveTask", id, name, options, Trigger("", message_name))


def call(id: str, process_id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A call activity: runs the process `process_id` as an instance of its own."""
    return Node("callActivity", id, name, options, attributes=(("calledElement", process_id),))


def sub(id: str, body: Iterable[Item], name: str = "", *, event: bool = False, **options: Unpack[Options]) -> Node:
    """An embedded sub-process with its content in a row; `event=True` makes it an event sub-process."""
    attributes = (("triggeredByEvent", "true"),) if event else ()
    return Node("subProcess", id, name, options, attributes=attributes, body=tuple(body))


def start(
    id: str = "",
    name: str = "",
    trigger: Trigger | None = None,
    *,
    interrupting: bool = True,
    **options: Unpack[Options],
) -> Node:
    """A start event."""
    attributes = () if interrupting else (("isInterrupting", "false"),)
    return Node("startEvent", id, name, options, trigger, attributes)


def end(id: str = "", name: str = "", trigger: Trigger | None = None, **options: Unpack[Options]) -> Node:
    """An end event."""
    return Node("endEvent", id, name, options, trigger)


def catch(id: str, trigger: Trigger, name: str = "", **options: Unpack[Options]) -> Node:
    """An intermediate event that waits."""
    return Node("intermediateCatchEvent", id, name, options, trigger)


def throw(id: str, trigger: Trigger | None, name: str = "", **options: Unpack[Options]) -> Node:
    """An intermediate event that throws (or just marks a place, without a trigger)."""
    return Node("intermediateThrowEvent", id, name, options, trigger)


def gateway(kind: GatewayKind, id: str, name: str = "", **options: Unpack[Options]) -> Node:
    """A single gateway; flows are drawn from and to it with `at` and `goto`."""
    return Node(f"{kind}Gateway", id, name, options)


def when(expression: str, name: str = "") -> When:
    """The next flow is taken when the expression holds."""
    return When(expression, name)


def otherwise(name: str = "") -> When:
    """The next flow is the default flow of the node that it leaves."""
    return When(name=name, default=True)


def via(name: str = "", *, link: str = "", reason: str = "") -> When:
    """The next flow carries a label, a kind of link and the reason for it."""
    return When(name=name, link=link, reason=reason)


def goto(target: str) -> Goto:
    """Leads to the node `target` and ends this row."""
    return Goto(target)


def parallel(*branches: Iterable[Item], id: str = "", name: str = "", lane: str | None = None) -> Block:
    """All branches, then on."""
    return Block("parallel", tuple(map(tuple, branches)), id, name, lane)


def exclusive(*branches: Iterable[Item], id: str = "", name: str = "", lane: str | None = None) -> Block:
    """The first branch whose `when` holds, else the one of `otherwise`."""
    return Block("exclusive", tuple(map(tuple, branches)), id, name, lane)


def inclusive(*branches: Iterable[Item], id: str = "", name: str = "", lane: str | None = None) -> Block:
    """Every branch whose `when` holds."""
    return Block("inclusive", tuple(map(tuple, branches)), id, name, lane)


def first(*branches: Iterable[Item], id: str = "", name: str = "", lane: str | None = None) -> Block:
    """The branch whose event (`catch`, its first item) comes first."""
    return Block("eventBased", tuple(map(tuple, branches)), id, name, lane)
