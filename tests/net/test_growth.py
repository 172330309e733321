"""Work grows with the size of a model and of an instance, never with its square: counted in lines of code run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from lxml import etree

from counting import lines_run
from net.models import Drawn, graphs
from net.playground import flows, model, xml
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN
from resolute.bpmn.read import parse
from resolute.net import Net, compile
from resolute.net.reach import deciding_inputs, reachable_inputs
from resolute.net.soundness.check import verdicts
from resolute.net.state import State
from resolute.net.stored import dump, load
from resolute.testing.run import play


def nested(depth: int) -> Document:
    """Sub-processes one inside the other; no file may be so deep."""
    root = etree.Element(f"{{{BPMN}}}definitions", id="d", nsmap={None: BPMN})
    scope = etree.SubElement(root, f"{{{BPMN}}}process", id="p")
    for level in range(depth):
        scope = etree.SubElement(scope, f"{{{BPMN}}}subProcess", id=f"u{level}")
    etree.SubElement(scope, f"{{{BPMN}}}userTask", id="t")
    return Document(root.getroottree())


def _split(gateway: str, branches: str, links: str, join: str = "") -> bytes:
    inner = f'<startEvent id="s"/><{gateway} id="g"/>{join or f"<{gateway} id={chr(34)}j{chr(34)}/>"}{branches}'
    return xml(inner, f"s->g {links}")


def _each(count: int, text: str) -> str:
    return "".join(text.replace("#", str(number)) for number in range(count))


def _row(count: int, body: str, first: str, last: str, links: str = "") -> bytes:
    """`count` copies of `body` one after another; `first` and `last` name where a flow enters and leaves each."""
    between = "".join(f" {last}->{first.replace('#', str(n + 1))}".replace("#", str(n)) for n in range(count - 1))
    return xml(_each(count, body), _each(count, f" {links}") + between)


MI = "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics>"
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
BLOCK = '<{0} id="g#"/><{0} id="j#"/><userTask id="a#"/><userTask id="b#"/>'
FAMILIES: dict[str, Callable[[int], bytes | Document]] = {
    "a sequence": lambda n: _row(n, '<userTask id="t#"/>', "t#", "t#"),
    "decisions": lambda n: _row(n, '<exclusiveGateway id="g#"/>', "g#", "g#"),
    "links": lambda n: _row(
        n,
        '<intermediateThrowEvent id="x#"><linkEventDefinition name="L#"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="y#"><linkEventDefinition name="L#"/></intermediateCatchEvent>',
        "x#",
        "y#",
    ),
    "nested sub-processes": nested,
    "a parallel split": lambda n: _split("parallelGateway", _each(n, '<task id="t#"/>'), _each(n, " g->t# t#->j")),
    "an inclusive split": lambda n: _split("inclusiveGateway", _each(n, '<task id="t#"/>'), _each(n, " g->t# t#->j")),
    "a complex join": lambda n: _split(
        "parallelGateway",
        _each(n, '<task id="t#"/>'),
        _each(n, " g->t# t#->j"),
        '<complexGateway id="j"><activationCondition>activationCount &gt; 0</activationCondition></complexGateway>',
    ),
    "parallel blocks": lambda n: _row(n, BLOCK.format("parallelGateway"), "g#", "j#", "g#->a# g#->b# a#->j# b#->j#"),
    "inclusive blocks": lambda n: _row(n, BLOCK.format("inclusiveGateway"), "g#", "j#", "g#->a# g#->b# a#->j# b#->j#"),
    "joins in sub-processes": lambda n: xml(
        _each(
            n,
            '<subProcess id="u#"><startEvent id="s#"/><parallelGateway id="g#"/><parallelGateway id="j#"/>'
            f'<task id="t#"/>{flows("sN->gN gN->tN gN->jN tN->jN").replace("N", "#")}</subProcess>',
        )
    ),
    "guarded tasks": lambda n: xml(
        _each(n, f'<task id="t#"/><boundaryEvent id="b#" attachedToRef="t#">{TIMER}</boundaryEvent>')
    ),
    "instances side by side": lambda n: xml(f'<task id="a">{MI.format(n)}</task>'),
    "sub-processes side by side": lambda n: xml(f'<subProcess id="a">{MI.format(n)}<task id="b"/></subProcess>'),
    "rounds": lambda n: xml(f'<task id="a"><standardLoopCharacteristics loopMaximum="{n}"/></task>'),
    "reminders on one task": lambda n: xml(
        '<task id="a"/><boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
        f"<timeCycle>R{n}/PT1H</timeCycle></timerEventDefinition></boundaryEvent>"
    ),
    "conditions": lambda n: xml(
        '<startEvent id="s"/><parallelGateway id="g"/><scriptTask id="z"><script>x = 1</script></scriptTask>'
        + _each(
            n,
            '<intermediateCatchEvent id="never#"><conditionalEventDefinition><condition>x &gt; 5</condition>'
            '</conditionalEventDefinition></intermediateCatchEvent><intermediateCatchEvent id="c#">'
            "<conditionalEventDefinition><condition>x &gt; 0</condition></conditionalEventDefinition>"
            "</intermediateCatchEvent>",
        ),
        "s->g" + _each(n, " g->never# g->c#") + " g->z",
    ),
    "reminders": lambda n: xml(
        '<startEvent id="s"/><userTask id="t"/><endEvent id="e"/>'
        + _each(
            n,
            f'<boundaryEvent id="b#" attachedToRef="t" cancelActivity="false">{TIMER}</boundaryEvent>'
            '<userTask id="r#"/>',
        ),
        "s->t t->e" + _each(n, " b#->r#"),
    ),
    "a signal that many hear": lambda n: xml(
        '<startEvent id="s"/><parallelGateway id="g"/><intermediateThrowEvent id="x"><signalEventDefinition '
        'signalRef="a"/></intermediateThrowEvent>'
        + _each(
            n,
            '<userTask id="t#"/><boundaryEvent id="b#" attachedToRef="t#"><signalEventDefinition signalRef="a"/>'
            '</boundaryEvent><endEvent id="e#"/>',
        ),
        "s->g" + _each(n, " g->t# b#->e#") + " g->x",
        '<signal id="a"/>',
    ),
    "things to undo": lambda n: xml(
        _each(
            n,
            '<task id="t#"/><boundaryEvent id="b#" attachedToRef="t#"><compensateEventDefinition/></boundaryEvent>'
            '<task id="h#" isForCompensation="true"/><association id="c#" sourceRef="b#" targetRef="h#"/>',
        )
        + '<endEvent id="e"><compensateEventDefinition/></endEvent>',
        "".join(f" t{number}->t{number + 1}" for number in range(n - 1)) + f" t{n - 1}->e",
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_work_grows_with_the_size(family: str) -> None:
    make = FAMILIES[family]

    def work(size: int) -> int:
        source = make(size)
        document = parse(source) if isinstance(source, bytes) else source
        compiled: list[Net] = []
        lines = lines_run(lambda: compiled.append(compile(document)))
        return lines + lines_run(lambda: play(compiled[0]))

    assert work(160) < 2.3 * work(80), "twice the size takes more than about twice the work"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_proof_grows_with_the_size(family: str) -> None:
    make = FAMILIES[family]

    def work(size: int) -> int:
        source = make(size)
        net = compile(parse(source) if isinstance(source, bytes) else source)
        return lines_run(lambda: verdicts(net, full=1))

    assert work(320) < 2.5 * work(160), "twice the size takes more than about twice the work"


def test_sub_processes_may_stand_one_inside_the_other_without_end() -> None:
    net = compile(nested(4_000))
    assert play(net) == 1
    assert load(net, dump(State(net))).places == {}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(graphs(size=9))
def test_what_is_left_out_of_the_deciding_inputs_of_a_join_keeps_it_never_waiting(drawn: Drawn) -> None:
    net = model(drawn.body())
    for join in range(len(net)):
        if net.joining[join]:
            whole, some = reachable_inputs(net, join), deciding_inputs(net, join)
            assert all(whole[node] == inputs for node, inputs in some.items())
            every = frozenset(net.incoming[join])
            assert all(whole[node] == every for node in whole.keys() - some.keys())
