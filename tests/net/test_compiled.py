"""The stored form of a compiled net."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from net.models import Drawn, blocks, graphs
from net.playground import NOW, Play, model, xml
from net.test_dmn import RULES, table
from net.test_replay import EVERYTHING, EVERYTHING_FLOWS
from resolute import bpmn
from resolute.errors import InputError, ModelError
from resolute.net import Net, compile, dmn, dumps_net, loads_net

SOME = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
SHIPPED = sorted(
    path
    for folder in ("engine", "examples", "tests/data", "docs")
    for path in (Path(__file__).parents[2] / folder).rglob("*.bpmn")
)


def assert_kept(net: Net) -> None:
    again = loads_net(dumps_net(net))
    for column in fields(Net):
        kept, was = getattr(again, column.name), getattr(net, column.name)
        assert kept == was, column.name
        assert type(kept) is type(was), column.name
    expressions = zip(again.conditions, net.conditions, strict=True)
    assert all((a.names, a.constant) == (b.names, b.constant) for a, b in expressions if a and b)
    assert list(map(type, again.kinds + again.triggers)) == list(map(type, net.kinds + net.triggers))


@SOME
@given(blocks())
def test_nets_of_nested_blocks_are_read_back_equal(drawn: Drawn) -> None:
    assert_kept(model(drawn.body()))


@SOME
@given(graphs())
def test_nets_of_free_graphs_are_read_back_equal(drawn: Drawn) -> None:
    assert_kept(model(drawn.body()))


def test_the_net_of_a_model_with_everything_is_read_back_equal() -> None:
    assert_kept(model(EVERYTHING, EVERYTHING_FLOWS, '<message id="m" name="letter"/><signal id="x" name="stop"/>'))


def test_nets_of_all_shipped_models_that_run_are_read_back_equal() -> None:
    kept = 0
    for path in SHIPPED:
        try:
            document = bpmn.load(path)
            nets = [compile(document, process.id) for process in document.processes]
        except (InputError, ModelError):
            continue  # a bad example, on purpose
        for net in nets:
            assert_kept(net)
            kept += 1
    assert kept > 20


def test_a_net_that_was_read_back_decides_and_runs_as_before() -> None:
    body = (
        '<businessRuleTask id="r" resolute:decision="d" resolute:result="level"/><userTask id="a"/>'
        '<boundaryEvent id="late" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><userTask id="b"/>'
    )
    document = bpmn.loads(xml(body, "r->a late->b"))
    dmn.embed(document, table('hitPolicy="OUTPUT ORDER"', RULES, values='"high","middle","low"'))
    net = compile(document, "p")
    assert_kept(net)
    play = Play(loads_net(dumps_net(net)), {"sum": 16}, now=NOW)
    assert play.data["level"] == ["high", "middle", "any"]
    assert play.fire("late").tasks == ["b"]


def test_conditions_of_a_net_that_was_read_back_hold_or_fail_as_before() -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="g"/><userTask id="a"/><userTask id="b"/>'
    net = loads_net(dumps_net(model(body, "s->g g->a[x~>~5] g->b[x~<=~5]")))
    assert Play(net, {"x": 6}).tasks == ["a"]
    assert Play(net, {"x": 5}).tasks == ["b"]
    assert Play(net, {"x": "six"}).incidents == {"g": "expression"}


def test_a_timer_that_is_a_literal_stays_one() -> None:
    """`PT1H` read as an expression would be the variable of that name."""
    net = model(
        '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    definition = loads_net(dumps_net(net)).events[0][0]
    assert definition.expression is not None
    assert definition.expression.evaluate({}) == "PT1H"


def test_another_format_and_broken_content_are_refused_with_the_cure() -> None:
    stored = json.loads(dumps_net(model('<task id="a"/>')))
    for content in (
        json.dumps({**stored, "format": 99}),
        json.dumps({**stored, "kinds": [99]}),
        json.dumps({**stored, "activation": [[0, {"is": "=", "source": "x"}]]}),
        json.dumps({name: part for name, part in stored.items() if name != "parents"}),
        "[]",
        "{",
    ):
        with pytest.raises(InputError, match="compile its model again"):
            loads_net(content.encode())
