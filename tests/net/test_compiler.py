"""Compiling: the columns of the net, and every reason to refuse a model, all at once."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest

from net.playground import Play, flows, model, xml
from resolute import bpmn
from resolute.errors import ModelError, NotFoundError
from resolute.net import ROOT, Kind, ScopeKind, Trigger, compile
from resolute.testing import in_memory_run


def codes(body: str, links: str = "", roots: str = "") -> list[tuple[str, str | None]]:
    with pytest.raises(ModelError) as caught:
        model(body, links, roots)
    return sorted((f.code, f.element) for f in caught.value.findings if f.severity == "error")


def test_nodes_and_flows_are_numbered_with_names_beside() -> None:
    net = model('<startEvent id="s"/><userTask id="a" name="Do&#10; it"/><endEvent id="e"/>', "s->a a->e")
    assert net.ids == ("s", "a", "e")
    assert net.names[1] == "Do it"
    assert net.kinds == (Kind.START, Kind.USER, Kind.END)
    assert (net.sources, net.targets) == ((0, 1), (1, 2))
    assert net.outgoing == ((0,), (1,), ())
    assert net.incoming == ((), (0,), (1,))
    assert net.starts[ROOT] == (0,)
    assert net.node("a") == 1
    with pytest.raises(NotFoundError):
        net.node("b")


def test_what_the_model_says_about_a_task_is_kept_as_written() -> None:
    body = (
        '<laneSet><lane name="Ministry"><childLaneSet><lane name="Office"><flowNodeRef>a</flowNodeRef></lane>'
        "</childLaneSet></lane></laneSet>"
        '<userTask id="a" resolute:ref="1.3.2" resolute:due="=due" resolute:duration="P5D"/>'
        '<task id="b" resolute:party="Council" resolute:done="true"/>'
    )
    first, second = model(body).details
    assert (first.ref, first.party, first.due, first.duration) == ("1.3.2", "Office", "=due", "P5D")
    assert (second.party, second.done) == ("Council", True)


def test_sub_processes_events_and_boundaries_are_linked() -> None:
    body = (
        '<subProcess id="sub"><task id="in"/><subProcess id="ev" triggeredByEvent="true"><startEvent id="es">'
        "<errorEventDefinition/></startEvent></subProcess></subProcess>"
        '<boundaryEvent id="b" attachedToRef="sub" cancelActivity="false"><timerEventDefinition><timeDuration>P1D'
        "</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    net = model(body)
    sub, inner, event = net.node("sub"), net.node("in"), net.node("ev")
    assert net.parents[inner] == sub
    assert net.scopes_of(net.node("es")) == (event, sub, ROOT)
    assert net.scope_kind == {sub: ScopeKind.EMBEDDED, event: ScopeKind.EVENT}
    assert net.event_scopes == {sub: (event,)}
    boundary = net.node("b")
    assert (net.attached[boundary], net.boundaries) == (sub, {sub: (boundary,)})
    assert not net.interrupting[boundary]
    assert net.triggers[boundary] == Trigger.TIMER


def test_flows_carry_why_one_waits_for_the_other() -> None:
    body = (
        '<task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b" resolute:link="approval" '
        'resolute:reason="approved by the council"/>'
    )
    net = model(body)
    assert (net.links, net.reasons) == (("approval",), ("approved by the council",))


def test_the_key_depends_on_the_meaning_and_not_on_the_diagram() -> None:
    plain = xml('<task id="a"/>')
    diagram = plain.replace(
        b"</definitions>",
        b'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"/></definitions>',
    )
    keys = {compile(bpmn.loads(text)).key for text in (plain, diagram)}
    assert len(keys) == 1
    assert compile(bpmn.loads(xml('<task id="b"/>'))).key not in keys


def test_an_unknown_process_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFoundError, match=r"q.*p"):
        compile(bpmn.loads(xml("")), "q")


def test_all_reasons_come_at_once() -> None:
    body = (
        '<startEvent id="s"/><scriptTask id="t" scriptFormat="python"><script>import os</script></scriptTask>'
        '<exclusiveGateway id="g" default="nowhere"/><sequenceFlow id="f" sourceRef="g" targetRef="gone"/>'
        '<boundaryEvent id="b"><messageEventDefinition/></boundaryEvent>'
    )
    assert codes(body, "s->t t->g[1~+]") == [
        ("bad-default", "g"),
        ("bad-expression", "t_g"),
        ("dangling-flow", "f"),
        ("foreign-script", "t"),
        ("unattached-boundary", "b"),
    ]


@pytest.mark.parametrize(
    ("body", "links", "expected"),
    [
        ('<task id="a"/><task id="b"/>', "a->b b->a", ("no-start", "a")),
        ('<task id="a"/><task id="a"/>', "", ("duplicate-id", "a")),
        ('<scriptTask id="a"><script>print(1)</script></scriptTask>', "", ("bad-script", "a")),
        ('<subProcess id="s"><task id="i"/></subProcess><task id="a"/>', "a->i", ("flow-crosses-scope", "a_i")),
        ('<eventBasedGateway id="g"/><task id="a"/>', "g->a", ("event-gateway-target", "g")),
        ('<startEvent id="s"/><task id="a"/>', "a->s", ("flow-into-start", "s")),
        ('<endEvent id="s"/><task id="a"/>', "s->a", ("flow-out-of-end", "s")),
        ('<startEvent id="s"><errorEventDefinition/></startEvent>', "", ("event-not-allowed", "s")),
        ('<endEvent id="e"><timerEventDefinition/></endEvent>', "", ("event-not-allowed", "e")),
        ('<endEvent id="e"><cancelEventDefinition/></endEvent>', "", ("cancel-outside-transaction", "e")),
        (
            '<intermediateThrowEvent id="t"><linkEventDefinition name="x"/></intermediateThrowEvent>',
            "",
            ("broken-link", "t"),
        ),
        ('<task id="a"/><boundaryEvent id="b" attachedToRef="a"/>', "", ("boundary-without-trigger", "b")),
        (
            '<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>',
            "",
            ("compensation-without-handler", "b"),
        ),
        (
            '<subProcess id="ev" triggeredByEvent="true"><startEvent id="s"/></subProcess>',
            "",
            ("event-subprocess-start", "ev"),
        ),
        (
            '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>in two / days</timeDuration>'
            "</timerEventDefinition></intermediateCatchEvent>",
            "",
            ("bad-timer", "c"),
        ),
        ('<userTask id="a" resolute:due="=1 +"/>', "", ("bad-expression", "a")),
        ('<choreographyTask id="x"/>', "", ("unsupported-element", "x")),
    ],
)
def test_each_reason_names_its_element(body: str, links: str, expected: tuple[str, str]) -> None:
    assert codes(body, links) == [expected]


def test_findings_have_their_line_and_the_error_is_one_line() -> None:
    text = xml("\n\n<scriptTask id='t' scriptFormat='js'>\n<script>x</script></scriptTask>").decode()
    with pytest.raises(ModelError) as caught:
        compile(bpmn.loads(text, file="a.bpmn"))
    assert caught.value.findings[0].line == 3
    assert str(caught.value).startswith("a.bpmn:3: ")
    assert "\n" not in str(caught.value)


def test_oddities_are_warnings_of_a_model_that_runs() -> None:
    net = model('<exclusiveGateway id="g"/><task id="a"/><task id="b"/><callActivity id="c"/>', "g->a g->b")
    assert {(f.code, f.severity) for f in net.findings} == {
        ("missing-condition", "warning"),
        ("missing-called-process", "warning"),
    }
    assert Play(net).tasks == ["a"]


def test_long_and_wide_models_compile_and_run_without_recursion() -> None:
    length = 5_000
    names = ["s", *(f"t{number}" for number in range(length))]
    body = '<startEvent id="s"/>' + "".join(f'<task id="{name}"/>' for name in names[1:])
    chain = " ".join(f"{a}->{b}" for a, b in pairwise(names))
    fan = " ".join(f"s->{name}" for name in names[1:])
    assert length > sys.getrecursionlimit()
    assert in_memory_run(xml(body, chain), "p") == length
    assert in_memory_run(xml(body, fan), "p") == length


def test_deep_sub_processes_compile_and_run() -> None:
    depth = 240
    body = "".join(f'<subProcess id="u{n}">' for n in range(depth)) + '<task id="a"/>' + "</subProcess>" * depth
    assert in_memory_run(xml(body), "p") == 1


def test_a_flow_between_nodes_of_one_sub_process_may_be_written_outside_it() -> None:
    """As some modelers leave it when nodes are moved into a sub-process; nothing crosses its border."""
    inner = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s->a")
    net = model(f'<subProcess id="sub">{inner}</subProcess><userTask id="z"/>', "a->b sub->z")
    assert net.outgoing[net.index["a"]] == net.incoming[net.index["b"]]
    assert Play(net).do("a", "b", "z").ended == "completed"
