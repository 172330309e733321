"""Small models played in every possible way: all that can come of a state, for the oracle of the blocked report.

Instances are moved by the net executor, without engine and store. Each condition may hold or not whenever it is asked,
timers come in any order, and what nobody can send comes from outside. Equal states are met once, so that all the ways
of a small model are a finite graph.
"""

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from resolute.execution.correlation import key_of, matches
from resolute.execution.executors.net import NetExecutor
from resolute.execution.seam import ChildEnded, Complete, Terminate, Trigger
from resolute.execution.snapshot import BufferedMessage, InstanceView, Snapshot, Wait
from resolute.execution.values import Definition, Task
from resolute.net.net import Kind

NOW = datetime(2022, 1, 10, 9, tzinfo=UTC)
EXECUTOR = NetExecutor()


@dataclass(frozen=True, order=True)
class Act:
    """Something that can be done; in the report it is a root with this step."""

    step: str
    kind: str
    """`task`, or the type of what is waited for."""
    element: str
    """What waits: the step itself, or a boundary event of it."""

    @property
    def root(self):
        """The root that it is in the report."""
        return self.step, self.kind

    @property
    def is_inner(self):
        """Whether it is no boundary event."""
        return self.step.endswith(f":{self.element}")


@dataclass(frozen=True)
class Move:
    """An act and what it leads to."""

    act: Act
    after: str
    done: frozenset
    """The steps that are done by it."""
    message: tuple = ()
    """The name and key of the message that it sends from outside."""


@dataclass
class Instance:
    """A running instance: the state of the executor without variables, and the call that started it."""

    process: str
    state: dict
    parent: str | None = None
    token: str | None = None
    group: str | None = None


class World:
    """The processes of some models, and the states in which they can be: texts, equal where nothing differs."""

    def __init__(self, models):
        self.models = models
        self.nets = {
            process.id: EXECUTOR.prepare(document, process.id)
            for document in models.documents
            for process in document.processes
        }
        self._seen = {}

    def starts(self):
        """The states that the models can begin in."""
        return [chain.text() for chain in self._ways(None)]

    def reached(self, most):
        """All states that can be reached, each with the steps that were done on a shortest way to it.

        None when there are more than so many moves.
        """
        found = dict.fromkeys(self.starts(), frozenset())
        count = 0
        todo = list(found)
        for state in todo:
            count += len(self.moves(state))
            if count > most:
                return None
            for move in self.moves(state):
                if move.after not in found:
                    found[move.after] = found[state] | move.done
                    todo.append(move.after)
        return found

    def moves(self, text):
        """All that can be done in a state, with all that can come of it."""
        if text not in self._seen:
            found = [
                Move(act, chain.text(), frozenset(chain.done), message)
                for act, message, number, command in _Chain(self, text).open()
                for chain in self._ways(text, number, command)
            ]
            self._seen[text] = list(dict.fromkeys(found))
        return self._seen[text]

    def sent_within(self, text):
        """The messages that a running instance can still come to send."""
        return _Chain(self, text).sent_within()

    def _ways(self, text, *command):
        """A chain for each way in which the conditions on the way can be answered."""
        todo = [[]]
        while todo:
            given = todo.pop()
            coin = Coin(given)
            chain = _Chain(self, text, coin)
            chain.run(*command)
            yield chain
            todo += [[*coin.thrown[:place], 1] for place in range(len(given), len(coin.thrown))]

    def snapshot(self, text, done=()):
        """What the engine would show of a state in which these steps were done before."""
        chain = _Chain(self, text)
        views = {id: self._view(id, one, done) for id, one in chain.instances.items()}
        messages = [
            BufferedMessage(str(number), name, key, group, None, NOW)
            for number, (name, key, group) in enumerate(chain.messages)
        ]
        return Snapshot(NOW, views, tuple(messages))

    def _view(self, id, one, done):
        net = self.nets[one.process]
        marking = EXECUTOR.marking(net, one.state)
        before = {step.partition(":")[2] for step in done if step.startswith(f"{id}:")}
        return InstanceView(
            id=id,
            definition=Definition(one.process, 1, f"{one.process}:1"),
            net=net,
            state="running",
            started=NOW,
            ended=None,
            parent=one.parent,
            parent_token=one.token,
            parent_element=id.rpartition("/")[2].rstrip("~") if one.parent else None,
            group=one.group,
            data=self.models.data,
            marking=marking,
            done_at=dict.fromkeys(sorted(before), NOW),
            active_since={net.ids[node]: NOW for node in marking.nodes},
            waits=tuple(
                Wait(net.ids[node], str(token), detail["type"], NOW, detail.get("name"), detail.get("correlation"), NOW)
                for token, node, _owner, _definition, detail in one.state.get("waits", ())
            ),
            tasks=tuple(
                Task(f"{id}-{token}", id, net.ids[node], net.ids[node], None, None, "ready", {}, None, NOW)
                for token, node in _tasks(net, one.state)
            ),
        )


class Coin(int):
    """The value of every variable that a condition compares: decides as it was given, then for 0."""

    def __new__(cls, given):
        made = super().__new__(cls)
        made.given = given
        made.thrown = []
        return made

    def __eq__(self, other):
        place = len(self.thrown)
        self.thrown.append(self.given[place] if place < len(self.given) else 0)
        return bool(self.thrown[place])

    __hash__ = int.__hash__


class _Chain:
    """One act and all that follows from it: as the engine does it, but in memory."""

    def __init__(self, world, text, coin=None):
        self.world = world
        self.data = {name: coin if name.startswith("x") else value for name, value in world.models.data.items()}
        self.done = set()
        self.todo = deque()
        rows, self.messages, self.order = json.loads(text) if text else ([], [], [])
        self.instances = {id: Instance(*row) for id, *row in rows}

    # --- what can be done ---

    def open(self):
        """Act, message, instance and command, for all that can be done."""
        for id, one in self.instances.items():
            net = self.world.nets[one.process]
            for token, node in _tasks(net, one.state):
                yield Act(f"{id}:{net.ids[node]}", "task", net.ids[node]), (), id, Complete(str(token))
            for token, node, _owner, _definition, detail in one.state.get("waits", ()):
                host = net.attached[node] if net.attached[node] >= 0 else node
                message = (
                    (detail["name"], key_of(detail["correlation"]), one.group) if detail["type"] == "message" else ()
                )
                yield Act(f"{id}:{net.ids[host]}", detail["type"], net.ids[node]), message, id, Trigger(str(token))

    def sent_within(self):
        """The messages that a running instance can still come to send, by its flows."""
        found = set()
        for one in self.instances.values():
            net = self.world.nets[one.process]
            for node in _can_come(net, EXECUTOR.marking(net, one.state)):
                if net.kinds[node] in (Kind.THROW, Kind.END, Kind.SEND):
                    for event in net.events.get(node, ()):
                        found.add((event.name, key_of(self._value(event.correlation)), one.group))
        return found

    def _value(self, raw):
        return self.data[raw.removeprefix("=")] if raw else None

    # --- doing it ---

    def run(self, id=None, command=None):
        """Does one act, or starts all processes."""
        if id is None:
            models = self.world.models
            for number, process in enumerate(models.processes):
                self._start(str(number + 1), process, group=models.groups[number] if models.groups else None)
                self._settle()
        else:
            self.todo.append((self._apply, id, command))
            self._settle()

    def _settle(self):
        while self.todo:
            action, *arguments = self.todo.popleft()
            action(*arguments)

    def _start(self, id, process, parent=None, token=None, group=None):
        outcome = EXECUTOR.start(self.world.nets[process], self.data, NOW)
        self.instances[id] = Instance(process, outcome.state, parent, token, group)
        self._record(id, outcome.events)

    def _call(self, id, event):
        """Starts what a call activity wants, under an id that no other round has."""
        child = f"{id}/{event.element}"
        while child in self.instances:
            child += "~"
        self._start(child, event.detail["process"], id, event.token, self.instances[id].group)

    def _apply(self, id, command):
        one = self.instances.get(id)
        if one is not None:
            one.state["data"] = self.data
            outcome = EXECUTOR.apply(self.world.nets[one.process], one.state, command, NOW)
            one.state = outcome.state
            self._record(id, outcome.events)

    def _record(self, id, events):
        for event in events:
            if event.kind == "completed":
                self.done.add(f"{id}:{event.element}")
            elif event.kind == "subscribed" and event.detail["type"] == "message":
                self.order.append([id, event.token])
                self.todo.append((self._take_kept, id, event.token))
            elif event.kind == "sent":
                self.todo.append(
                    (self._send, [event.detail["name"], event.detail.get("correlation"), self.instances[id].group])
                )
            elif event.kind == "called":
                self.todo.append((self._call, id, event))
            elif event.kind == "cancelled" and event.token is not None:
                self._leave_children(id, event.token)
            elif event.kind == "ended":
                self._end(id)

    def _leave_children(self, id, token=None):
        for child, one in self.instances.items():
            if one.parent == id and token in (None, one.token):
                one.token = None
                self.todo.append((self._apply, child, Terminate()))

    def _end(self, id):
        one = self.instances.pop(id)
        self._leave_children(id)
        if one.parent in self.instances and one.token is not None:
            self.todo.append((self._apply, one.parent, ChildEnded(one.token, self.data)))

    def _waiting(self):
        """Who waits for messages, the oldest first: instance, token, and the message."""
        for id, token in self.order:
            one = self.instances.get(id)
            for other, _node, _owner, _definition, detail in one.state.get("waits", ()) if one else ():
                if str(other) == token:
                    yield id, token, [detail["name"], detail.get("correlation"), one.group]

    def _is_for(self, message, awaited):
        """Whether a message is what somebody waits for."""
        same = message[0] == awaited[0] and message[2] == awaited[2]
        return same and matches(awaited[1], self.data, message[1])

    def _send(self, message):
        for id, token, awaited in self._waiting():
            if self._is_for(message, awaited):
                self._apply(id, Trigger(token))
                return
        if self.messages.count(message) < 2:
            self.messages.append(message)

    def _take_kept(self, id, token):
        for awaited in [awaited for *who, awaited in self._waiting() if who == [id, token]]:
            for message in self.messages:
                if self._is_for(message, awaited):
                    self.messages.remove(message)
                    self._apply(id, Trigger(token))
                    return

    # --- as a text ---

    def text(self):
        """All of it with tokens numbered by where they stand; an order only among those who wait for the same."""
        waiting = list(self._waiting())
        renamed = {id: _renamed(one.state) for id, one in self.instances.items()}
        rows = [
            (
                id,
                one.process,
                renamed[id][0],
                one.parent,
                one.token and one.parent in renamed and str(renamed[one.parent][1][int(one.token)]),
                one.group,
            )
            for id, one in sorted(self.instances.items())
        ]
        order = sorted(
            [awaited[0], place, id, str(renamed[id][1][int(token)])]
            for place, (id, token, awaited) in enumerate(waiting)
        )
        order = [[id, token] for name, _place, id, token in order]
        return json.dumps([rows, sorted(self.messages, key=str), order], sort_keys=True)


def _renamed(state):
    """The state with tokens numbered by where they stand, without variables; and how they were renamed."""
    places = state.get("places", [])
    inside = {}
    for token, node, scope in zip(places[0::3], places[1::3], places[2::3], strict=True):
        inside.setdefault(scope, []).append((node, token))
    names = {0: 0}
    rows = []
    scopes = deque([0])
    while scopes:
        scope = scopes.popleft()
        for node, token in sorted(inside.get(scope, ())):
            names[token] = len(names)
            rows += [names[token], node, names[scope]]
            scopes.append(token)
    waits = sorted(
        (names[owner], node, definition, token, detail)
        for token, node, owner, definition, detail in state.get("waits", ())
    )
    for _owner, _node, _definition, token, _detail in waits:
        names[token] = len(names)
    made = {
        "format": state["format"],
        "next": len(names),
        "data": {},
        "places": rows,
        "joins": sorted([names[scope], node, sorted(waiting)] for scope, node, waiting in state.get("joins", ())),
        "waits": [[names[token], node, owner, definition, detail] for owner, node, definition, token, detail in waits],
        "locals": sorted(([names[token], values] for token, values in state.get("locals", ())), key=lambda row: row[0]),
    }
    return made, names


def _tasks(net, state):
    """The open tasks of people: token and node."""
    places = state.get("places", [])
    rows = list(zip(places[0::3], places[1::3], places[2::3], strict=True))
    nodes = {token: node for token, node, _scope in rows}
    loops = {token for token, node, scope in rows if node in net.loops and nodes.get(scope) != node}
    return [(token, node) for token, node, _scope in rows if net.kinds[node] == Kind.USER and token not in loops]


def _can_come(net, marking):
    """The nodes that a token can come to by the flows, from where tokens stand."""
    stack = [*marking.nodes, *(net.targets[flow] for flow in marking.flows)]
    found = {net.targets[flow] for flow in marking.flows}
    while stack:
        node = stack.pop()
        inner = net.starts.get(node, ()) if node in found else ()
        for other in (*(net.targets[flow] for flow in net.outgoing[node]), *net.boundaries.get(node, ()), *inner):
            if other not in found:
                found.add(other)
                stack.append(other)
    return found
