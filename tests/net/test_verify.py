"""Both executors by the same schedules: the same on what both can do, and intended differences are seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from net.models import Drawn, blocks
from net.playground import flows, xml
from resolute import bpmn
from resolute.execution.verify import verify
from resolute.net import soundness
from resolute.shipped import shipped

SOME = settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@SOME
@given(blocks(depth=2, deep=False))
def test_generated_models_run_the_same_on_both_executors(drawn: Drawn) -> None:
    report = verify(bpmn.loads(xml(drawn.body())), "p", runs=3)
    assert report.same, report


BOUNDARY = (
    '<startEvent id="s"/><userTask id="a"/><userTask id="z"/><userTask id="n"/><endEvent id="e"/><endEvent id="f"/>'
    '<boundaryEvent id="b" attachedToRef="a" cancelActivity="{cancel}">{definition}</boundaryEvent>'
)
DEFINITIONS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="g"/>',
    "timer": "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
}
ROOTS = '<message id="m" name="letter"/><signal id="g" name="alarm"/>'


def test_boundary_events_run_the_same_on_both_executors() -> None:
    for definition in DEFINITIONS.values():
        body = BOUNDARY.format(cancel="true", definition=definition)
        report = verify(bpmn.loads(xml(body, "s->a a->n b->z n->e z->f", ROOTS)), "p", runs=6)
        assert report.same, report
        assert report.steps > 6


def test_event_based_gateways_run_the_same_on_both_executors() -> None:
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/><userTask id="x"/><userTask id="y"/><endEvent id="e"/>'
        f'<endEvent id="f"/><intermediateCatchEvent id="c">{DEFINITIONS["message"]}</intermediateCatchEvent>'
        f'<intermediateCatchEvent id="d">{DEFINITIONS["timer"]}</intermediateCatchEvent>'
    )
    report = verify(bpmn.loads(xml(body, "s->g g->c g->d c->x d->y x->e y->f", ROOTS)), "p", runs=6)
    assert report.same, report


def test_a_model_that_the_other_executor_refuses_says_why() -> None:
    report = verify(bpmn.loads(xml('<startEvent id="s"/><complexGateway id="g"/><task id="a"/>', "s->g g->a")))
    assert report.refused
    assert not report.same


def test_an_inclusive_join_behind_a_split_and_a_loop_is_a_known_difference() -> None:
    """SpiffWorkflow lets it through while a branch before it still splits (BPMN 2.0.2, clause 13.4.3)."""
    tasks = "".join(f'<userTask id="{name}"/>' for name in ("a", "b", "c", "d", "t", "z"))
    gateways = "".join(f'<inclusiveGateway id="{name}"/>' for name in ("g", "h", "i", "j"))
    gateways += "".join(f'<exclusiveGateway id="{name}"/>' for name in ("m", "x", "y"))
    links = (
        "s->g g->a[true] g->b[true] a->h h->c[v] h->d[true] c->i d->i i->m m->t t->x x->m[again] "
        "x->y[not(again)] y->j b->j j->z z->e"
    )
    body = f'<startEvent id="s"/><endEvent id="e"/>{tasks}{gateways}'
    report = verify(bpmn.loads(xml(body, links)), "p", runs=10)
    assert report.differences
    assert all(difference.other == ("task z",) for difference in report.differences)


def test_a_parallel_join_in_the_second_round_of_a_loop_is_a_known_difference() -> None:
    """SpiffWorkflow counts tokens of the round before (BPMN 2.0.2, clause 13.4.1)."""
    body = (
        '<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="g"/><userTask id="a"/>'
        '<userTask id="b"/><userTask id="c"/><parallelGateway id="j"/><exclusiveGateway id="x"/><endEvent id="e"/>'
    )
    links = "s->m m->g g->a g->b a->c c->j b->j j->x x->m[again] x->e[not(again)]"
    report = verify(bpmn.loads(xml(body, links)), "p", runs=20)
    assert not report.same


def test_the_same_seed_gives_the_same_report() -> None:
    document = bpmn.loads(xml("<startEvent id='s'/><task id='a'/><task id='b'/>" + flows("s->a s->b")))
    assert verify(document, "p", runs=3, seed=7) == verify(document, "p", runs=3, seed=7)


@pytest.mark.parametrize("path", sorted(shipped("bpmn").glob("*.bpmn")), ids=lambda path: path.stem)
def test_shipped_patterns_run_the_same_on_both_executors(path: Path) -> None:
    report = verify(bpmn.load(path), runs=3)
    assert report.same, report
    assert report.steps > 0


@pytest.mark.parametrize("path", sorted(shipped("bpmn").glob("*.bpmn")), ids=lambda path: path.stem)
def test_shipped_patterns_are_sound(path: Path) -> None:
    assert soundness.check_document(bpmn.load(path)) == ()
