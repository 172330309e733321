"""Soundness: named examples, and agreement with brute force on random models."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings

from net.models import Drawn, blocks, graphs
from net.playground import model, xml
from resolute import bpmn
from resolute.errors import Finding
from resolute.net import ROOT, Kind, Net, soundness
from resolute.net.soundness.check import verdicts
from resolute.net.soundness.model import MAX_PAIRS

SPLIT = '<startEvent id="s"/><{0}Gateway id="g"/><task id="a"/><task id="b"/><{1}Gateway id="j"/><endEvent id="e"/>'
SPLIT_FLOWS = "s->g g->a g->b a->j b->j j->e"


def found(net: Net) -> dict[str, Finding]:
    return {finding.code: finding for finding in soundness.check(net)}


def test_a_choice_before_a_join_of_all_is_a_deadlock_with_the_shortest_way_there() -> None:
    finding = found(model(SPLIT.format("exclusive", "parallel"), SPLIT_FLOWS))["deadlock"]
    assert finding.element == "j"
    assert finding.severity == "error"
    assert "s → g → a" in finding.message


def test_a_split_into_all_before_a_simple_merge_lacks_synchronisation() -> None:
    net = model(SPLIT.format("parallel", "exclusive"), SPLIT_FLOWS)
    assert set(found(net)) == {"lack-of-synchronisation", "improper-completion"}


@pytest.mark.parametrize("kind", ["exclusive", "parallel", "inclusive"])
def test_matching_gateways_are_sound(kind: str) -> None:
    assert soundness.check(model(SPLIT.format(kind, kind), SPLIT_FLOWS)) == ()


def test_an_activity_that_nothing_leads_to_is_dead() -> None:
    net = model('<startEvent id="s"/><task id="a"/><task id="b"/><task id="c"/>', "s->a b->c c->b")
    assert {(f.code, f.element) for f in soundness.check(net)} == {("dead-activity", "b"), ("dead-activity", "c")}


def test_the_inside_of_a_sub_process_is_looked_at_too() -> None:
    inner = SPLIT.format("exclusive", "parallel") + "".join(
        f'<sequenceFlow id="{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(flow.split("->") for flow in SPLIT_FLOWS.split())
    )
    assert found(model(f'<subProcess id="sub">{inner}</subProcess>'))["deadlock"].element == "j"


def test_a_boundary_event_that_does_not_interrupt_may_bring_a_second_token() -> None:
    body = (
        '<task id="a"/><exclusiveGateway id="j"/><task id="z"/><boundaryEvent id="b" attachedToRef="a" '
        'cancelActivity="false"><messageEventDefinition/></boundaryEvent>'
    )
    assert "lack-of-synchronisation" in found(model(body + '<endEvent id="e"/>', "a->j b->j j->z z->e"))


def test_a_large_structured_process_is_proved_by_reduction() -> None:
    parts, links, before = ['<startEvent id="s"/>'], [], "s"
    for row in range(300):
        parts.append(f'<parallelGateway id="g{row}"/><parallelGateway id="j{row}"/>')
        parts += [f'<task id="t{row}_{n}"/>' for n in range(3)]
        links.append(f"{before}->g{row}")
        links += [f"g{row}->t{row}_{n} t{row}_{n}->j{row}" for n in range(3)]
        before = f"j{row}"
    assert soundness.check(model("".join(parts), " ".join(links))) == ()


def test_a_model_with_too_many_states_says_so() -> None:
    body = '<startEvent id="s"/>' + "".join(
        f'<task id="a{n}"/><task id="b{n}"/><parallelGateway id="j{n}"/>' for n in range(12)
    )
    links = "".join(f" s->a{n} s->b{n} a{n}->j{n} b{(n + 1) % 12}->j{n}" for n in range(12))
    net = model(body, links)
    assert not verdicts(net, full=10, reduced=10)[0].complete


def test_findings_of_a_document_cover_what_cannot_be_run() -> None:
    document = bpmn.loads(xml('<scriptTask id="t" scriptFormat="python"><script>import os</script></scriptTask>'))
    assert [finding.code for finding in soundness.check_document(document)] == ["foreign-script"]


MESSAGE = '<messageEventDefinition messageRef="m"/>'
OTHER_STARTS = {
    "another none start": '<startEvent id="t"/>',
    "a message start": f'<startEvent id="t">{MESSAGE}</startEvent>',
    "a receive task": '<receiveTask id="t" messageRef="m" instantiate="true"/>',
    "an event gateway": f'<eventBasedGateway id="t" instantiate="true"/><intermediateCatchEvent id="b">{MESSAGE}'
    "</intermediateCatchEvent>",
}


@pytest.mark.parametrize("other", OTHER_STARTS)
def test_what_only_another_start_leads_to_is_not_dead(other: str) -> None:
    second = OTHER_STARTS[other] + ("" if 'id="b"' in OTHER_STARTS[other] else '<task id="b"/>')
    body = f'<startEvent id="s"/>{second}<task id="a"/><task id="c"/><endEvent id="e"/><endEvent id="f"/>'
    assert soundness.check(model(body, "s->a a->e t->b b->c c->f", '<message id="m"/>')) == ()


def test_flaws_behind_another_start_are_found() -> None:
    body = f'<startEvent id="s"/><startEvent id="t">{MESSAGE}</startEvent>' + SPLIT.format("exclusive", "parallel")
    body = body.replace('<startEvent id="s"/><startEvent', "<startEvent", 1)
    findings = soundness.check(
        model(body + '<task id="n"/>', f"{SPLIT_FLOWS.replace('s->g', 's->n t->g')}", '<message id="m"/>')
    )
    assert [(finding.code, finding.element) for finding in findings if finding.code == "deadlock"] == [
        ("deadlock", "j")
    ]


def test_starts_are_alternatives_and_do_not_run_over_each_other() -> None:
    body = f'<startEvent id="s"/><startEvent id="t">{MESSAGE}</startEvent><task id="a"/><endEvent id="e"/>'
    assert soundness.check(model(body, "s->a t->a a->e", '<message id="m"/>')) == ()


# --- brute force ---


def brute(net: Net) -> set[tuple[str, str]]:
    """Every flaw by looking at all markings, written without regard to speed."""
    start = frozenset({"start"})
    seen, queue, alive = {start}, deque([start]), set()
    flaws: set[tuple[str, str]] = set()
    while queue:
        marking = queue.popleft()
        moves = list(_moves(net, marking))
        tokens = [token for token in marking if not str(token).startswith("end")]
        if not moves and tokens:
            nodes = [_target(net, token) for token in tokens]
            flaws.add(("deadlock", net.ids[min(nodes)]))
        for node, rest, out in moves:
            alive.add(node)
            for token in out:
                if token in rest:
                    name = token[3:] if str(token).startswith("end") else net.ids[net.targets[token]]
                    kind = "improper-completion" if str(token).startswith("end") else "lack-of-synchronisation"
                    flaws.add((kind, name))
            if not rest & out:
                following = rest | out
                if following not in seen:
                    seen.add(following)
                    queue.append(following)
    if not any(code in ("improper-completion", "lack-of-synchronisation") for code, _name in flaws):
        for node, kind in enumerate(net.kinds):
            if node not in alive and kind in (Kind.USER, Kind.END):
                flaws.add(("dead-activity", net.ids[node]))
    return flaws


def _target(net: Net, token: object) -> int:
    return net.starts[ROOT][0] if token == "start" else net.targets[token]  # type: ignore[index]


def _moves(net: Net, marking: frozenset) -> list[tuple[int, frozenset, frozenset]]:
    moves = []
    for node in range(len(net)):
        here = [t for t in marking if not str(t).startswith("end") and _target(net, t) == node]
        if not here:
            continue
        kind = net.kinds[node]
        if kind == Kind.PARALLEL:
            takes = [here] if len(here) == len(net.incoming[node]) else []
        elif kind == Kind.INCLUSIVE:
            takes = [here] if _inclusive_ready(net, node, here, marking) else []
        else:
            takes = [[token] for token in here]
        for take in takes:
            for out in _outs(net, node):
                moves.append((node, marking - set(take), frozenset(out)))
    return moves


def _outs(net: Net, node: int) -> list[tuple]:
    outgoing = net.outgoing[node]
    if not outgoing:
        return [(f"end{net.ids[node]}",)]
    if net.kinds[node] == Kind.EXCLUSIVE:
        return [(flow,) for flow in outgoing]
    return [outgoing]


def _inclusive_ready(net: Net, node: int, here: list, marking: frozenset) -> bool:
    """Clause 13.4.3, read literally, by walking all paths."""
    empty = set(net.incoming[node]) - set(here)
    for token in marking:
        if token in here or str(token).startswith("end"):
            continue
        reached = _reached(net, _target(net, token), node)
        if reached & empty and not reached & set(here):
            return False
    return True


def _reached(net: Net, start: int, join: int) -> set[int]:
    seen, stack, reached = set(), [start], set()
    while stack:
        node = stack.pop()
        if node in seen or node == join:
            continue
        seen.add(node)
        for flow in net.outgoing[node]:
            if net.targets[flow] == join:
                reached.add(flow)
            stack.append(net.targets[flow])
    return reached


def _codes(net: Net, full: int) -> set[tuple[str, str]]:
    return {(flaw.code, net.ids[flaw.node]) for verdict in verdicts(net, full=full) for flaw in verdict.flaws}


CHECKED = settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@CHECKED
@given(graphs())
def test_the_search_agrees_with_brute_force(drawn: Drawn) -> None:
    net = model(drawn.body())
    assert _codes(net, full=100_000) == brute(net)


@CHECKED
@given(graphs(size=8))
def test_reduction_keeps_the_answer(drawn: Drawn) -> None:
    """Beyond a marking with a second token neither search goes on, so there only that much is comparable."""
    net = model(drawn.body())
    whole, reduced = _codes(net, full=100_000), _codes(net, full=1)
    run_over = {"lack-of-synchronisation", "improper-completion"}
    assert any(code in run_over for code, _node in whole) == any(code in run_over for code, _node in reduced)
    if not any(code in run_over for code, _node in whole):
        assert {code for code, _node in whole} == {code for code, _node in reduced}
        assert {flaw for flaw in whole if flaw[0] == "dead-activity"} == {
            flaw for flaw in reduced if flaw[0] == "dead-activity"
        }


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks(extras=False))
def test_nested_blocks_are_sound(drawn: Drawn) -> None:
    assert soundness.check(model(drawn.body())) == ()


@pytest.mark.parametrize("count", [7, 40, 400])
def test_many_events_that_come_back_beside_their_activity_are_looked_at(count: int) -> None:
    """Every set of them may come; that are more than can be looked at."""
    body = '<startEvent id="s"/><task id="a"/><exclusiveGateway id="j"/><task id="z"/><endEvent id="e"/>'
    body += "".join(
        f'<boundaryEvent id="b{number}" attachedToRef="a" cancelActivity="false"><messageEventDefinition/>'
        "</boundaryEvent>"
        for number in range(count)
    )
    findings = found(model(body, "s->a a->j j->z z->e" + "".join(f" b{number}->j" for number in range(count))))
    assert "lack-of-synchronisation" in findings
    assert ("not-proved" in findings) == (count > MAX_PAIRS)


def test_of_very_many_choices_a_sample_is_looked_at_and_said_to_be_no_proof() -> None:
    body = '<startEvent id="s"/><inclusiveGateway id="g"/><inclusiveGateway id="j"/><endEvent id="e"/>'
    body += "".join(f'<task id="t{number}"/>' for number in range(2_000))
    links = "s->g j->e" + "".join(f" g->t{number}[v] t{number}->j" for number in range(2_000))
    assert set(found(model(body, links))) == {"not-proved"}
