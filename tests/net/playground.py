"""Small models in shorthand, and a player that checks replay and purity after every command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from resolute import bpmn
from resolute.calendars import FiveDayWeek
from resolute.execution.executors.net import NetExecutor
from resolute.execution.seam import (
    ChildEnded,
    Command,
    Complete,
    Event,
    Fail,
    Outcome,
    Retry,
    Terminate,
    Trigger,
)
from resolute.net import Net, compile
from resolute.net.state import State
from resolute.net.stored import dump

KEPT_FOR = 20
"""How many events an earlier state is led on by."""
NOW = datetime(2022, 6, 1, 9, tzinfo=UTC)
_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"'
    ' xmlns:resolute="urn:resolute:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
_FLOW = re.compile(r"(\w+)->(\w+)(?:\[(.*?)\])?\Z", re.DOTALL)


def flows(text: str) -> str:
    """Sequence flows in shorthand: `a->b b->c[x > 1]`, ids `a_b`; spaces in conditions are written `~`."""
    written = []
    for word in text.split():
        match = _FLOW.match(word)
        assert match, word
        source, target, condition = match.groups()
        ends = f'id="{source}_{target}" sourceRef="{source}" targetRef="{target}"'
        if condition is None:
            written.append(f"<sequenceFlow {ends}/>")
        else:
            text = quoteattr(condition.replace("~", " "))[1:-1]
            written.append(f"<sequenceFlow {ends}><conditionExpression>{text}</conditionExpression></sequenceFlow>")
    return "".join(written)


def xml(body: str, links: str = "", roots: str = "") -> bytes:
    """A document with one process `p`."""
    process = f'<process id="p" isExecutable="true">{body}{flows(links)}</process>'
    return f"{_HEAD}{roots}{process}</definitions>".encode()


def model(body: str, links: str = "", roots: str = "") -> Net:
    """The net of a document with one process `p`."""
    return compile(bpmn.loads(xml(body, links, roots)), "p")


class Play:
    """One instance on the net executor; every command checks that events replay and nothing old has changed."""

    def __init__(
        self,
        net: Net,
        data: dict[str, Any] | None = None,
        *,
        start_event: str | None = None,
        catches: Iterable[str] = (),
        now: datetime = NOW,
    ) -> None:
        self.net = net
        self.now = now
        self.executor = NetExecutor(FiveDayWeek())
        self.catches = tuple(catches)
        self.events: list[Event] = []
        self.old = dump(State(net, self.catches))
        self.since: list[Event] = []
        """What has happened since the state `old`."""
        started = self.executor.start(net, data or {}, now, start_event=start_event, catches=self.catches)
        self._take(started)

    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.events += outcome.events
        self.since += outcome.events
        self.last = outcome.events
        stored = json.dumps(outcome.state)
        assert json.loads(stored) == outcome.state, "the state is JSON as it stands"
        for event in outcome.events:
            assert json.loads(json.dumps(dict(event.detail))) == dict(event.detail)
        again = self.executor.replay(self.net, dump(State(self.net, self.catches)), self.events)
        assert json.dumps(again) == stored, "the events applied from the start give the state"
        later = self.executor.replay(self.net, self.old, self.since)
        assert json.dumps(later) == stored, "the events after an earlier state give the state"
        if len(self.since) > KEPT_FOR:
            self.old, self.since = json.loads(stored), []
        self.state = json.loads(stored)

    def give(self, command: Command) -> None:
        """Applies a command."""
        before = deepcopy(self.state)
        try:
            outcome = self.executor.apply(self.net, self.state, command, self.now)
        finally:
            assert self.state == before, "the old state is untouched"
        self._take(outcome)

    # --- what stands where ---

    @property
    def data(self) -> dict[str, Any]:
        """The variables."""
        return self.outcome.data

    @property
    def ended(self) -> str | None:
        """How the instance ended, None while it runs."""
        return next((event.detail["outcome"] for event in self.events if event.kind == "ended"), None)

    def open(self, kind: str = "task") -> dict[str, list[str]]:
        """Element -> tokens of open `task`, `job` or `called` requests."""
        found: dict[str, list[str]] = {}
        gone = {event.token for event in self.events if event.kind in ("completed", "cancelled")}
        for event in self.events:
            tokens = found.get(event.element, [])
            if event.kind == kind and event.token not in gone and event.token not in tokens:
                found.setdefault(event.element, []).append(str(event.token))
        return found

    @property
    def tasks(self) -> list[str]:
        """The elements of open tasks, one entry a task, sorted."""
        return sorted(element for element, tokens in self.open().items() for _token in tokens)

    def waits(self, element: str | None = None) -> list[Event]:
        """Open subscriptions, of one element or all."""
        gone = {event.token for event in self.events if event.kind == "unsubscribed"}
        return [
            event
            for event in self.events
            if event.kind == "subscribed" and event.token not in gone and element in (None, event.element)
        ]

    @property
    def incidents(self) -> dict[str, str]:
        """Element -> kind of its open incident."""
        found = {}
        for event in self.events:
            if event.kind == "incident":
                found[event.element] = event.detail["kind"]
            elif event.kind in ("resolved", "cancelled"):
                found.pop(event.element, None)
        return found

    @property
    def completed(self) -> list[str]:
        """The elements that were left normally, in order."""
        return [event.element for event in self.events if event.kind == "completed"]

    def sent(self) -> list[tuple[str, str]]:
        """Type and name of everything sent."""
        return [(e.detail["type"], e.detail["name"]) for e in self.events if e.kind == "sent"]

    # --- acting ---

    def do(self, *elements: str, **data: Any) -> Play:
        """Completes the oldest task or job at each element in turn."""
        for element in elements:
            tokens = self.open().get(element) or self.open("job").get(element)
            assert tokens, f"nothing is open at {element}; open: {self.tasks}"
            self.give(Complete(tokens[0], data))
        return self

    def fire(self, element: str, /, definition: int = 0, **payload: Any) -> Play:
        """Triggers the oldest subscription of an element (and of one of its definitions)."""
        waiting = [e for e in self.waits(element) if e.detail.get("definition", 0) == definition]
        assert waiting, f"nothing waits at {element}; waiting: {[w.element for w in self.waits()]}"
        if waiting[0].detail["type"] == "timer":
            self.now = max(self.now, datetime.fromisoformat(waiting[0].detail["due"]))
        self.give(Trigger(str(waiting[0].token), payload))
        return self

    def token_of_call(self, element: str) -> str:
        """The token of the oldest open call."""
        return self.open("called")[element][0]

    def child(self, element: str, error: str | None = None, **data: Any) -> Play:
        """The process called by an element has ended."""
        self.give(ChildEnded(self.token_of_call(element), data, error))
        return self

    def fail(self, element: str, code: str | None = None) -> Play:
        """The job at an element fails."""
        self.give(Fail(self.open("job")[element][0], "it broke", code))
        return self

    def retry(self, element: str, **data: Any) -> Play:
        """Tries the incident at an element again."""
        token = [e.token for e in self.events if e.kind == "incident" and e.element == element][-1]
        self.give(Retry(str(token), data))
        return self

    def terminate(self) -> Play:
        """Ends it."""
        self.give(Terminate())
        return self
