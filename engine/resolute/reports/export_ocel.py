"""Writes an event log as OCEL 2.0 in JSON: events with all the objects that they touch.

Objects are protocols, instances, tasks and parties; an event belongs to its instance, its
protocol, to the task and to the party.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from resolute.execution import Instance, Opening, Task
from resolute.reports.event_log import LogEvent, Trace

_OBJECTS = {
    "protocol": ("number", "date", "body"),
    "instance": ("process", "name", "version", "state", "point"),
    "task": ("name", "due", "state", "point"),
    "party": ("name",),
}
"""Types of objects with their attributes."""
_EVENT = ("lifecycle", "element", "by")


def write(openings: Iterable[Opening], traces: Iterable[Trace], stream: BinaryIO) -> None:
    """Writes the log."""
    log = _Log()
    for opening in openings:
        facts = {"number": opening.number, "date": opening.date, "body": opening.body}
        log.add_object(_id("protocol", opening.id), "protocol", opening.at, facts)
    for trace in traces:
        log.add_trace(trace)
    stream.write(json.dumps(log.content(), ensure_ascii=False, indent=1).encode())


class _Log:
    """The four lists of a log while it is being filled."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.activities: dict[str, None] = {}

    def content(self) -> dict[str, Any]:
        """The log as JSON data."""
        used = {item["type"] for item in self.objects.values()}
        known = set(self.objects)
        for item in self.objects.values():
            item["relationships"] = [link for link in item["relationships"] if link["objectId"] in known]
        return {
            "objectTypes": [
                {"name": name, "attributes": [{"name": each, "type": "string"} for each in attributes]}
                for name, attributes in _OBJECTS.items()
                if name in used
            ],
            "eventTypes": [
                {"name": name, "attributes": [{"name": each, "type": "string"} for each in _EVENT]}
                for name in self.activities
            ],
            "objects": list(self.objects.values()),
            "events": self.events,
        }

    def add_trace(self, trace: Trace) -> None:
        """Adds an instance, its tasks with their parties, and its events."""
        instance = trace.instance
        self._add_instance(instance, trace.name)
        for task in trace.tasks:
            self._add_task(task)
        for number, event in enumerate(trace.events):
            self._add_event(f"{instance.id}.{number}", event, instance)

    def _add_instance(self, instance: Instance, name: str) -> None:
        facts = {
            "process": instance.definition.id,
            "name": name,
            "version": str(instance.definition.version),
            "state": instance.state,
            "point": instance.ref,
        }
        links = {"of protocol": ("protocol", instance.group), "called by": ("instance", instance.parent)}
        self.add_object(_id("instance", instance.id), "instance", instance.started, facts, links)

    def _add_task(self, task: Task) -> None:
        due = None if task.due is None else task.due.isoformat()
        facts = {"name": task.name, "due": due, "state": task.state, "point": task.ref}
        links = {"of": ("instance", task.instance), "waits for": ("party", task.party)}
        self.add_object(_id("task", task.id), "task", task.created, facts, links)
        if task.party is not None:
            self.add_object(_id("party", task.party), "party", task.created, {"name": task.party})

    def add_object(
        self,
        id: str,
        type: str,
        at: datetime,
        facts: Mapping[str, str | None],
        links: Mapping[str, tuple[str, str | None]] | None = None,
    ) -> None:
        """Adds an object unless it is there."""
        self.objects.setdefault(
            id,
            {
                "id": id,
                "type": type,
                "attributes": [
                    {"name": name, "time": _time(at), "value": value} for name, value in facts.items() if value
                ],
                "relationships": [_link(_id(kind, to), name) for name, (kind, to) in (links or {}).items() if to],
            },
        )

    def _add_event(self, id: str, event: LogEvent, instance: Instance) -> None:
        self.activities.setdefault(event.activity)
        facts = {"lifecycle": event.lifecycle, "element": event.element, "by": event.by}
        links = [_link(_id("instance", instance.id), "in")]
        if instance.group is not None:
            links.append(_link(_id("protocol", instance.group), "of protocol"))
        if event.task is not None:
            links.append(_link(_id("task", event.task), "task"))
        if event.party is not None and event.task is not None:
            links.append(_link(_id("party", event.party), "party"))
        self.events.append(
            {
                "id": id,
                "type": event.activity,
                "time": _time(event.at),
                "attributes": [{"name": name, "value": value} for name, value in facts.items() if value],
                "relationships": links,
            }
        )


def _id(type: str, id: str | None) -> str:
    return f"{type}:{id}"


def _link(to: str, qualifier: str) -> dict[str, str]:
    return {"objectId": to, "qualifier": qualifier}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
