"""Tells about commands, turns of the clock and jobs: log records, and spans where the host has OpenTelemetry."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from resolute.storage.rows import JournalRow, loads, moment

_log = logging.getLogger("resolute.commands")


class Span:
    """What is going on; says nothing to anybody unless somebody listens."""

    def set(self, **attributes: Any) -> None:
        """Adds attributes, under `resolute.`; those that are None are left out."""

    def failed(self, error: BaseException) -> None:
        """Records an error that is handled here."""


class _Nothing(Span):
    def __enter__(self) -> Span:
        return self

    def __exit__(self, *_error: object) -> None:
        return None


class _Real(Span):
    def __init__(self, trace: Any, span: Any) -> None:
        self._trace = trace
        self._span = span

    def set(self, **attributes: Any) -> None:
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(f"resolute.{name}", value)

    def failed(self, error: BaseException) -> None:
        self._span.record_exception(error)
        self._span.set_status(self._trace.StatusCode.ERROR, str(error))


_NOTHING = _Nothing()


def span(name: str, **attributes: Any) -> AbstractContextManager[Span]:
    """A span called `resolute.NAME` around a block; an exception that leaves the block is recorded with it.

    A program that traces has loaded OpenTelemetry before; it is never loaded here, so it costs nothing else.
    """
    trace = sys.modules.get("opentelemetry.trace")
    return _NOTHING if trace is None else _started(trace, name, attributes)


@contextmanager
def _started(trace: Any, name: str, attributes: dict[str, Any]) -> Iterator[Span]:
    with trace.get_tracer("resolute").start_as_current_span(f"resolute.{name}") as current:
        real = _Real(trace, current)
        real.set(**attributes)
        yield real


def tell(span: Span, entries: Sequence[JournalRow], tries: int) -> None:
    """Tells of a command that was committed, with what followed from it: a span as a whole, the log row by row.

    Records of the logger `resolute.commands` carry their facts under `resolute`; they never hold variables.
    """
    if span is not _NOTHING:
        span.set(
            commands=[_does(entry) for entry in entries],
            instances=sorted({str(entry.instance) for entry in entries}),
            tries=tries,
        )
    if _log.isEnabledFor(logging.INFO):
        for entry in entries:
            facts = {
                "instance": str(entry.instance),
                "number": entry.seq,
                "command": _does(entry),
                "by": entry.by,
                "at": moment(entry.at).isoformat(),
            }
            _log.info("instance %(instance)s: %(command)s", facts, extra={"resolute": facts})


def _does(entry: JournalRow) -> str:
    """The kind of a command, as in the history."""
    return str(loads(entry.command or "{}").get("do"))
