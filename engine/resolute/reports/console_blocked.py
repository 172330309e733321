"""The blocked report for a terminal: step by step, who must act, what waits behind, which deadlines break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from resolute import i18n
from resolute.reports import words
from resolute.reports.console import STYLES, with_id

if TYPE_CHECKING:
    from resolute.dependencies.values import Blocked

_ = i18n.translator("reports")

_LABEL_WIDTH = 23


def blocked(item: Blocked, names: Mapping[str, str], protocols: Mapping[str, str]) -> RenderableType:
    """One blocked step; `names` gives the short labels of the steps that are `named`, `protocols` the titles of opened
    protocols by their ids, named where there are several.
    """
    head = Text("■ ", style=STYLES.get(item.state, ""))
    head.append(_title(item), style="bold")
    if len(protocols) > 1 and item.protocol is not None:
        head.append(f"\n  {with_id(protocols[item.protocol], item.protocol)}", style="dim")
    return Group(head, _Labelled([fact for fact in _facts(item, names) if fact[1]]), "")


@dataclass(frozen=True)
class _Labelled:
    """Texts beside their labels."""

    facts: Sequence[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - _LABEL_WIDTH, 1)
        for label, value in self.facts:
            for number, line in enumerate(Text(value).wrap(console, width)):
                first = f"  {label}:" if label and not number else ""
                line.rstrip()
                yield Text.assemble((f"{first:{_LABEL_WIDTH}}", "dim"), line)


def named(items: Iterable[Blocked]) -> Iterator[str]:
    """The ids of the steps that `blocked` names."""
    for item in items:
        yield from item.chain
        if item.first_deadline_to_break is not None:
            yield item.first_deadline_to_break.step


def _title(item: Blocked) -> str:
    name = words.shortened(item.name.rstrip(" ;.,:"), 100)
    return name if item.ref is None or name.startswith(item.ref) else f"{item.ref}  {name}"


def _facts(item: Blocked, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Labels and texts; nothing is said where the text is empty."""
    yield _("State"), _state(item)
    for root in item.roots:
        yield _("Must act"), ": ".join(filter(None, (root.party, root.action)))
    if item.root_count > len(item.roots):
        yield "", _("and {n} more").format(n=item.root_count - len(item.roots))
    yield _("Chain"), _chain(item, names)
    yield _("Holds back"), _held(item)
    yield _("Earliest finish"), words.day(item.earliest_finish)
    yield _("Slack"), _slack(item.slack_days)
    yield _("Breaks first"), _first(item, names)
    for unknown in item.unknowns:
        yield _("Not known"), unknown
    for option in item.deadlock.options if item.deadlock else ():
        yield _("Way out"), option


def _state(item: Blocked) -> str:
    parts = [words.state(item.state)]
    if item.due:
        parts.append(_("due {date}").format(date=words.day(item.due)))
    if item.since:
        parts.append(_("since {date}").format(date=words.day(item.since)))
    return ", ".join(parts)


def _chain(item: Blocked, names: Mapping[str, str]) -> str:
    labels = [label for label, _same in groupby(names.get(step, step) for step in item.chain)]
    return " → ".join(labels) if len(labels) > 1 else ""


def _held(item: Blocked) -> str:
    if not item.impact.steps:
        return ""
    parts = [words.steps(item.impact.steps)]
    risks = {risk.ref: risk.due for risk in item.impact.deadlines_at_risk if risk.ref and risk.ref != item.ref}
    if risks:
        dates = ", ".join(f"{ref} ({words.day(due)})" for ref, due in risks.items())
        parts.append(_("deadlines of {points}").format(points=dates))
    if len(item.impact.decisions) > 1:
        parts.append(_("in {n} decisions").format(n=len(item.impact.decisions)))
    return "; ".join(parts)


def _slack(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return _("none, {days} short").format(days=words.working_days(-days))
    return words.working_days(days)


def _first(item: Blocked, names: Mapping[str, str]) -> str:
    first = item.first_deadline_to_break
    if first is None or (first.step == item.step and item.state == "overdue"):
        return ""
    place = _("point {ref}").format(ref=first.ref) if first.ref else names.get(first.step, first.step)
    return f"{place}, {words.day(first.due)}"
