"""Writes the executed tasks of simulated runs as event logs: CSV, and XES (IEEE 1849) for process-mining tools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import quoteattr

from resolute.simulation.forecast import Executed

_EXTENSIONS = {"Concept": "concept", "Lifecycle": "lifecycle", "Organizational": "org", "Time": "time"}
COLUMNS = ("case", "activity", "element", "ref", "resource", "enabled", "start", "end")


def to_csv(log: Sequence[Executed]) -> str:
    """One row for each executed task, with a heading; a case of a run is `RUN-CASE`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in log:
        times = (row.enabled.isoformat(), row.started.isoformat(), row.finished.isoformat())
        names = (row.name or row.element, row.element, row.ref or "", row.party or "")
        writer.writerow((f"{row.run}-{row.case}", *names, *times))
    return text.getvalue()


def to_xes(log: Sequence[Executed]) -> str:
    """A trace for each case, a start and a complete event for each task, in the order of time."""
    return "\n".join(_xes(log)) + "\n"


def _xes(log: Sequence[Executed]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">'
    for name, prefix in (
        ("Concept", "concept"),
        ("Lifecycle", "lifecycle"),
        ("Organizational", "org"),
        ("Time", "time"),
    ):
        yield f'  <extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>'
    rows = sorted(log, key=lambda row: (row.run, row.case))
    for (run, case), trace in groupby(rows, key=lambda row: (row.run, row.case)):
        yield "  <trace>"
        yield f'    <string key="concept:name" value="{run}-{case}"/>'
        events = [(moment, state, row) for row in trace for moment, state in _moments(row)]
        for moment, state, row in sorted(events, key=lambda event: event[0]):
            yield from _event(moment, state, row)
        yield "  </trace>"
    yield "</log>"


def _moments(row: Executed) -> tuple[tuple[datetime, str], ...]:
    return (row.started, "start"), (row.finished, "complete")


def _event(moment: datetime, state: str, row: Executed) -> Iterator[str]:
    yield "    <event>"
    yield f'      <string key="concept:name" value={quoteattr(row.name or row.element)}/>'
    yield f'      <string key="lifecycle:transition" value="{state}"/>'
    if row.party is not None:
        yield f'      <string key="org:resource" value={quoteattr(row.party)}/>'
    yield f'      <date key="time:timestamp" value="{moment.isoformat(timespec="milliseconds")}"/>'
    yield "    </event>"
