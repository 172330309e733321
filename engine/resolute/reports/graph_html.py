"""One self-contained HTML page of a dependency graph: the picture with search, filters, details and
keyboard.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.dependencies.fold import WORST_FIRST, points
from resolute.reports import graph_svg
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_cards import decision_label, words

if TYPE_CHECKING:
    import networkx as nx

    from resolute.dependencies.values import Blocked

_ = i18n.translator("pictures")

_HERE = Path(__file__).parent
UNFOLDED = 2500
"""Up to so many steps stand on the page one by one."""
MANY = 300
"""Of more cards than this only those in sight get their words: thousands of texts cost a browser seconds."""


def page(
    graph: nx.DiGraph[str],
    *,
    blocked: Sequence[Blocked] = (),
    by: graph_svg.By = "decision",
    critical: Collection[str] = (),
    today: date | None = None,
    title: str | None = None,
    detail: bool = False,
) -> str:
    """The page as text. Shows the points of the protocol, with the steps inside them on request.

    `blocked` fills the list of what is held up and the details; see `graph_svg.draw` for the rest. Needs no
    network.
    """
    import jinja2

    shown = graph if detail else points(graph)
    if len(shown) > UNFOLDED:
        shown = graph_svg.folded(shown, by=by)
    heading = title if title is not None else graph.graph.get("title") or _("Dependencies")
    many = len(shown) > MANY
    svg = graph_svg.draw(
        shown, by=by, critical=critical, today=today, title=heading, detail=True, fold_above=None, bare=many
    )
    cards = _cards(shown) if many else {}
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (_HERE / "graph_html.html").read_text("utf-8")
    )
    text: str = template.render(
        lang=i18n.language(),
        title=heading,
        svg=svg,
        css=(_HERE / "graph_html.css").read_text("utf-8") + _dark(svg, *cards.values()),
        script=(_HERE / "graph_html.js").read_text("utf-8"),
        data=_json({**_data(graph, shown, blocked), "cards": cards}),
        words=_words(),
        **_choices(graph, shown, by),
    )
    return style.FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _data(graph: nx.DiGraph[str], shown: nx.DiGraph[str], blocked: Iterable[Blocked]) -> dict[str, Any]:
    inner: dict[str, list[str]] = {}
    for node, parent in graph.nodes(data="parent"):
        if parent and node not in shown:
            inner.setdefault(str(parent), []).append(node)
    listed = [item.to_dict() for item in blocked]
    return {
        "steps": {node: _step(data) for node, data in graph.nodes(data=True)}
        | {node: _step(data) for node, data in shown.nodes(data=True) if node not in graph},
        "inner": inner,
        "edges": [[before, after] for before, after in shown.edges],
        "blocked": listed,
        "words": {name: style.state(name) for name in WORST_FIRST} | _script_words(),
        "language": i18n.language(),
    }


def _dark(*drawn: str) -> str:
    """The rules by which a dark screen shows every colour of a picture: light ones dark, of the same hue."""
    colours = sorted({colour for part in drawn for colour in _COLOUR.findall(part)})
    rules = (
        f'  :where(#stage) [{place}="{colour}"] {{ {place}: {style.dark(colour)}; }}\n'
        for colour in colours
        for place in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme: dark) {{\n{''.join(rules)}}}\n"


_COLOUR = re.compile(r'(?:fill|stroke)="(#[0-9a-f]{6})"')


def _cards(shown: nx.DiGraph[str]) -> dict[str, str]:
    """What is written on each card, as SVG."""
    decisions = shown.graph.get("decisions", {})
    return {node: words(data, decisions) for node, data in shown.nodes(data=True)}


def _step(data: dict[str, Any]) -> dict[str, Any]:
    wanted = (
        "ref",
        "name",
        "state",
        "kind",
        "party",
        "parties",
        "due",
        "since",
        "decision",
        "parent",
        "members",
    )
    return {name: _plain(data[name]) for name in wanted if data.get(name)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _choices(graph: nx.DiGraph[str], shown: nx.DiGraph[str], by: graph_svg.By) -> dict[str, Any]:
    """What the filters offer."""
    data = [item for _node, item in shown.nodes(data=True)]
    names = {str(item["decision"]) for item in data if item.get("decision")}
    labels = {}
    for name in sorted(names, key=graph_svg.natural):
        heading, text = decision_label(graph.graph.get("decisions", {}), name)
        labels[name] = f"{heading}. {text}" if heading and text else heading or text
    parties = {
        str(party) for item in data for party in item.get("parties") or ([item["party"]] if item.get("party") else [])
    }
    states = {str(item.get("state")) for item in data}
    return {
        "decisions": labels,
        "parties": sorted(parties),
        "states": {name: style.state(name) for name in WORST_FIRST if name in states},
    }


def _json(value: dict[str, Any]) -> str:
    """JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _words() -> dict[str, str]:
    return {
        "search": _("Search: point, text, executor"),
        "party": _("All executors"),
        "decision": _("All decisions"),
        "state": _("All states"),
        "fit": _("Whole picture"),
        "print": _("Print"),
        "held_up": _("What is held up"),
        "close": _("Close"),
        "larger": _("Larger"),
        "smaller": _("Smaller"),
        "keys": _("Keys: / search · arrows move between steps · Enter details · + − zoom · 0 whole picture · Esc back"),
        "filters": _("Filters"),
    }


def _script_words() -> dict[str, str]:
    """What the script writes into the details."""
    return {
        "nothing": _("Nothing is held up."),
        "found": _("found: {n}"),
        "due": _("Deadline"),
        "party": _("Executor"),
        "parties": _("Executors"),
        "decision": _("Decision"),
        "since": _("Since"),
        "done_on": _("Done on"),
        "act": _("Who must act"),
        "chain": _("What leads here"),
        "behind": _("Waits behind it"),
        "steps": _("steps"),
        "risks": _("Deadlines at risk"),
        "finish": _("Earliest finish"),
        "slack": _("Slack, working days"),
        "unknown": _("Not known"),
        "never": _("Can never run as things stand"),
        "options": _("What could be done"),
        "inside": _("Steps inside"),
        "before": _("Waits for"),
        "after": _("Is waited for by"),
        "nobody": _("nobody is named"),
        "point": _("point"),
    }
