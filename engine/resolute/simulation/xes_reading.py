"""Reads finished executions from event logs in XES (IEEE 1849): a start and a complete event for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.bpsim_amounts import tag_of
from resolute.simulation.calibrate import Execution

_ = i18n.translator("simulation")


def from_xes(path: str | Path) -> tuple[Execution, ...]:
    """The executions of a log; a complete event belongs to the earliest open start of its activity in its trace.

    Raises InputError for what is no XES, for a time that is none, and for a log without start events.
    """
    file = str(path)
    try:
        found = tuple(_executions(file))
    except etree.XMLSyntaxError as error:
        raise InputError(_("this is not XML: {why}").format(why=error), file=file, line=error.lineno) from None
    except OSError as error:
        raise InputError(_("cannot be read ({why})").format(why=error.strerror or error), file=file) from None
    if not found:
        raise InputError(_("no activity has a start and a complete event; durations need both"), file=file)
    return found


def _executions(file: str) -> Iterator[Execution]:
    with Path(file).open("rb") as stream:
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        for _event, trace in etree.iterparse(stream, events=("end",), tag="{*}trace", **options):
            yield from _of_trace(trace, file)
            trace.clear()


def _of_trace(trace: etree._Element, file: str) -> Iterator[Execution]:
    open_: dict[str, list[datetime]] = {}
    for event in (child for child in trace if tag_of(child) == "event"):
        values = {child.get("key"): child.get("value") for child in event}
        name, state = values.get("concept:name"), (values.get("lifecycle:transition") or "complete").lower()
        if name is None or state not in ("start", "complete"):
            continue
        line: Any = event.sourceline
        moment = _moment(values.get("time:timestamp"), file, line)
        if state == "start":
            open_.setdefault(name, []).append(moment)
        elif open_.get(name):
            started = open_[name].pop(0)
            yield Execution(name, started, max(moment, started), values.get("org:resource"))


def _moment(text: str | None, file: str, line: int | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        raise InputError(_("{found!r} is no ISO time").format(found=text), file=file, line=line) from None
