"""What we keep beside SpiffWorkflow's tree: open places by task id with their tokens, and the variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from resolute import i18n
from resolute.errors import ConflictError
from resolute.execution.seam import Data, State
from resolute.net.expressions import ExpressionError, compile_expression, compile_script, value
from resolute.net.net import Kind, LoopKind, Marking, Net

_ = i18n.translator("execution")


class Places:
    """The open places of an instance, each under the id of its task in the tree.

    A place is stored as `[token, element, role]`; an event behind an event-based gateway has the key `task/number`.
    Roles: `task`, `job`, `call`, `wait`, `armed` (a boundary or start event that waits), `scope`, `gateway`.
    """

    def __init__(self, state: State) -> None:
        self._next: int = state["next"]
        self._open: dict[str, list[str]] = {key: list(place) for key, place in state["places"].items()}
        self._incidents: list[str] = list(state.get("incidents", ()))
        self._repeats: dict[str, int | None] = dict(state.get("repeats", {}))
        self.joins: dict[str, int] = dict(state.get("joins", {}))
        """Sequence flow -> tokens that wait on it before a join."""
        self.carried: dict[str, tuple[int | None, datetime | None]] = {}
        """Task id of a repeated timer -> how often more it fires and when it was due last."""

    def stored(self) -> dict[str, Any]:
        """The form in the state."""
        return {
            "next": self._next,
            "places": self._open,
            "incidents": self._incidents,
            "repeats": self._repeats,
            "joins": self.joins,
        }

    def open(self, key: str, element: str, role: str) -> str:
        """Opens a place; answers its token."""
        token = str(self._next)
        self._next += 1
        self._open[key] = [token, element, role]
        return token

    def close(self, key: str) -> None:
        """Closes a place."""
        del self._open[key]
        self._repeats.pop(key, None)
        if key in self._incidents:
            self._incidents.remove(key)

    def next_token(self) -> str:
        """A token for what is entered and left at once."""
        self._next += 1
        return str(self._next - 1)

    def get(self, key: str) -> tuple[str, str, str] | None:
        """Token, element and role of an open place."""
        place = self._open.get(key)
        return None if place is None else (place[0], place[1], place[2])

    def items(self) -> Iterator[tuple[str, str, str, str]]:
        """Key, token, element and role of every open place, as they stand now."""
        for key, (token, element, role) in list(self._open.items()):
            yield key, token, element, role

    def key(self, token: str) -> str:
        """The task that waits under `token`. Raises ConflictError."""
        for key, (known, _element, _role) in self._open.items():
            if known == token:
                return key
        raise ConflictError(_("nothing waits under {token} any more").format(token=token))

    def waiting(self, token: str) -> tuple[str, int | None]:
        """The key of a subscription, and its number where an event-based gateway waits for it."""
        key = self.key(token)
        number = key.partition("/")[2]
        return key, int(number) if number else None

    def stick(self, key: str) -> None:
        """Marks a place as stuck until someone acts."""
        if key not in self._incidents:
            self._incidents.append(key)

    def resolve(self, key: str) -> None:
        """The incident of a place is over. Raises ConflictError when it has none."""
        if key not in self._incidents:
            raise ConflictError(_("there is no incident to resolve any more"))
        self._incidents.remove(key)

    def has_incident(self, key: str) -> bool:
        """Whether a place is stuck."""
        return key in self._incidents

    def repeat(self, key: str, left: int | None) -> None:
        """Sets how often a timer fires after the next time; None for ever."""
        self._repeats[key] = left

    def repeats(self, key: str) -> bool:
        """Whether what waits there goes on waiting after it has fired; all but timers that are used up do."""
        return self._repeats.get(key, None) != 0

    def hand_over(self, old: str, new: str, nominal: datetime | None) -> None:
        """A timer that repeats goes on as another task."""
        if old in self._repeats:
            left = self._repeats[old]
            self.carried[new] = (None if left is None else left - 1, nominal)

    def anything_open(self) -> bool:
        """Whether something may still move the instance on."""
        return any(role not in ("scope", "armed") for _token, _element, role in self._open.values())

    def marking(self, net: Net) -> Marking:
        """Tokens by node and flow."""
        nodes: dict[int, int] = {}
        for key, (_token, element, role) in self._open.items():
            if role != "armed" and "/" not in key:
                node = net.index[element]
                nodes[node] = nodes.get(node, 0) + 1
        return Marking(nodes, {net.flow_index[flow]: count for flow, count in self.joins.items()})


class Variables:
    """The variables of an instance during one command, and the model's expressions worked out on them."""

    def __init__(self, net: Net, data: Data, now: datetime) -> None:
        self.net = net
        self.data = data
        self.now = now

    def value(self, raw: str | None, task: Any) -> Any:
        """What a raw value of the model stands for at a task."""
        return None if raw is None else value(raw, self.seen(task), now=self.now)

    def mapped(self, mapping: tuple[tuple[str, str], ...], data: Mapping[str, Any]) -> Data:
        """The variables that a mapping makes from others."""
        return {name: value(raw, data, now=self.now) for name, raw in mapping}

    def seen(self, task: Any) -> Data:
        """The variables at a task: those of the instance and the items of the loops around it."""
        return {**self.data, **self.local(task)}

    def local(self, task: Any) -> Data:
        """The items of the loops around a task, the innermost first to count."""
        local: Data = {}
        while task is not None:
            node = self.net.index.get(task.task_spec.bpmn_id)
            loop = None if node is None else self.net.loops.get(node)
            number = task.internal_data.get("key_or_index", task.internal_data.get("item"))
            if loop is not None and number is not None and loop.item and loop.collection:
                local.setdefault(loop.item, self._items(loop.collection)[number])
            around = task.workflow.parent_task_id
            task = None if around is None else task.workflow.top_workflow.get_task_from_id(around)
        return local

    def _items(self, collection: Any) -> list[Any]:
        found = collection.evaluate(self.data, self.now)
        return list(found) if isinstance(found, list | tuple) else []

    def evaluate(self, task: Any, expression: str) -> Any:
        """A condition of the model, or how many instances of a loop there are (named by its element)."""
        node = self.net.index.get(expression)
        if node is None:
            return compile_expression(expression).evaluate(self.seen(task), self.now)
        loop = self.net.loops[node]
        if loop.collection is not None:
            return len(self._items(loop.collection))
        count = loop.cardinality.evaluate(self.data, self.now) if loop.cardinality is not None else 0
        if not isinstance(count, int | float) or count < 0:
            raise ExpressionError(_("{found} is no number of instances").format(found=repr(count)))
        return int(count)

    def run_script(self, task: Any, node: int) -> None:
        """The script of a task, if it has one."""
        details = self.net.details[node]
        if self.net.kinds[node] == Kind.SCRIPT and details.script:
            self.data.update(compile_script(details.script, details.result).run(self.seen(task), self.now))

    def answer(self, task: Any, node: int, data: Data) -> None:
        """Takes the result of a task, job or call into the variables."""
        details = self.net.details[node]
        if self.net.kinds[node] == Kind.CALL:
            self.data.update(self.mapped(details.outputs, data))
        elif details.outputs:
            self.data.update(self.mapped(details.outputs, {**self.seen(task), **data}))
        else:
            self.data.update(data)

    def collect(self, task: Any, node: int) -> None:
        """Adds the result of one instance of a loop to its list."""
        loop = self.net.loops.get(node)
        if loop is None or loop.kind == LoopKind.STANDARD or not loop.output or not loop.result:
            return
        result = loop.result.evaluate(self.seen(task), self.now)
        self.data[loop.output] = [*self.data.get(loop.output, ()), result]
