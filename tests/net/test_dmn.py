"""Decision tables for business rule tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from net.playground import NOW, Play, xml
from resolute import bpmn
from resolute.bpmn.build import process
from resolute.errors import InputError, ModelError
from resolute.execution.core import Engine
from resolute.net import compile, dmn
from resolute.net.expressions import ExpressionError
from resolute.testing import Clock

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">'


def table(policy: str, rules: list[tuple[str, str]], *, values: str = "", more: str = "") -> bytes:
    rows = "".join(
        f"<rule><inputEntry><text><![CDATA[{test}]]></text></inputEntry>"
        f"<outputEntry><text><![CDATA[{result}]]></text></outputEntry></rule>"
        for test, result in rules
    )
    return (
        f'{HEAD}<decision id="d" name="level"><decisionTable {policy}>'
        "<input><inputExpression><text>sum</text></inputExpression></input>"
        f'<output name="level"><outputValues><text>{values}</text></outputValues>{more}</output>{rows}'
        "</decisionTable></decision></definitions>"
    ).encode()


RULES = [("< 10", '"low"'), ("[5..20]", '"middle"'), ("> 15, 12", '"high"'), ("-", '"any"')]


def decide(content: bytes, **data: Any) -> Any:
    return dmn.load(content)["d"].decide(data, NOW)


@pytest.mark.parametrize(
    ("policy", "sum_", "result"),
    [
        ('hitPolicy="FIRST"', 7, "low"),
        ('hitPolicy="FIRST"', 12, "middle"),
        ('hitPolicy="PRIORITY"', 7, "middle"),
        ('hitPolicy="RULE ORDER"', 7, ["low", "middle", "any"]),
        ('hitPolicy="OUTPUT ORDER"', 16, ["high", "middle", "any"]),
        ('hitPolicy="COLLECT"', 16, ["middle", "high", "any"]),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 16, 3),
    ],
)
def test_each_hit_policy_gives_its_rules(policy: str, sum_: int, result: Any) -> None:
    assert decide(table(policy, RULES, values='"high","middle","low"'), sum=sum_) == result


@pytest.mark.parametrize(("aggregation", "result"), [("SUM", 6), ("MIN", 1), ("MAX", 3)])
def test_collected_numbers_are_aggregated(aggregation: str, result: int) -> None:
    rules = [("-", "1"), ("> 0", "2"), ("< 9", "3")]
    assert decide(table(f'hitPolicy="COLLECT" aggregation="{aggregation}"', rules), sum=5) == result


def test_a_unique_table_refuses_two_matches_and_any_refuses_disagreement() -> None:
    with pytest.raises(ExpressionError, match="2 rules match"):
        decide(table("", RULES[:2]), sum=7)
    with pytest.raises(ExpressionError, match="disagree"):
        decide(table('hitPolicy="ANY"', RULES[:2]), sum=7)
    assert decide(table('hitPolicy="ANY"', [("< 9", "1"), ("> 3", "1")]), sum=7) == 1


def test_no_match_gives_the_default_or_null() -> None:
    assert decide(table("", RULES[:1]), sum=99) is None
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    assert decide(table("", RULES[:1], more=default), sum=99) == 0


def test_a_decision_works_out_those_it_needs_first() -> None:
    content = (
        f'{HEAD}<decision id="d" name="bonus"><informationRequirement><requiredDecision href="#base"/>'
        "</informationRequirement><literalExpression><text>base value * 2</text></literalExpression></decision>"
        '<decision id="base" name="base value"><literalExpression><text>sum + 1</text></literalExpression></decision>'
        "</definitions>"
    )
    assert decide(content.encode(), sum=4) == 10


def test_a_circle_of_decisions_is_refused() -> None:
    content = (
        f'{HEAD}<decision id="d"><informationRequirement><requiredDecision href="#d"/></informationRequirement>'
        "<literalExpression><text>1</text></literalExpression></decision></definitions>"
    )
    with pytest.raises(ModelError, match="needs itself"):
        dmn.load(content.encode())


@pytest.mark.parametrize(
    "content", [b"", b"<x/>", b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', b"not xml", b"<definitions>"]
)
def test_what_is_no_dmn_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        dmn.load(content)
    assert "\n" not in str(caught.value)


def test_every_broken_cell_is_found_at_once() -> None:
    with pytest.raises(ModelError) as caught:
        dmn.load(table('hitPolicy="BEST"', [("<<", "1"), ("-", "1 +")]))
    codes = sorted(finding.code for finding in caught.value.findings)
    assert codes == ["bad-expression", "bad-expression", "bad-hit-policy"]


def test_a_business_rule_task_decides_by_the_table_that_the_document_carries() -> None:
    document = bpmn.loads(xml('<businessRuleTask id="r" resolute:decision="d"/><task id="z"/>', "r->z"))
    dmn.embed(document, table('hitPolicy="FIRST"', RULES))
    net = compile(bpmn.loads(document.xml), "p")
    assert Play(net, {"sum": 3}).data == {"sum": 3, "level": "low"}
    assert Play(net, {"sum": "x"}).incidents == {"r": "expression"}


def test_a_business_rule_task_without_a_table_asks_the_host() -> None:
    net = compile(bpmn.loads(xml('<businessRuleTask id="r" resolute:decision="d"/><task id="z"/>', "r->z")))
    play = Play(net, {"sum": 3})
    assert next(event for event in play.events if event.kind == "job").detail["service"] == "d"
    assert play.do("r", level="low").tasks == ["z"]


RULED = xml(
    '<startEvent id="s"/><businessRuleTask id="r" resolute:decision="d" resolute:result="level"/>'
    '<userTask id="high"/><userTask id="low"/>',
    's->r r->high[level~=~"high"] r->low[level~!=~"high"]',
)
"""A model whose rule task needs a decision of a .dmn file."""


def test_a_model_is_deployed_with_its_decisions_and_keeps_them(tmp_path: Path) -> None:
    """The store alone must do: the .dmn file is gone before a second engine runs the model."""
    file = tmp_path / "levels.dmn"
    file.write_bytes(table("", [("< 10", '"low"'), (">= 10", '"high"')]))
    store = f"sqlite:///{tmp_path}/store.db"
    with Engine(store, clock=Clock()) as engine:
        (first,) = engine.deploy(RULED, decisions=[file])
        assert engine.deploy(RULED, decisions=[file]) == [first]
        (second,) = engine.deploy(RULED, decisions=[table("", [("-", '"high"')])])
        assert (first.key, second.key) == ("p:1", "p:2")
        engine.deploy(RULED, decisions=[file])
    file.unlink()
    with Engine(store, clock=Clock()) as engine:
        engine.start("p", {"sum": 12})
        engine.start("p", {"sum": 3})
        assert sorted(task.element for task in engine.tasks()) == ["high", "low"]


def test_a_document_is_not_changed_by_the_decisions_it_is_deployed_with() -> None:
    document = process("p").start().user("a").end().document()
    before = document.xml
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(document, decisions=[table("", RULES)])
    assert document.xml == before


def test_a_broken_decision_keeps_its_model_from_being_deployed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.dmn"
    broken.write_bytes(table("", [("1 +", "2")]))
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        with pytest.raises(ModelError, match=r"broken\.dmn"):
            engine.deploy(RULED, decisions=[broken])
        with pytest.raises(InputError, match=r"expected a \.dmn file"):
            engine.deploy(RULED, decisions=[tmp_path / "missing.dmn"])
        assert engine.definitions() == []
