"""Draws the rows of a Gantt chart as SVG: days from left to right, the legend of what occurs below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.bpmn.measure import fit, text_width
from resolute.dependencies.fold import WORST_FIRST
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_cards import decision_label
from resolute.reports.graph_svg_legend import legend, legend_rows
from resolute.reports.graph_svg_style import clean

if TYPE_CHECKING:
    from resolute.reports.gantt import Row
    from resolute.simulation.forecast import Forecast

_ = i18n.translator("pictures")

MARGIN = 28
LABELS = 400
CHART = 900
CHANCE = 76
"""Width of the column with the probabilities, where there is a forecast."""
ROW, TALL = 38, 56
"""Height of a row; of one whose name may take two lines, where no titles stand above."""
BAR = 14
BAND = 6
AXIS = 44
_MONTH_ROOM, _LONG_MONTH_ROOM = 64, 100
"""Width that the name of a month takes, short and long."""
HEADER = 84
LATE, FORECAST = "#8c1d18", "#5b3fa0"
DOUBTFUL = 0.8
"""Below this probability a deadline is marked."""
FAR = 15 * 366
"""Days further from today than this are not drawn to scale: they are slips of the pen more often than plans."""
_DAY = timedelta(days=1)
_LATEST = date(9900, 1, 1)


class Chart:
    """One drawing: rows from top to bottom, days from left to right."""

    def __init__(
        self,
        rows: Sequence[Row],
        edges: Sequence[tuple[str, str]],
        decisions: Mapping[str, str],
        today: date | None,
        forecast: Forecast | None,
        *,
        headed: bool = True,
    ) -> None:
        """`headed`: the rows of a decision stand below its title."""
        self.rows, self.edges, self.decisions, self.today, self.forecast = rows, edges, decisions, today, forecast
        self.first, self.span = _span(rows, today)
        self.chance = CHANCE if any(row.band for row in rows) else 0
        self.width = MARGIN * 2 + LABELS + CHART + self.chance
        self.row, self.name = (ROW, 16) if headed else (TALL, 32)
        self.tops: dict[str, float] = {}
        self.heads: list[tuple[float, str]] = []
        y = float(HEADER + AXIS)
        for decision, members in groupby(rows, key=lambda row: row.decision):
            if headed:
                self.heads.append((y, decision))
                y += 26
            for row in members:
                self.tops[row.step] = y
                y += self.row
        self.bottom = y + 6

    def x(self, day: date) -> float:
        """The left edge of a day; what lies beyond the chart stands at its edge."""
        days = min(max((day - self.first).days, 0), self.span)
        return MARGIN + LABELS + days / self.span * CHART

    def svg(self, title: str) -> str:
        items = legend_rows(list(self._legend()), self.width - 2 * MARGIN)
        height = self.bottom + 20 + len(items) * 24 + MARGIN
        heading = fit(title, (self.width - 2 * MARGIN) / style.BOLD, 24, (20, 18, 16))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height:.0f}" width="{self.width}" '
            f'height="{height:.0f}" font-family="{clean(style.FONT)}" fill="{style.INK}" role="img" '
            f'aria-label="{clean(title)}">',
            f'<defs><marker id="gantt-arrow" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
            f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L10 5 L0 9.5 Z" '
            f'fill="{style.GREY}"/></marker><pattern id="late" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" '
            f'fill="#fbe3e1"/><path d="M0 0 V6" stroke="{LATE}" stroke-width="3"/></pattern></defs>',
            f'<rect width="{self.width}" height="{height:.0f}" fill="#ffffff"/>',
            style.text(MARGIN, 40, heading.lines[0] if heading.lines else "", heading.size, bold=True),
            self._subtitle(),
            *self._axis(),
            *self._headings(),
            *(self._label(row) for row in self.rows),
            '<g fill="none">',
            *self._arrows(),
            "</g>",
            *(self._line(row) for row in self.rows),
            self._today(),
            f'<g class="legend" transform="translate({MARGIN} {self.bottom + 20:.0f})">',
            *legend(items),
            "</g></svg>",
        ]
        return "\n".join(part for part in parts if part) + "\n"

    def _subtitle(self) -> str:
        parts = []
        if self.today is not None:
            parts.append(_("State on {date}").format(date=style.day(self.today)))
        if self.chance and self.forecast is not None:
            text = _("forecast from {date}, {n} runs")
            parts.append(text.format(date=style.day(self.forecast.start), n=self.forecast.runs))
        return style.text(MARGIN, 62, " · ".join(parts), 13, colour=style.GREY) if parts else ""

    # --- the days ---

    def _axis(self) -> Iterator[str]:
        end = self.first + _DAY * self.span
        months = []
        day = self.first.replace(day=1)
        while day < end:
            months.append(day)
            day = (day + _DAY * 32).replace(day=1)
        bounds = [self.x(max(month, self.first)) for month in months] + [self.x(end)]
        for index, (left, right) in enumerate(pairwise(bounds)):
            if index % 2:
                yield (
                    f'<rect x="{left:.1f}" y="{HEADER}" width="{right - left:.1f}" '
                    f'height="{self.bottom - HEADER:.0f}" fill="#f6f8fa"/>'
                )
            yield f'<path d="M{left:.1f} {HEADER} V{self.bottom:.0f}" stroke="{style.PALE}" stroke-width="1"/>'
        yield from self._months(months, bounds)
        if len(months) <= 8:
            yield from self._weeks(end)
        if self.chance:
            x = MARGIN + LABELS + CHART + self.chance
            yield style.text(x, HEADER + 18, _("in time"), 12, anchor="end")

    def _months(self, months: list[date], bounds: list[float]) -> Iterator[str]:
        """The names of the months, or of every second, third ... where there are many; January is always among them."""
        wide = CHART / len(months)
        every = next((count for count in (1, 2, 3, 4, 6) if wide * count > _MONTH_ROOM), 12)
        shown = [index for index, month in enumerate(months) if (month.month - 1) % every == 0]
        long = wide * every > _LONG_MONTH_ROOM
        year = 0
        for index, following in pairwise([*shown, len(months)]):
            month, room = months[index], bounds[following] - bounds[index] - 8
            label = style.month(month, long=long, year=long or month.year != year)
            if text_width(label, 12) < room:
                yield style.text(bounds[index] + 6, HEADER + 18, label)
                year = month.year

    def _weeks(self, end: date) -> Iterator[str]:
        day = self.first + _DAY * (-self.first.weekday() % 7)
        while day < end:
            x = self.x(day)
            yield f'<path d="M{x:.1f} {HEADER + 26} V{HEADER + AXIS - 4}" stroke="#b8c1ca" stroke-width="1"/>'
            if CHART / self.span * 7 > 26 and x + 14 < MARGIN + LABELS + CHART:
                yield style.text(x + 3, HEADER + AXIS - 6, str(day.day), 10, colour=style.GREY)
            day += _DAY * 7

    def _today(self) -> str:
        if self.today is None:
            return ""
        x = self.x(self.today)
        return (
            f'<path class="today" d="M{x:.1f} {HEADER + 22} V{self.bottom:.0f}" stroke="{style.CHAIN}" '
            'stroke-width="2" stroke-dasharray="5 3"/>'
            + style.text(x, HEADER - 6, _("today"), 12, colour=style.CHAIN, bold=True, anchor="middle")
        )

    # --- the rows ---

    def _headings(self) -> Iterator[str]:
        width = self.width - 2 * MARGIN
        for y, decision in self.heads:
            heading, text = decision_label(self.decisions, decision)
            label = f"{heading}. {text}" if heading and text else heading or text
            line = fit(label, (width - 20) / style.BOLD, 16, (12,)) if label else None
            yield f'<rect x="{MARGIN}" y="{y:.0f}" width="{width}" height="22" rx="4" fill="#eef1f4"/>'
            if line:
                yield style.text(MARGIN + 10, y + 15, line.lines[0], 12, bold=True)

    def _label(self, row: Row) -> str:
        top = self.tops[row.step]
        look = style.LOOKS.get(row.state, style.LOOKS["to_come"])
        text = f"{row.ref}  {row.name}" if row.ref and not row.name.startswith(row.ref) else row.name
        label = fit(text, LABELS - 44, self.name, (12,))
        who = fit(row.party, LABELS - 44, 14, (10,)) if row.party else None
        parts = [
            f'<path d="M{MARGIN} {top + self.row - 1:.0f} H{self.width - MARGIN}" stroke="#eef1f4"/>',
            f'<g transform="translate({MARGIN + 6} {top + 4:.0f})">{style.mark(look)}</g>',
            style.lines(label.lines, MARGIN + 30, top + 16, label.size),
        ]
        if who and who.lines:
            low = top + 14 + 16 * max(len(label.lines), 1)
            parts.append(style.text(MARGIN + 30, low, who.lines[0], 10, colour=style.GREY))
        return "".join(parts)

    def _line(self, row: Row) -> str:
        look = style.LOOKS.get(row.state, style.LOOKS["to_come"])
        y = self.tops[row.step] + 8
        bar = "".join([*self._bar(row, y, look), *self._band(row, y + BAR + 2), self._deadline(row, y)])
        return f'<g class="row" data-id="{clean(row.step)}"><title>{clean(_tooltip(row))}</title>{bar}</g>'

    def _bar(self, row: Row, y: float, look: style.Look) -> Iterator[str]:
        start, finish = row.start, row.finish
        if not (start and finish):
            return
        if row.state == "done":
            yield f'<g transform="translate({self.x(finish) - 2:.1f} {y - 1:.0f})">{style.mark(look)}</g>'
            return
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
            late = max(self.x(_next(row.due)), left)
            yield (
                f'<rect class="late" x="{late:.1f}" y="{y:.1f}" width="{max(right - late, 3):.1f}" '
                f'height="{BAR}" rx="2" fill="url(#late)" stroke="{LATE}"/>'
            )

    def _band(self, row: Row, y: float) -> Iterator[str]:
        """From the day by which half of the runs are done to that of 95 %, darker up to 80 %; the probability."""
        if row.band is None:
            return
        middle, most, nearly = (self.x(_next(day.date())) for day in (row.band.p50, row.band.p80, row.band.p95))
        for left, right, strength in ((middle, most, 0.75), (most, nearly, 0.35)):
            if right > left:
                yield (
                    f'<rect class="band" x="{left:.1f}" y="{y:.1f}" width="{right - left:.1f}" height="{BAND}" '
                    f'fill="{FORECAST}" opacity="{strength}"/>'
                )
        yield (
            f'<rect class="median" x="{middle - 1:.1f}" y="{y - 1.5:.1f}" width="2.5" height="{BAND + 3}" '
            f'fill="{FORECAST}"/>'
        )
        if row.band.on_time is not None:
            doubtful = round(row.band.on_time, 2) < DOUBTFUL
            yield style.text(
                MARGIN + LABELS + CHART + self.chance,
                y,
                f"{row.band.on_time * 100:.0f} %",
                colour=LATE if doubtful else style.INK,
                bold=doubtful,
                anchor="end",
            )

    def _deadline(self, row: Row, y: float) -> str:
        if row.due is None:
            return ""
        x, middle = self.x(_next(row.due)), y + BAR / 2
        colour = LATE if row.state in ("overdue", "failed") else style.INK
        fill = "#ffffff" if row.state == "done" else colour
        return (
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

    # --- the legend ---

    def _legend(self) -> Iterator[tuple[str, str]]:
        states = {row.state for row in self.rows}
        for name in reversed(WORST_FIRST):
            if name in states:
                yield f'<g transform="translate(2 -13)">{style.mark(style.LOOKS[name])}</g>', style.state(name)
        grey = style.LOOKS["to_come"].ink
        work = f'<rect x="0" y="-11" width="22" height="12" rx="3" fill="{grey}"'
        yield f"{work}/>", _("work, at the earliest")
        if any(row.latest and row.finish and row.latest > row.finish for row in self.rows):
            yield f'<rect x="0" y="-7" width="22" height="4" rx="2" fill="{grey}" opacity="0.28"/>', _("slack")
        yield f'<path d="M11 -13 L17 -6 L11 1 L5 -6 Z" fill="{style.INK}"/>', _("deadline")
        if any(row.due and row.finish and row.finish > row.due and row.state != "done" for row in self.rows):
            yield f'<rect x="0" y="-11" width="22" height="12" fill="url(#late)" stroke="{LATE}"/>', _("late")
        if any(row.critical for row in self.rows):
            yield f'{work} stroke="{style.CRITICAL}" stroke-width="2"/>', _("critical path")
        if self.edges:
            yield f'<path d="M0 -6 H20" stroke="{style.GREY}" marker-end="url(#gantt-arrow)"/>', _("waits for")
        if self.chance:
            yield (
                f'<rect x="1" y="-9" width="11" height="{BAND}" fill="{FORECAST}" opacity="0.75"/>'
                f'<rect x="12" y="-9" width="11" height="{BAND}" fill="{FORECAST}" opacity="0.35"/>'
                f'<rect x="0" y="-10.5" width="2.5" height="{BAND + 3}" fill="{FORECAST}"/>',
                _("forecast: done in 50 %, 80 %, 95 % of the runs"),
            )


def _span(rows: Sequence[Row], today: date | None) -> tuple[date, int]:
    """The first day of the chart, and how many it has."""
    days = [day for row in rows for day in (row.start, row.finish, row.due) if day]
    days += [row.band.p95.date() for row in rows if row.band]
    days.sort()
    middle = min(today or (days[len(days) // 2] if days else date(2000, 1, 1)), _LATEST)
    near = [day for day in days if abs((day - middle).days) < FAR] or [middle]
    first, last = min(*near, middle), max(*near, middle)
    first -= _DAY * min(3, (first - date.min).days)
    return first, min(max((last - first).days + 8, 14), (date.max - first).days)


def _next(day: date) -> date:
    return day + _DAY if day < date.max else day


def _tooltip(row: Row) -> str:
    parts = [f"{row.ref} {row.name}".strip(), row.party, style.state(row.state)]
    if row.due:
        parts.append(_("by {date}").format(date=style.day(row.due)))
    if row.finish and row.state != "done":
        parts.append(_("can be done by {date} at the earliest").format(date=style.day(row.finish)))
    if row.band:
        text = _("forecast: half of the runs by {p50}, 80 % by {p80}, 95 % by {p95}")
        days = (style.day(day.date()) for day in (row.band.p50, row.band.p80, row.band.p95))
        parts.append(text.format(**dict(zip(("p50", "p80", "p95"), days, strict=True))))
        if row.band.on_time is not None:
            parts.append(_("in time with {share} %").format(share=f"{row.band.on_time * 100:.0f}"))
    return "\n".join(part for part in parts if part)
