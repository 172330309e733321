"""Graphs as data say the same as the graph, whatever its names are made of, to readers that know nothing of it."""

import html
import json
import re
import subprocess

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

import needs
from resolute.reports import export_graph

ODD = (
    *("end", "graph", "subgraph", "direction TB", "style n0", "click n0", "%%{init: {}}%%", "%%", "-->", "]:::done"),
    *("[", "]", "(", ")", "{", "}", "<b>", "</script>", "|", ";", "#", "#quot;", "#35;", "&", "&amp;", "&#10;", "$$"),
    *(
        '"',
        "'",
        "`",
        "\\",
        "\\N",
        "\\n",
        '\\"',
        "\n",
        "\r\n",
        "\t",
        "  ",
        "1. ",
        "- ",
        "* ",
        "_",
        "fa:fa-car",
        "Совет «Юг»",
    ),
    *("\x00", "\x0b", "\u2028", "\ud800", "\U0001f600"),
)
NAMES = st.lists(st.sampled_from(ODD) | st.text(max_size=4), max_size=6).map("".join)


@st.composite
def graphs(draw):
    """A few steps in a row, and named by what every language takes for its own."""
    graph = nx.DiGraph(title=draw(NAMES))
    for number in range(draw(st.integers(1, 4))):
        name = draw(NAMES)
        facts = {"name": name, "ref": draw(st.none() | NAMES), "party": draw(st.none() | NAMES), "due": None}
        graph.add_node(f"{number}:{name}", state=draw(st.sampled_from(("done", "running"))), days=number, **facts)
    for before, after in zip(list(graph), list(graph)[1:], strict=False):
        graph.add_edge(
            before, after, kind=draw(st.sampled_from(("sequence", "message"))), reason=draw(st.none() | NAMES)
        )
    return graph


def legible(text):
    """Text without what no file can hold."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def lines(node, facts):
    """What is to be read on a node."""
    parts = [facts["ref"] or node, facts["name"], facts["party"]]
    return [line for part in parts if part for line in legible(part)[:80].splitlines()]


QUOTED = r'"((?:[^"\\]|\\.)*)"'
NODE = re.compile(rf"  {QUOTED} \[label={QUOTED}, color={QUOTED}, fillcolor={QUOTED}\];")
EDGE = re.compile(rf"  {QUOTED} -> {QUOTED} \[tooltip={QUOTED}(?:, style=dashed)?\];")


def read(escaped):
    """A string of Graphviz as it is shown."""
    letters = re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), escaped)
    return html.unescape(letters)


@given(graphs())
def test_graphviz_reads_every_name_as_it_is(graph):
    first, *statements, last = export_graph.dot(graph).splitlines()[:1] + export_graph.dot(graph).split("\n")[3:-1]
    assert (first, last) == ("digraph dependencies {", "}")
    nodes = [found for found in map(NODE.fullmatch, statements) if found]
    edges = [found for found in map(EDGE.fullmatch, statements) if found]
    assert len(nodes) + len(edges) == len(statements)
    labels = {found[1]: read(found[2]).split("\n") for found in nodes}
    assert list(labels.values()) == [lines(*item) or [""] for item in graph.nodes(data=True)]
    number = {name: place for place, name in enumerate(labels)}
    order = {name: place for place, name in enumerate(graph)}
    assert [(number[e[1]], number[e[2]]) for e in edges] == [(order[a], order[b]) for a, b in graph.edges]


@needs.graphviz
@settings(max_examples=5)
@given(graphs())
def test_the_real_graphviz_takes_it_without_a_word(graph):
    written = export_graph.dot(graph).encode()
    done = subprocess.run(["dot", "-Tjson0"], input=written, capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert not done.stderr
    assert len(found["objects"]) == len(graph)
    assert len(found.get("edges", ())) == graph.number_of_edges()


MERMAID_NODE = re.compile(r'  n(\d+)\["(.*)"\]:::(\w+)')
MERMAID_EDGE = re.compile(r"  n(\d+) (?:-->|-\.->) n(\d+)")
MEANING = re.compile(r"[\"#&<>%`$*_~\\(){}\[\]|;:@^=+!?']|direction\s|^\s*(-|\d+\. )")
"""What Mermaid does not take for plain text."""
JOINER = "\N{WORD JOINER}"


@given(graphs())
def test_mermaid_shows_every_name_and_finds_no_word_of_its_own_in_it(graph):
    first, *statements = export_graph.mermaid(graph).split("\n")[:-1]
    assert first == "flowchart LR"
    nodes = [found for found in map(MERMAID_NODE.fullmatch, statements) if found]
    edges = [found for found in map(MERMAID_EDGE.fullmatch, statements) if found]
    looks = [line for line in statements if line.startswith("  classDef ")]
    assert len(nodes) + len(edges) + len(looks) == len(statements)
    for found, item in zip(nodes, graph.nodes(data=True), strict=True):
        texts = found[2].split("<br>")
        assert not any(MEANING.search(re.sub(r"#\d+;", "x", text)) for text in texts)
        shown = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text) for text in texts]
        assert not any(re.search(r"\\n|\$\$|fa:fa-", text) for text in shown)
        assert [text.replace(JOINER, "") for text in shown] == ([*lines(*item)] or [""])
    order = {name: place for place, name in enumerate(graph)}
    assert [(int(e[1]), int(e[2])) for e in edges] == [(order[a], order[b]) for a, b in graph.edges]


def as_xml(value):
    """A value as a reader of XML finds it: every line ends in one letter."""
    return re.sub("\r\n?", "\n", legible(value)) if isinstance(value, str) else value


@given(graphs())
def test_graphml_and_json_are_read_back_as_they_were(graph):
    again = nx.parse_graphml(export_graph.graphml(graph))
    assert len(again) == len(graph)
    for node, facts in graph.nodes(data=True):
        assert {name: as_xml(again.nodes[legible(node)].get(name)) for name in facts} == {
            name: as_xml(value) for name, value in facts.items()
        }
    assert set(again.edges) == {(legible(before), legible(after)) for before, after in graph.edges}
    value = json.loads(export_graph.node_link(graph))
    assert nx.utils.graphs_equal(nx.node_link_graph(value, edges="edges"), graph)
