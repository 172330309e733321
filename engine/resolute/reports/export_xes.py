"""Writes an event log as XES (IEEE 1849): a trace is an instance, an event a step of an activity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from lxml import etree

from resolute.reports.event_log import LogEvent, Trace, clean

NAMESPACE = "http://www.xes-standard.org/"
_PREFIXES: Any = {None: NAMESPACE}
_EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)


def write(traces: Iterable[Trace], stream: BinaryIO) -> None:
    """Writes the log; memory does not grow with it."""
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(f"{{{NAMESPACE}}}log", {"xes.version": "1849.2016", "xes.features": ""}, nsmap=_PREFIXES):
            for part in _head():
                file.write(part)
                file.write("\n")
            for trace in traces:
                file.write(_trace(trace))
                file.write("\n")


def _head() -> list[Any]:
    parts = [_element("extension", name=name, prefix=prefix, uri=uri) for name, prefix, uri in _EXTENSIONS]
    for scope, keys in (("trace", ("concept:name",)), ("event", ("concept:name", "lifecycle:transition"))):
        part = _element("global", scope=scope)
        part.extend([_attribute(key, "") for key in keys])
        if scope == "event":
            part.append(_attribute("time:timestamp", datetime.fromisoformat("1970-01-01T00:00:00+00:00")))
        parts.append(part)
    parts.append(_element("classifier", name="Activity", keys="concept:name"))
    parts.append(_element("classifier", name="Activity and step", keys="concept:name lifecycle:transition"))
    parts.append(_attribute("lifecycle:model", "standard"))
    return parts


def _trace(trace: Trace) -> Any:
    instance = trace.instance
    part = _element("trace")
    facts: dict[str, str | int | None] = {
        "concept:name": instance.id,
        "resolute:process": instance.definition.id,
        "resolute:name": trace.name,
        "resolute:version": instance.definition.version,
        "resolute:state": instance.state,
        "resolute:point": instance.ref,
        "resolute:protocol": instance.group,
        "resolute:parent": instance.parent,
    }
    part.extend([_attribute(key, value) for key, value in facts.items() if value is not None])
    part.extend([_event(event) for event in trace.events])
    return part


def _event(event: LogEvent) -> Any:
    part = _element("event")
    facts: dict[str, str | datetime | None] = {
        "concept:name": event.activity,
        "lifecycle:transition": event.lifecycle,
        "time:timestamp": event.at,
        "concept:instance": event.token,
        "org:resource": event.by,
        "org:group": event.party,
        "resolute:element": event.element,
    }
    part.extend([_attribute(key, value) for key, value in facts.items() if value is not None])
    return part


def _attribute(key: str, value: str | int | datetime) -> Any:
    if isinstance(value, datetime):
        return _element("date", key=key, value=value.isoformat(timespec="milliseconds"))
    if isinstance(value, int):
        return _element("int", key=key, value=str(value))
    return _element("string", key=key, value=clean(value))


def _element(tag: str, **attributes: str) -> Any:
    return etree.Element(f"{{{NAMESPACE}}}{tag}", attributes, nsmap=_PREFIXES)
