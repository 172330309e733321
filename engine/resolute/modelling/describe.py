"""The documentation of models: where a decision comes from, what a point says in full and on which line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from resolute import i18n
from resolute.modelling.terms import first_report
from resolute.protocols.values import Dependency, Point, Protocol

_ = i18n.translator("modelling")


def decision_text(protocol: Protocol, title: str) -> str:
    """The protocol and the question that a decision answers."""
    day = protocol.date.isoformat() if protocol.date else None
    lines = [
        title,
        _labelled(_("Protocol"), protocol.number),
        _labelled(_("Date"), day),
        _labelled(_("Body"), protocol.body),
        _labelled(_("Signed by"), protocol.signer),
    ]
    return "\n".join(line for line in lines if line)


def point_text(protocol: Protocol, point: Point, after: Sequence[Dependency] = ()) -> str:
    """The point's full text, who carries it out, by when, after what, and its line in the source.

    A day that follows from a rule and not from the document says so.
    """
    leads, helpers = point.responsible[:1], point.responsible[1:]
    deadline = point.deadline
    day = (deadline.effective or deadline.due) if deadline.text or deadline.due else None
    lines = [
        " ".join(point.text.split()),
        _labelled(_("Lead"), ", ".join(party.name for party in leads)),
        _labelled(_("Co-executors"), "; ".join(party.name for party in helpers)),
        _labelled(_("Deadline"), deadline.text),
        _labelled(_("Last day"), day.isoformat() if day else None),
        _labelled(_("Rule"), deadline.rule),
        _labelled(_("First report"), _derived(first_report(point, protocol.date))),
        *(_labelled(_("After"), _dependency(dependency)) for dependency in after),
        _labelled(_("Line"), str(point.line) if point.line else None),
    ]
    return "\n".join(line for line in lines if line)


def _derived(day: date | None) -> str | None:
    if day is None:
        return None
    rule = _("by the usual rule, not named in the document")
    return f"{day.isoformat()} ({rule})"


def _dependency(dependency: Dependency) -> str:
    words = dependency.ref
    if dependency.reason:
        words += f" ({dependency.reason})"
    if not dependency.confirmed:
        words += " — " + _("proposed, not confirmed")
    return words


def _labelled(name: str, value: str | None) -> str:
    return f"{name}: {value}" if value else ""
