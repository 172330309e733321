"""What a notebook shows of the values that people look at: whole pictures and tables, hostile text stays text."""

from pathlib import Path

import pytest
from lxml import etree, html

import resolute
from reports.test_graph_pictures import row_of, shown
from resolute import bpmn, dependencies, simulation
from resolute.protocols.values import Party, Point, Protocol
from resolute.testing import Clock

SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022"


def cells(text):
    return [cell.text_content() for cell in html.fromstring(f"<div>{text}</div>").iter("td")]


def test_graphs_draw_themselves():
    graph = dependencies.graph_of(row_of(4))
    assert shown(graph._repr_svg_()) == set(graph)
    with resolute.Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.open(row_of(2))
        assert shown(engine.graph()._repr_svg_())


def test_a_document_draws_itself():
    drawn = bpmn.load(SEED / "decision_2_2022_1.bpmn")._repr_svg_()
    assert etree.fromstring(drawn.encode()).tag.endswith("svg")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (lambda: dependencies.schedule(row_of(3)), "1.2"),
        (lambda: row_of(3), "1.2"),
        (lambda: simulation.simulate(row_of(3), runs=20), " %"),
        (lambda: dependencies.what_if(row_of(3), [dependencies.Delayed("1.0", 5)]), "1.2"),
    ],
    ids=["schedule", "protocol", "forecast", "what-if"],
)
def test_answers_are_tables(value, wanted):
    assert any(wanted in cell for cell in cells(value()._repr_html_()))


def test_an_explanation_is_paragraphs():
    with resolute.Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.open(row_of(2))
        found = engine.why("1.0")
    assert found._repr_html_().count("<p>") == len(found.sentences)


def test_hostile_text_stays_text():
    bad = "<script>alert(1)</script>"
    protocol = Protocol("1", None, bad, (Point("1", 1, bad, "assignment", (Party(bad),)),))
    assert "<script" not in protocol._repr_html_()
    assert bad in "".join(cells(protocol._repr_html_()))
