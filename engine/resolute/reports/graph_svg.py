"""Draws a dependency graph as SVG: steps as cards in columns, decisions or parties as lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from resolute import i18n
from resolute.bpmn.measure import fit
from resolute.dependencies.fold import WORST_FIRST, fold, points
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_cards import card, decision_label
from resolute.reports.graph_svg_layout import CARD_HEIGHT, CARD_WIDTH, COLUMN_GAP, Box, Lane, Layout, place
from resolute.reports.graph_svg_legend import legend, legend_rows
from resolute.reports.graph_svg_style import clean

if TYPE_CHECKING:
    import networkx as nx

_ = i18n.translator("pictures")
ngettext = i18n.plural("pictures")

MARGIN = 28
LANE_LABEL = 168
HEADER = 86
FOLD_ABOVE = 150
"""More steps than this are drawn as one card a decision or party."""

By = Literal["decision", "party"]


def draw(
    graph: nx.DiGraph[str],
    *,
    by: By = "decision",
    chain: Sequence[str] = (),
    critical: Collection[str] = (),
    today: date | None = None,
    title: str | None = None,
    detail: bool = False,
    fold_above: int | None = FOLD_ABOVE,
    bare: bool = False,
) -> str:
    """The graph of `resolute.dependencies.graph` (or `graph_of`) as a self-contained SVG picture.

    Draws the points of the protocol; with `detail` every step. `chain` (step ids) is highlighted, `critical` steps
    are marked; `today` is the day of the graph unless given. Graphs of more than `fold_above` cards are folded into
    one card a lane, the chain kept; None never folds. `bare` cards have no words, for a page that adds them later.
    """
    shown = graph if detail else points(graph)
    if fold_above is not None and len(shown) > fold_above:
        shown = folded(shown, by=by, keep=[step for step in chain if step in shown])
    picture = _Picture(shown, by, chain, critical, bare)
    return picture.svg(title if title is not None else graph.graph.get("title", ""), today or state_day(graph))


def folded(graph: nx.DiGraph[str], *, by: By, keep: Collection[str] = ()) -> nx.DiGraph[str]:
    """One card a decision, or a party where there is but one decision or `by` says so."""
    decisions = {value for _node, value in graph.nodes(data="decision")}
    key = "party" if by == "party" or len(decisions) < 2 else "decision"
    return fold(graph, by=lambda data: data.get(key), keep=keep)


def state_day(graph: nx.DiGraph[str]) -> date | None:
    """The day whose state a graph of instances shows; None for a register, of which nothing runs."""
    live = any(instance for _node, instance in graph.nodes(data="instance"))
    return style.day_of(graph.graph.get("at")) if live else None


def lane_key(data: dict[str, Any], by: By) -> str:
    """The lane that a node belongs to."""
    return str(data.get(by) or "")


class _Picture:
    """One drawing: the graph, its layout and what is to be stressed."""

    def __init__(
        self, graph: nx.DiGraph[str], by: By, chain: Sequence[str], critical: Collection[str], bare: bool
    ) -> None:
        self.graph = graph
        self.bare = bare
        self.by = by
        self.decisions: dict[str, str] = graph.graph.get("decisions", {})
        self.chain = set(chain)
        self.chain_edges = set(pairwise(step for step in chain if step in graph))
        self.critical = set(critical)
        self.one_lane = any(data.get("kind") == "group" for _node, data in graph.nodes(data=True))
        lanes = {node: "" if self.one_lane else lane_key(data, by) for node, data in graph.nodes(data=True)}
        nodes = sorted(graph, key=lambda node: natural(lanes[node]))
        self.layout: Layout = place(nodes, [edge for edge in graph.edges if edge[0] != edge[1]], lanes)
        self.label = 0 if self.one_lane else LANE_LABEL
        self.left = MARGIN + self.label + 16

    def svg(self, title: str, today: date | None) -> str:
        items = list(self._legend_items())
        width = max(self.left + self.layout.width + MARGIN + 16, 900)
        rows = legend_rows(items, width - 2 * MARGIN)
        height = HEADER + self.layout.height + 24 + len(rows) * 24 + MARGIN
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" font-family="{clean(style.FONT)}" fill="{style.INK}" '
            f'role="img" aria-label="{clean(title)}">',
            f"<defs>{_arrow('arrow', style.GREY)}{_arrow('arrow-chain', style.CHAIN)}"
            f"{_arrow('arrow-plain', style.FAINT)}{_arrow('arrow-critical', style.CRITICAL)}</defs>",
            f'<rect class="paper" width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
            *self._header(title, today, width),
            f'<g transform="translate(0 {HEADER})">',
            *(self._lane(lane, width) for lane in self.layout.lanes),
            "</g>",
            f'<g transform="translate({self.left} {HEADER})">',
            '<g class="edges" fill="none">',
            *self._edges(),
            "</g>",
            '<g class="steps">',
            *(self._card(node, self.layout.boxes[node]) for node in self.graph),
            "</g></g>",
            f'<g class="legend" transform="translate({MARGIN} {HEADER + self.layout.height + 24:.0f})">',
            *legend(rows),
            "</g></svg>",
        ]
        return "\n".join(part for part in parts if part) + "\n"

    def _header(self, title: str, today: date | None, width: float) -> Iterator[str]:
        heading = fit(title or _("Dependencies"), width - 2 * MARGIN, 24, (20, 18, 16))
        yield style.text(MARGIN, 40, heading.lines[0], heading.size, bold=True)
        counts: Counter[str] = Counter()
        for _node, data in self.graph.nodes(data=True):
            counts.update(data.get("counts") or {data.get("state", "to_come"): 1})
        total = sum(counts.values())
        parts = [_("State on {date}").format(date=style.day(today))] if today else []
        parts.append(ngettext("{n} step", "{n} steps", total).format(n=total))
        parts += [f"{style.state(name)}: {counts[name]}" for name in WORST_FIRST if counts[name]]
        line = fit(" · ".join(parts), width - 2 * MARGIN, 18, (13, 12, 11))
        yield style.text(MARGIN, 64, line.lines[0], line.size, colour=style.GREY)

    def _lane(self, lane: Lane, width: float) -> str:
        if self.one_lane:
            return ""
        heading, text = "", lane.key or _("Without an executor")
        if self.by == "decision":
            heading, text = decision_label(self.decisions, lane.key)
        body = fit(text, LANE_LABEL - 24, lane.height - 44, (12, 11, 10))
        height = lane.height - 6
        return (
            f'<g class="lane" transform="translate({MARGIN} {lane.top:.1f})">'
            f"<title>{clean(text or heading)}</title>"
            f'<rect width="{width - 2 * MARGIN:.0f}" height="{height:.1f}" rx="6" fill="#fafbfc" '
            f'stroke="{style.PALE}"/>'
            f'<rect width="{LANE_LABEL}" height="{height:.1f}" rx="6" fill="#eef1f4"/>'
            f"{style.text(12, 24, heading, 13, bold=True)}"
            f"{style.lines(body.lines, 12, 42 if heading else 26, body.size)}</g>"
        )

    def _edges(self) -> Iterator[str]:
        order = sorted(self.graph.edges(data=True), key=lambda edge: (edge[0], edge[1]) in self.chain_edges)
        for before, after, data in order:
            if before == after:
                continue
            plain = data.get("kind") == "sequence"
            colour, stroke, arrow = (style.FAINT, 1.2, "arrow-plain") if plain else (style.GREY, 1.5, "arrow")
            if (before, after) in self.chain_edges:
                colour, stroke, arrow = style.CHAIN, 3, "arrow-chain"
            elif before in self.critical and after in self.critical:
                colour, stroke, arrow = style.CRITICAL, 2.2, "arrow-critical"
            dash = style.DASHES.get(data.get("kind", ""))
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            way = _way(self.layout.boxes[before], self.layout.boxes[after], self.layout.ways[before, after])
            label = f"{before} → {after}: {style.edge(data.get('kind', ''))}"
            if data.get("reason"):
                label += f" ({data['reason']})"
            yield (
                f'<path class="edge" data-before="{clean(before)}" data-after="{clean(after)}" '
                f'd="{way}" stroke="{colour}" stroke-width="{stroke}"{dashed} '
                f'marker-end="url(#{arrow})"><title>{clean(label)}</title></path>'
            )

    def _card(self, node: str, box: Box) -> str:
        return card(
            node,
            self.graph.nodes[node],
            box,
            self.decisions,
            chain=node in self.chain,
            critical=node in self.critical,
            bare=self.bare,
        )

    def _legend_items(self) -> Iterator[tuple[str, str]]:
        """Drawing (20 px wide) and label of everything that occurs."""
        states = {
            name
            for _node, data in self.graph.nodes(data=True)
            for name in (data.get("counts") or [data.get("state", "to_come")])
        }
        for name in reversed(WORST_FIRST):
            if name in states:
                yield (
                    f'<g transform="translate(2 -13)">{style.mark(style.LOOKS[name])}</g>',
                    style.state(name),
                )
        kinds = {data.get("kind", "") for _before, _after, data in self.graph.edges(data=True)}
        for name in ("sequence", "declared", "message", "approval", "resource", "call"):
            if name in kinds:
                dash = f' stroke-dasharray="{style.DASHES[name]}"' if name in style.DASHES else ""
                colour, arrow = (style.FAINT, "arrow-plain") if name == "sequence" else (style.GREY, "arrow")
                yield (
                    f'<path d="M0 -4 H24" stroke="{colour}" stroke-width="1.6"{dash} marker-end="url(#{arrow})"/>',
                    style.edge(name),
                )
        if self.chain & set(self.graph):
            yield (
                f'<path d="M0 -4 H20" stroke="{style.CHAIN}" stroke-width="3"/>',
                _("what holds the step back"),
            )
        if self.critical & set(self.graph):
            yield (
                f'<rect x="1" y="-13" width="18" height="14" rx="3" fill="none" stroke="{style.CRITICAL}" '
                'stroke-width="2.2"/>',
                _("critical path"),
            )


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10 and the empty text last."""
    if not text:
        return [(2, 0, "")]
    words = text.replace("/", ".").replace("-", ".").split(".")
    return [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in words]


def _way(start: Box, end: Box, bends: Sequence[tuple[float, float]]) -> str:
    """A smooth line from the right edge of one card to the left edge of the other."""
    x, y = start.x + CARD_WIDTH, start.middle
    if end.x <= start.x:
        low = max(start.y, end.y) + CARD_HEIGHT + 8
        return (
            f"M{x:.1f} {y:.1f} C{x + 48:.1f} {y:.1f} {x + 48:.1f} {low:.1f} {x - 20:.1f} {low:.1f} "
            f"L{end.x + 20:.1f} {low:.1f} C{end.x - 48:.1f} {low:.1f} {end.x - 48:.1f} {end.middle:.1f} "
            f"{end.x - 3:.1f} {end.middle:.1f}"
        )
    way = f"M{x:.1f} {y:.1f}"
    for left, height in bends:
        way += _curve(x, y, left, height) + f" L{left + CARD_WIDTH:.1f} {height:.1f}"
        x, y = left + CARD_WIDTH, height
    return way + _curve(x, y, end.x - 3, end.middle)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = min(COLUMN_GAP, to_x - x) * 0.55
    return f" C{x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0.5 L10 5 L0 9.5 Z" fill="{colour}"/></marker>'
    )
