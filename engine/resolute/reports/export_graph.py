"""Writes a dependency graph to a file; the ending of its name says how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolute import bpmn, i18n
from resolute.errors import InputError
from resolute.files import write_whole
from resolute.reports import graph_svg_style as style

if TYPE_CHECKING:
    import networkx as nx

    from resolute.dependencies.values import Blocked
    from resolute.reports.graph_svg import By

_ = i18n.translator("pictures")

DRAWN = (".svg", ".png", ".html")
SUFFIXES = (".svg", ".png", ".html", ".dot", ".graphml", ".mmd", ".json")


def write(
    graph: nx.DiGraph[str],
    path: str | Path,
    *,
    blocked: Sequence[Blocked] = (),
    critical: Collection[str] = (),
    by: By = "decision",
    today: date | None = None,
    title: str | None = None,
    detail: bool = False,
) -> Path:
    """Writes the graph as picture (.svg, .png), page (.html) or data (.dot, .graphml, .mmd, .json).

    Pictures and pages show the points of the protocol, with `detail` every step; data always hold every step.
    The longest late chain of `blocked` is highlighted, the steps in `critical` are marked. Raises InputError for
    another ending, before anything is written.
    """
    target = Path(path)
    chain = worst_chain(blocked)

    def svg() -> str:
        from resolute.reports.graph_svg import draw

        return draw(graph, by=by, chain=chain, critical=critical, today=today, title=title, detail=detail)

    def html() -> str:
        from resolute.reports.graph_html import page

        return page(graph, blocked=blocked, by=by, critical=critical, today=today, title=title, detail=detail)

    makers: dict[str, Callable[[], str | bytes]] = {
        ".svg": svg,
        ".png": lambda: bpmn.png(svg()),
        ".html": html,
        ".dot": lambda: dot(graph),
        ".graphml": lambda: graphml(graph),
        ".mmd": lambda: mermaid(graph),
        ".json": lambda: node_link(graph),
    }
    maker = makers.get(target.suffix.lower())
    if maker is None:
        raise InputError(
            _("{found} is no kind of picture that can be written; expected one of {known}").format(
                found=repr(target.suffix), known=", ".join(SUFFIXES)
            ),
            file=str(target),
        )
    made = maker()
    return write_whole(target, made.encode("utf-8", "replace") if isinstance(made, str) else made)


def worst_chain(blocked: Sequence[Blocked]) -> tuple[str, ...]:
    """The chain to stress in a picture: the longest one that ends in a step that is late or stuck."""
    late = (item for item in blocked if item.deadlock or (item.slack_days or 0) < 0 or item.state == "failed")
    return max((item.chain for item in late if not item.optional), key=len, default=())


def dot(graph: nx.DiGraph[str]) -> str:
    """The graph in the language of Graphviz."""
    lines = ["digraph dependencies {", "  rankdir=LR;", '  node [shape=box, style="rounded,filled"];']
    for node, data in graph.nodes(data=True):
        look = style.LOOKS.get(str(data.get("state")), style.LOOKS["to_come"])
        lines.append(
            f"  {_quoted(node)} [label={_escaped(_label(node, data))}, color={_quoted(look.ink)}, "
            f"fillcolor={_quoted(look.paper)}];"
        )
    for before, after, data in graph.edges(data=True):
        dashed = ", style=dashed" if data.get("kind") in style.DASHES else ""
        lines.append(f"  {_quoted(before)} -> {_quoted(after)} [tooltip={_quoted(str(data.get('kind')))}{dashed}];")
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(graph: nx.DiGraph[str]) -> str:
    """The graph as a Mermaid flowchart."""
    names = {node: f"n{index}" for index, node in enumerate(graph)}
    lines = ["flowchart LR"]
    for node, data in graph.nodes(data=True):
        text = "<br>".join(map(_plain, _label(node, data)))
        lines.append(f'  {names[node]}["{text}"]:::{data.get("state", "to_come")}')
    for before, after, data in graph.edges(data=True):
        arrow = "-.->" if data.get("kind") in style.DASHES else "-->"
        lines.append(f"  {names[before]} {arrow} {names[after]}")
    used = dict.fromkeys(str(data.get("state", "to_come")) for _node, data in graph.nodes(data=True))
    for state in used:
        look = style.LOOKS.get(state, style.LOOKS["to_come"])
        lines.append(f"  classDef {state} fill:{look.paper},stroke:{look.ink}")
    return "\n".join(lines) + "\n"


def graphml(graph: nx.DiGraph[str]) -> str:
    """The graph as GraphML, attributes as text."""
    import networkx as nx

    plain: nx.DiGraph[str] = nx.DiGraph()
    for node, data in graph.nodes(data=True):
        plain.add_node(_clean(node), **_flat(data))
    for before, after, data in graph.edges(data=True):
        plain.add_edge(_clean(before), _clean(after), **_flat(data))
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def node_link(graph: nx.DiGraph[str]) -> str:
    """The graph as JSON in networkx' node-link form."""
    value = {
        "directed": True,
        "multigraph": False,
        "graph": _jsonable(graph.graph),
        "nodes": [{"id": node, **_jsonable(data)} for node, data in graph.nodes(data=True)],
        "edges": [
            {"source": before, "target": after, **_jsonable(data)} for before, after, data in graph.edges(data=True)
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _label(node: str, data: dict[str, Any]) -> list[str]:
    """The lines of text on a node."""
    parts = [str(data.get("ref") or node), str(data.get("name") or ""), str(data.get("party") or "")]
    if data.get("due"):
        parts.append(style.day(style.day_of(data["due"])))
    return [line for part in parts for line in _clean(part)[:80].splitlines()]


def _quoted(text: str) -> str:
    """A name in the language of Graphviz."""
    for character, name in (("\\", "\\\\"), ('"', '\\"'), ("\r", "\\r"), ("\n", "\\n")):
        text = text.replace(character, name)
    return f'"{_clean(text)}"'


def _escaped(lines: Sequence[str]) -> str:
    """Text to be read in the language of Graphviz, which knows the entities of HTML in it."""
    return _quoted("\n".join(lines).replace("&", "&amp;"))


_MARKS = re.compile(r"[!-+:-@\[-`{-~]|(?<=direction)\s|(?<=^\d)\.|(?<=^\d\d)\.|(?<=^\d\d\d)\.|^\s*-")
"""What Mermaid could take for its own in a text: punctuation, the beginnings of lists, a word of its language."""
_PAIRS = re.compile(r"\\(?=n)|\$(?=\$)|:(?=fa-)")
"""What it takes for its own even so, as long as the two stand together: new lines, formulas, icons."""


def _plain(line: str) -> str:
    """A line as Mermaid shows it, by the numbers of letters that mean something there."""
    apart = _PAIRS.sub("\\g<0>\N{WORD JOINER}", line)
    return _MARKS.sub(lambda found: "".join(f"#{ord(letter)};" for letter in found[0]), apart)


def _flat(data: dict[str, Any]) -> dict[str, str | int | bool]:
    return {
        name: value if isinstance(value, bool | int) else _clean(_text(value))
        for name, value in data.items()
        if value is not None and value != ()
    }


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _clean(text: str) -> str:
    return style.FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _jsonable(data: dict[str, Any]) -> dict[str, Any]:
    return dict(_json_items(data))


def _json_items(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, date):
            yield name, value.isoformat()
        else:
            yield name, list(value) if isinstance(value, tuple) else value
