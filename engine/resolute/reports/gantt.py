"""Draws a schedule as a Gantt chart in SVG: work, slack, deadlines, what is late, dependencies, today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.bpmn.measure import fit, text_width
from resolute.dependencies.fold import WORST_FIRST, points
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg import natural, state_day
from resolute.reports.graph_svg_cards import decision_label
from resolute.reports.graph_svg_style import clean

if TYPE_CHECKING:
    import networkx as nx

    from resolute.dependencies.values import Dates, Schedule

_ = i18n.translator("pictures")

MARGIN = 28
LABELS = 400
CHART = 900
ROW = 38
BAR = 14
AXIS = 44
HEADER = 84
FOLD_ABOVE = 250
"""More rows than this are drawn as one row a decision."""
FAR = 15 * 366
"""Days further from today than this are not drawn to scale: they are slips of the pen more often than plans."""
_DAY = timedelta(days=1)


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


def draw(
    graph: nx.DiGraph[str],
    schedule: Schedule,
    *,
    today: date | None = None,
    title: str | None = None,
    detail: bool = False,
) -> str:
    """The chart as self-contained SVG, from a dependency graph and the schedule of the same source.

    A row a point of the protocol (with `detail` a row a step), by decision; steps without a date come last.
    """
    shown = graph if detail else points(graph)
    rows = sorted(
        (_row(node, data, schedule.dates.get(node)) for node, data in shown.nodes(data=True)),
        key=lambda row: (natural(row.decision), row.start is None, row.start or date.max, natural(row.ref)),
    )
    edges = list(shown.edges)
    if len(rows) > FOLD_ABOVE:
        rows, edges = _folded(rows), []
    heading = title if title is not None else graph.graph.get("title") or _("Schedule")
    return _Chart(graph, rows, edges, today or state_day(graph)).svg(heading)


def _row(node: str, data: Mapping[str, Any], dates: Dates | None) -> Row:
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
    )


def _folded(rows: Sequence[Row]) -> list[Row]:
    """One row a decision: from its first start to its last finish, with its last deadline."""
    found = []
    for decision, members in groupby(rows, key=lambda row: row.decision):
        group = list(members)
        starts = [row.start for row in group if row.start]
        ends = [row.finish for row in group if row.finish]
        dues = [row.due for row in group if row.due]
        worst = min((row.state for row in group), key=WORST_FIRST.index)
        first = replace(group[0], step=f"group:{decision}", ref="", name=decision, party="", state=worst)
        found.append(
            replace(
                first,
                start=min(starts, default=None),
                finish=max(ends, default=None),
                latest=None,
                due=max(dues, default=None),
                critical=any(row.critical for row in group),
            )
        )
    return found


def _next(day: date) -> date:
    return day + _DAY if day < date.max else day


class _Chart:
    """One drawing: rows from top to bottom, days from left to right."""

    def __init__(
        self,
        graph: nx.DiGraph[str],
        rows: Sequence[Row],
        edges: Sequence[tuple[str, str]],
        today: date | None,
    ) -> None:
        self.graph, self.rows, self.edges, self.today = graph, rows, edges, today
        days = sorted(day for row in rows for day in (row.start, row.finish, row.due) if day)
        middle = today or (days[len(days) // 2] if days else date(2000, 1, 1))
        middle = min(middle, date(9900, 1, 1))
        near = [day for day in days if abs((day - middle).days) < FAR] or [middle]
        first, last = min(*near, middle), max(*near, middle)
        self.first = first - _DAY * min(3, (first - date.min).days)
        self.span = min(max((last - self.first).days + 8, 14), (date.max - self.first).days)
        self.tops: dict[str, float] = {}
        self.heads: list[tuple[float, str]] = []
        y = float(HEADER + AXIS)
        for decision, members in groupby(rows, key=lambda row: row.decision):
            self.heads.append((y, decision))
            y += 26
            for row in members:
                self.tops[row.step] = y
                y += ROW
        self.bottom = y + 6

    def x(self, day: date) -> float:
        """The left edge of a day; what lies beyond the chart stands at its edge."""
        days = min(max((day - self.first).days, 0), self.span)
        return MARGIN + LABELS + days / self.span * CHART

    def svg(self, title: str) -> str:
        width, height = MARGIN * 2 + LABELS + CHART, self.bottom + 62
        heading = fit(title, width - 2 * MARGIN, 24, (20, 18, 16))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
            f'height="{height:.0f}" font-family="{clean(style.FONT)}" fill="{style.INK}" role="img" '
            f'aria-label="{clean(title)}">',
            f'<defs><marker id="gantt-arrow" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
            f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L10 5 L0 9.5 Z" '
            f'fill="{style.GREY}"/></marker><pattern id="late" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" '
            'fill="#fbe3e1"/><path d="M0 0 V6" stroke="#8c1d18" stroke-width="3"/></pattern></defs>',
            f'<rect width="{width}" height="{height:.0f}" fill="#ffffff"/>',
            f'<text x="{MARGIN}" y="40" font-size="{heading.size}" font-weight="bold">'
            f"{clean(heading.lines[0] if heading.lines else '')}</text>",
            self._subtitle(),
            *self._axis(),
            *self._headings(),
            '<g fill="none">',
            *self._arrows(),
            "</g>",
            *(self._line(row) for row in self.rows),
            self._today(),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(part for part in parts if part) + "\n"

    def _subtitle(self) -> str:
        if self.today is None:
            return ""
        text = _("State on {date}").format(date=style.day(self.today))
        return f'<text x="{MARGIN}" y="62" font-size="13" fill="{style.GREY}">{clean(text)}</text>'

    def _axis(self) -> Iterator[str]:
        end = self.first + _DAY * self.span
        months = []
        day = self.first.replace(day=1)
        while day < end:
            months.append(day)
            day = (day + _DAY * 32).replace(day=1)
        every = max(1, -(-len(months) * 64 // CHART))
        for index, month in enumerate(months):
            following = months[index + 1] if index + 1 < len(months) else end
            left, right = self.x(max(month, self.first)), self.x(min(following, end))
            if index % 2:
                yield (
                    f'<rect x="{left:.1f}" y="{HEADER}" width="{right - left:.1f}" '
                    f'height="{self.bottom - HEADER:.0f}" fill="#f6f8fa"/>'
                )
            yield (f'<path d="M{left:.1f} {HEADER} V{self.bottom:.0f}" stroke="{style.PALE}" stroke-width="1"/>')
            if index % every == 0:
                label = style.month(month, long=right - left > 90)
                if text_width(label, 12) < (right - left) * every - 6:
                    yield f'<text x="{left + 6:.1f}" y="{HEADER + 18}" font-size="12">{clean(label)}</text>'
        if len(months) <= 8:
            yield from self._weeks(end)

    def _weeks(self, end: date) -> Iterator[str]:
        day = self.first + _DAY * (-self.first.weekday() % 7)
        while day < end:
            x = self.x(day)
            yield f'<path d="M{x:.1f} {HEADER + 26} V{HEADER + AXIS - 4}" stroke="#b8c1ca" stroke-width="1"/>'
            if CHART / self.span * 7 > 26:
                yield (
                    f'<text x="{x + 3:.1f}" y="{HEADER + AXIS - 6}" font-size="10" fill="{style.GREY}">{day.day}</text>'
                )
            day += _DAY * 7

    def _headings(self) -> Iterator[str]:
        width = LABELS + CHART
        for y, decision in self.heads:
            heading, text = decision_label(self.graph.graph.get("decisions", {}), decision)
            label = f"{heading}. {text}" if heading and text else heading or text
            line = fit(label, width - 20, 16, (12,)) if label else None
            yield f'<rect x="{MARGIN}" y="{y:.0f}" width="{width}" height="22" rx="4" fill="#eef1f4"/>'
            if line:
                yield (
                    f'<text x="{MARGIN + 10}" y="{y + 15:.0f}" font-size="12" font-weight="bold">'
                    f"{clean(line.lines[0])}</text>"
                )

    def _line(self, row: Row) -> str:
        top = self.tops[row.step]
        look = style.LOOKS.get(row.state, style.LOOKS["to_come"])
        label = fit(f"{row.ref}  {row.name}" if row.ref else row.name, LABELS - 44, 16, (12,))
        who = fit(row.party, LABELS - 44, 14, (10,)) if row.party else None
        parts = [
            f'<g class="row" data-id="{clean(row.step)}"><title>{clean(self._tooltip(row))}</title>',
            f'<path d="M{MARGIN} {top + ROW - 1:.0f} H{MARGIN + LABELS + CHART}" stroke="#eef1f4"/>',
            f'<g transform="translate({MARGIN + 6} {top + 4:.0f})">{style.mark(look)}</g>',
            f'<text x="{MARGIN + 30}" y="{top + 16:.0f}" font-size="12">'
            f"{clean(label.lines[0] if label.lines else '')}</text>",
        ]
        if who and who.lines:
            parts.append(
                f'<text x="{MARGIN + 30}" y="{top + 30:.0f}" font-size="10" fill="{style.GREY}">'
                f"{clean(who.lines[0])}</text>"
            )
        parts += self._bar(row, top + 8, look)
        return "".join([*parts, "</g>"])

    def _bar(self, row: Row, y: float, look: style.Look) -> Iterator[str]:
        start, finish = row.start, row.finish
        if start and finish and row.state == "done":
            x = self.x(finish)
            yield f'<g transform="translate({x - 2:.1f} {y - 1:.0f})">{style.mark(look)}</g>'
        elif start and finish:
            left, right = self.x(start), self.x(_next(finish))
            if row.latest and row.latest > finish:
                slack = self.x(_next(row.latest)) - right
                yield (
                    f'<rect class="slack" x="{right:.1f}" y="{y + BAR / 2 - 2:.1f}" width="{slack:.1f}" '
                    f'height="4" rx="2" fill="{look.ink}" opacity="0.28"/>'
                )
            stroke = f' stroke="{style.CRITICAL}" stroke-width="2"' if row.critical else ""
            yield (
                f'<rect class="work" x="{left:.1f}" y="{y:.1f}" width="{max(right - left, 3):.1f}" '
                f'height="{BAR}" rx="3" fill="{look.ink}"{stroke}/>'
            )
            if row.due and finish > row.due:
                late = self.x(_next(row.due))
                yield (
                    f'<rect class="late" x="{max(late, left):.1f}" y="{y:.1f}" '
                    f'width="{max(right - max(late, left), 3):.1f}" height="{BAR}" rx="2" fill="url(#late)" '
                    'stroke="#8c1d18"/>'
                )
        if row.due:
            x, middle = self.x(_next(row.due)), y + BAR / 2
            colour = "#8c1d18" if row.state in ("overdue", "failed") else style.INK
            fill = "#ffffff" if row.state == "done" else colour
            yield (
                f'<path class="deadline" d="M{x:.1f} {middle - 7:.1f} L{x + 6:.1f} {middle:.1f} '
                f'L{x:.1f} {middle + 7:.1f} L{x - 6:.1f} {middle:.1f} Z" fill="{fill}" stroke="{colour}"/>'
            )

    def _arrows(self) -> Iterator[str]:
        rows = {row.step: row for row in self.rows}
        for before, after in self.edges:
            first, second = rows[before], rows[after]
            if first.state == "done" or second.state == "done" or not (first.finish and second.start):
                continue
            x, y = self.x(_next(first.finish)), self.tops[before] + 8 + BAR / 2
            end, low = self.x(second.start), self.tops[after] + 8 + (0 if y < self.tops[after] else BAR)
            turn = max(min(end + 3, MARGIN + LABELS + CHART), x + 5)
            yield (
                f'<path class="dependency" d="M{x:.1f} {y:.1f} H{turn:.1f} V{low:.1f}" stroke="{style.GREY}" '
                f'stroke-width="1.2" marker-end="url(#gantt-arrow)"/>'
            )

    def _today(self) -> str:
        if self.today is None:
            return ""
        x, label = self.x(self.today), _("today")
        return (
            f'<path class="today" d="M{x:.1f} {HEADER + 22} V{self.bottom:.0f}" stroke="{style.CHAIN}" '
            f'stroke-width="2" stroke-dasharray="5 3"/><text x="{x:.1f}" y="{HEADER - 6}" font-size="12" '
            f'text-anchor="middle" fill="{style.CHAIN}" font-weight="bold">{clean(label)}</text>'
        )

    def _tooltip(self, row: Row) -> str:
        parts = [f"{row.ref} {row.name}".strip(), row.party, style.state(row.state)]
        if row.due:
            parts.append(_("by {date}").format(date=style.day(row.due)))
        if row.finish and row.state != "done":
            parts.append(_("can be done by {date} at the earliest").format(date=style.day(row.finish)))
        return "\n".join(part for part in parts if part)

    def _legend(self) -> Iterator[str]:
        look = style.LOOKS["to_come"]
        work = f'<rect x="0" y="-11" width="22" height="12" rx="3" fill="{look.ink}"'
        items = [
            (f"{work}/>", _("work, at the earliest")),
            (
                f'<rect x="0" y="-7" width="22" height="4" rx="2" fill="{look.ink}" opacity="0.28"/>',
                _("slack"),
            ),
            (
                f'<path d="M11 -13 L17 -6 L11 1 L5 -6 Z" fill="{style.INK}"/>',
                _("deadline"),
            ),
            ('<rect x="0" y="-11" width="22" height="12" fill="url(#late)" stroke="#8c1d18"/>', _("late")),
            (f'{work} stroke="{style.CRITICAL}" stroke-width="2"/>', _("critical path")),
            (f'<path d="M0 -6 H20" stroke="{style.GREY}" marker-end="url(#gantt-arrow)"/>', _("waits for")),
        ]
        x = 0.0
        for drawing, label in items:
            yield (
                f'<g transform="translate({MARGIN + x:.0f} {self.bottom + 34:.0f})">{drawing}'
                f'<text x="30" font-size="12">{clean(label)}</text></g>'
            )
            x += 30 + text_width(label, 12) + 26
