"""Pictures of parties: who waits for whom, and how many points each has open week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.bpmn.measure import fit, text_width
from resolute.dependencies.fold import points
from resolute.dependencies.naming import OVER
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_style import clean

if TYPE_CHECKING:
    import networkx as nx

    from resolute.dependencies.values import Blocked, Schedule

_ = i18n.translator("pictures")
ngettext = i18n.plural("pictures")

MARGIN = 28
LABELS = 330
HEADER = 76
MOST = 40
"""Only so many parties are drawn, the busiest ones."""
MOST_WEEKS = 104
_DARK = 0.8
"""Cells of more than this share of the most are dark enough for white figures."""
_CELL, _ROW = 54, 40
_NARROW = 26
"""Cells up to this width have smaller figures."""
_WIDEST = 1400
"""The cells of a load are made wide enough for their figures as long as they take no more than this."""
_WEEK = timedelta(days=7)


Waits = Counter[tuple[str, str]]
"""Who waits, who has to act -> how many points."""


def held_up(blocked: Iterable[Blocked]) -> Waits:
    """Who is held up by whom, by a report of what is blocked."""
    counts: Waits = Counter()
    for item in blocked:
        if not item.inner and not item.optional:
            waiting = item.party or _("Without an executor")
            acting = dict.fromkeys(root.party for root in item.roots if root.party and root.party != item.party)
            counts.update((waiting, party) for party in acting)
    return counts


def planned(graph: nx.DiGraph[str]) -> Waits:
    """Who will wait for whom, by the dependencies between the open points of a graph."""
    shown = points(graph)
    counts: Waits = Counter()
    for before, after in shown.edges:
        first, second = (shown.nodes[node] for node in (before, after))
        names = [data.get("party") or _("Without an executor") for data in (second, first)]
        if names[0] != names[1] and first.get("state") not in OVER and second.get("state") not in OVER:
            counts[names[0], names[1]] += 1
    return counts


def matrix(counts: Waits, *, title: str | None = None) -> str:
    """Who waits for whom: how many points of the party of a row wait for the party of a column, as SVG."""
    rows = _busiest(Counter({row: 0 for row, _column in counts}), counts, 0)
    columns = _busiest(Counter({column: 0 for _row, column in counts}), counts, 1)
    most = max(counts.values(), default=1)
    heading = title or _("Who waits for whom")
    note = _("Rows wait, columns must act; the number is how many points are held up.")
    if not counts:
        note = _("No executor waits for another.")
    columns = sorted(columns, key=lambda party: rows.index(party) if party in rows else len(rows))
    number = {party: place for place, party in enumerate(dict.fromkeys([*rows, *columns]), 1)}
    others = [party for party in columns if party not in rows]
    top = HEADER + 44 + len(others) * 18
    body = [_text_row(MARGIN, top + index * _ROW, f"{index + 1}. {party}") for index, party in enumerate(rows)]
    for index, party in enumerate(others):
        label = fit(f"{number[party]}. {party}", 620, 16, (12, 11))
        body.append(style.text(MARGIN, HEADER + 14 + index * 18, label.lines[0], label.size))
    for index, party in enumerate(columns):
        x = MARGIN + LABELS + index * _CELL
        body.append(style.text(x + _CELL / 2 - 2, top - 10, str(number[party]), 12, bold=True, anchor="middle"))
    for (row, column), count in counts.items():
        if row in rows and column in columns:
            x = MARGIN + LABELS + columns.index(column) * _CELL
            body.append(_cell(x, top + rows.index(row) * _ROW, count, count / most, f"{row} ← {column}: {count}"))
    width = max(MARGIN * 2 + LABELS + len(columns) * _CELL, 700)
    return _svg(heading, note, width, top + len(rows) * _ROW + MARGIN, body)


def load(graph: nx.DiGraph[str], schedule: Schedule, *, title: str | None = None) -> str:
    """How many points each party has open in each week, from the earliest start to the deadline, as SVG."""
    spans = list(_spans(graph, schedule))
    first = min((start for _party, start, _end in spans), default=date(2000, 1, 3))
    first -= timedelta(days=first.weekday())
    counts: Counter[tuple[str, str]] = Counter()
    for party, start, end in spans:
        last = min((end - first) // _WEEK, MOST_WEEKS - 1)
        counts.update((party, str(week)) for week in range((start - first) // _WEEK, last + 1))
    rows = _busiest(Counter({row: 0 for row, _week in counts}), counts, 0)
    weeks = max((int(number) for _party, number in counts), default=0) + 1
    most = max(counts.values(), default=1)
    figures = text_width(str(most), 10) * style.BOLD + 6
    size = max(min(900 / weeks, 40.0), figures if figures * weeks < _WIDEST else 9.0)
    top = HEADER + 40
    body = [_text_row(MARGIN, top + index * _ROW, party) for index, party in enumerate(rows)]
    body += _months(first, weeks, size, top)
    for (party, number), count in counts.items():
        if party in rows:
            week = int(number)
            x, y = MARGIN + LABELS + week * size, top + rows.index(party) * _ROW
            day = first + _WEEK * week
            label = f"{party}, {style.day(day)}: {count}"
            body.append(_cell(x, y, count, count / most, label, size - 1, numbers=size >= figures))
    heading = title or _("Load of the executors by week")
    note = _("How many points are open in a week, from the earliest start to the deadline.")
    return _svg(heading, note, MARGIN * 2 + LABELS + weeks * size, top + len(rows) * _ROW + MARGIN, body)


def _spans(graph: nx.DiGraph[str], schedule: Schedule) -> Iterator[tuple[str, date, date]]:
    """Party, first and last day of each open point."""
    for node, data in points(graph).nodes(data=True):
        dates = schedule.dates.get(node)
        if dates is None or dates.start is None or dates.finish is None:
            continue
        start = style.day_of(data.get("since")) or dates.start
        end = max(dates.due or dates.finish, dates.finish)
        for party in data.get("parties") or ():
            yield str(party), start, end


def _busiest(names: Counter[str], counts: Counter[tuple[str, str]], place: int) -> list[str]:
    for key, count in counts.items():
        names[key[place]] += count
    return [name for name, _count in sorted(names.items(), key=lambda item: (-item[1], item[0]))[:MOST]]


def _months(first: date, weeks: int, size: float, top: float) -> Iterator[str]:
    shown = None
    for week in range(weeks):
        day = first + _WEEK * week
        if day.month != shown:
            shown = day.month
            yield style.text(
                MARGIN + LABELS + week * size, top - 10, style.month(day, long=False, year=day.month == 1), 11
            )


def _text_row(x: float, y: float, party: str) -> str:
    label = fit(party, LABELS - 24, 30, (12, 11))
    return style.lines(label.lines, x, y + (24 if len(label.lines) == 1 else 16), label.size)


def _cell(
    x: float, y: float, count: int, share: float, label: str, width: float = _CELL - 4, *, numbers: bool = True
) -> str:
    ink = "#ffffff" if share > _DARK else style.INK
    size = 13 if width > _NARROW else 10
    number = style.text(x + width / 2, y + 23, str(count), size, colour=ink, bold=True, anchor="middle")
    number = number if numbers else ""
    return (
        f'<g class="cell"><title>{clean(label)}</title><rect x="{x:.1f}" y="{y + 2:.1f}" width="{width:.1f}" '
        f'height="{_ROW - 6}" rx="3" fill="#1261a8" fill-opacity="{0.15 + 0.8 * share:.2f}"/>{number}</g>'
    )


def _svg(title: str, note: str, width: float, height: float, body: Sequence[str]) -> str:
    head = fit(title, width - 2 * MARGIN, 24, (20, 18, 16))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" font-family="{clean(style.FONT)}" '
            f'fill="{style.INK}" role="img" aria-label="{clean(title)}">',
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            style.text(MARGIN, 38, head.lines[0], head.size, bold=True),
            style.text(MARGIN, 60, note, 12, colour=style.GREY),
            *body,
            "</svg>\n",
        ]
    )
