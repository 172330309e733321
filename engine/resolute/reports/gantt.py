"""A schedule as rows of a Gantt chart: work, slack, deadline, forecast of every point, or of every decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.dependencies.fold import WORST_FIRST, points
from resolute.reports import graph_svg_style as style
from resolute.reports.forecast import Band, bands
from resolute.reports.graph_svg import natural, state_day
from resolute.reports.graph_svg_cards import decision_label

if TYPE_CHECKING:
    import networkx as nx

    from resolute.dependencies.values import Dates, Schedule
    from resolute.simulation.forecast import Forecast

_ = i18n.translator("pictures")
ngettext = i18n.plural("pictures")

FOLD_ABOVE = 250
"""More rows than this are drawn as one row a decision."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the chart."""

    step: str
    ref: str
    name: str
    party: str
    decision: str
    state: str
    start: date | None
    finish: date | None
    """The earliest finish; of what is done, the day it was done."""
    latest: date | None
    due: date | None
    critical: bool
    band: Band | None = None
    """When it will be done by the forecast; None without one, and for what is done."""


def draw(
    graph: nx.DiGraph[str],
    schedule: Schedule,
    *,
    forecast: Forecast | None = None,
    today: date | None = None,
    title: str | None = None,
    detail: bool = False,
) -> str:
    """The chart as self-contained SVG, from a dependency graph and the schedule of the same source.

    A row a point of the protocol (with `detail` a row a step), by decision; a row a decision where there are more than
    `FOLD_ABOVE`. A `forecast` of the same source adds when half, 80 % and 95 % of the runs are done, and the
    probability that the deadline holds.
    """
    from resolute.reports.gantt_chart import Chart

    shown = graph if detail else points(graph)
    found = bands(forecast) if forecast is not None else {}
    rows = sorted(
        (_row(node, data, schedule.dates.get(node), found.get(node)) for node, data in shown.nodes(data=True)),
        key=lambda row: (natural(row.decision), natural(row.ref), row.start or date.max, row.step),
    )
    edges, decisions = list(shown.edges), graph.graph.get("decisions", {})
    folded = len(rows) > FOLD_ABOVE
    if folded:
        rows, edges = _folded(rows, decisions), []
    heading = title if title is not None else graph.graph.get("title") or _("Schedule")
    chart = Chart(rows, edges, {} if folded else decisions, today or state_day(graph), forecast, headed=not folded)
    return chart.svg(heading)


def _row(node: str, data: Mapping[str, Any], dates: Dates | None, band: Band | None) -> Row:
    done = data.get("state") == "done"
    since = style.day_of(data.get("since"))
    parties = data.get("parties") or ()
    return Row(
        step=node,
        ref=str(data.get("ref") or ""),
        name=str(data.get("name") or ""),
        party="; ".join(parties) or str(data.get("party") or ""),
        decision=str(data.get("decision") or ""),
        state=str(data.get("state") or "to_come"),
        start=since or (dates.start if dates else None),
        finish=since if done else dates.finish if dates else None,
        latest=dates.latest if dates else None,
        due=style.day_of(data.get("due")),
        critical=bool(dates and dates.critical),
        band=None if done or dates is None else band,
    )


def _folded(rows: Sequence[Row], decisions: Mapping[str, str]) -> list[Row]:
    """One row a decision: from its first start to its last finish, with its latest forecast.

    The deadline is the first that cannot be kept; where all can, the last.
    """
    found = []
    for decision, members in groupby(rows, key=lambda row: row.decision):
        group = list(members)
        dues = [row.due for row in group if row.due]
        broken = [row.due for row in group if row.due and row.finish and row.finish > row.due and row.state != "done"]
        found.append(
            Row(
                step=f"group:{decision}",
                ref="",
                name=": ".join(filter(None, decision_label(decisions, decision))),
                party=_counted(group),
                decision=decision,
                state=min((row.state for row in group), key=WORST_FIRST.index),
                start=min((row.start for row in group if row.start), default=None),
                finish=max((row.finish for row in group if row.finish), default=None),
                latest=None,
                due=min(broken, default=max(dues, default=None)),
                critical=any(row.critical for row in group),
                band=max((row.band for row in group if row.band), key=lambda band: band.p95, default=None),
            )
        )
    return found


def _counted(group: Sequence[Row]) -> str:
    """How many steps a decision has, and how many of them are in which state, the worst first."""
    states = Counter(row.state for row in group)
    total = ngettext("{n} step", "{n} steps", len(group)).format(n=len(group))
    return " · ".join([total, *(f"{style.state(state)}: {states[state]}" for state in WORST_FIRST if state in states)])
