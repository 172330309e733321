"""Compensation and transactions."""

from __future__ import annotations

import pytest

from net.playground import Play, flows, model
from resolute.net.stored import dump, load

BOOK = (
    '<task id="{0}"/><boundaryEvent id="b{0}" attachedToRef="{0}"><compensateEventDefinition/></boundaryEvent>'
    '<task id="undo{0}" isForCompensation="true"/>'
    '<association id="as{0}" sourceRef="b{0}" targetRef="undo{0}"/>'
)
THROW = '<intermediateThrowEvent id="t"><compensateEventDefinition {0}/></intermediateThrowEvent><task id="z"/>'


def booked() -> str:
    return BOOK.format("x") + BOOK.format("y")


def test_a_handler_does_not_run_by_itself() -> None:
    play = Play(model(booked(), "x->y")).do("x", "y")
    assert play.ended == "completed"


def test_compensation_undoes_what_was_done_latest_first_one_at_a_time() -> None:
    play = Play(model(booked() + THROW.format(""), "x->y y->t t->z")).do("x", "y")
    assert play.tasks == ["undoy"]
    assert play.do("undoy").tasks == ["undox"]
    assert play.do("undox").tasks == ["z"]
    assert play.do("z").ended == "completed"


def test_only_what_was_done_is_undone() -> None:
    body = booked() + THROW.format("") + '<startEvent id="s"/>'
    play = Play(model(body, "s->x s->y y->t t->z")).do("y")
    assert play.tasks == ["undoy", "x"]


def test_one_activity_can_be_named() -> None:
    play = Play(model(booked() + THROW.format('activityRef="x"'), "x->y y->t t->z")).do("x", "y")
    assert play.do("undox").tasks == ["z"]


def test_an_activity_that_was_done_twice_is_undone_twice() -> None:
    body = BOOK.format("x") + '<exclusiveGateway id="m"/><exclusiveGateway id="c"/><startEvent id="s"/>'
    body += THROW.format("")
    play = Play(model(body, "s->m m->x x->c c->m[again] c->t[not~again] t->z"))
    play.do("x", again=True).do("x", again=False)
    assert play.do("undox", "undox").tasks == ["z"]


def test_nothing_to_undo_passes_through() -> None:
    assert Play(model(THROW.format(""), "t->z")).tasks == ["z"]


def test_what_a_finished_sub_process_did_is_undone_with_it() -> None:
    body = f'<subProcess id="sub">{booked()}{flows("x->y")}</subProcess>' + THROW.format("")
    play = Play(model(body, "sub->t t->z")).do("x", "y")
    assert play.do("undoy", "undox").tasks == ["z"]


def test_each_round_of_a_multi_instance_is_undone() -> None:
    body = BOOK.format("x").replace(
        '<task id="x"/>',
        '<task id="x"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics></task>",
    )
    play = Play(model(body + THROW.format(""), "x->t t->z")).do("x", "x")
    assert play.do("undox", "undox").tasks == ["z"]


@pytest.mark.parametrize(
    "marker",
    [
        '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>{0}</loopCardinality>'
        "</multiInstanceLoopCharacteristics>",
        '<standardLoopCharacteristics testBefore="true"><loopCondition>loopCounter &lt; {0}</loopCondition>'
        "</standardLoopCharacteristics>",
    ],
)
@pytest.mark.parametrize("rounds", [0, 1, 3])
@pytest.mark.parametrize("by", ["a border", "an event sub-process"])
def test_each_round_of_a_sub_process_is_undone_by_its_handler_and_no_round_by_none(
    marker: str, rounds: int, by: str
) -> None:
    handler = (
        '<subProcess id="ev" triggeredByEvent="true"><startEvent id="es"><compensateEventDefinition/></startEvent>'
        '<task id="undosub"/>' + flows("es->undosub") + "</subProcess>"
    )
    border = BOOK.format("sub").replace('<task id="sub"/>', "")
    inside, beside = (booked(), border) if by == "a border" else (booked() + handler, "")
    scope = f'<subProcess id="sub">{inside}{flows("x->y")}{marker.format(rounds)}</subProcess>'
    play = Play(model(scope + beside + THROW.format(""), "sub->t t->z"))
    play.do(*["x", "y"] * rounds)
    assert play.do(*["undosub"] * rounds).tasks == ["z"]


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_on_the_border_of_a_handler_keeps_no_other_handler_from_running(interrupting: str) -> None:
    late = (
        f'<boundaryEvent id="late" attachedToRef="undoy" cancelActivity="{interrupting}">'
        "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
        '<task id="more"/>'
    )
    play = Play(model(booked() + late + THROW.format(""), "x->y y->t t->z late->more")).do("x", "y")
    play.fire("late")
    play.do(*(["more"] if interrupting == "true" else ["more", "undoy"]))
    assert play.do("undox").tasks == ["z"]


TRANSACTION = (
    '<transaction id="tx">' + booked() + '<exclusiveGateway id="g"/><endEvent id="ok"/>'
    '<endEvent id="no"><cancelEventDefinition/></endEvent>'
    + flows("x->y y->g g->ok[fine] g->no[not~fine]")
    + '</transaction><boundaryEvent id="c" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>'
    '<task id="z"/><task id="n"/>'
)


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    play = Play(model(TRANSACTION, "tx->n c->z")).do("x").do("y", fine=False)
    assert play.do("undoy", "undox").tasks == ["z"]
    assert play.do("z").ended == "completed"


def test_a_transaction_that_succeeds_is_left_normally() -> None:
    assert Play(model(TRANSACTION, "tx->n c->z")).do("x").do("y", fine=True).tasks == ["n"]


def test_a_compensation_event_sub_process_undoes_a_finished_sub_process() -> None:
    body = (
        '<subProcess id="sub"><task id="a"/><subProcess id="ev" triggeredByEvent="true">'
        '<startEvent id="es"><compensateEventDefinition/></startEvent><task id="u"/>'
        + flows("es->u")
        + "</subProcess></subProcess>"
        + THROW.format("")
    )
    play = Play(model(body, "sub->t t->z")).do("a")
    assert play.tasks == ["u"]
    assert play.do("u").tasks == ["z"]


def sub_process(identity: str, body: str, marker: str = "") -> str:
    return f'<subProcess id="{identity}">{marker}{body}</subProcess>'


UNDO_SCOPE = (
    '<subProcess id="ev" triggeredByEvent="true"><startEvent id="es"><compensateEventDefinition/></startEvent>'
    '<userTask id="u"/>{0}</subProcess>'
)
INNER_THROW = '<intermediateThrowEvent id="again"><compensateEventDefinition {0}/></intermediateThrowEvent>'


@pytest.mark.parametrize(("named", "undone"), [("", ["undoy", "undox"]), ('activityRef="x"', ["undox"])])
def test_a_handler_that_compensates_undoes_what_its_finished_sub_process_had_done(
    named: str, undone: list[str]
) -> None:
    handler = UNDO_SCOPE.format(INNER_THROW.format(named) + flows("es->u u->again"))
    body = sub_process("sub", booked() + handler + flows("x->y")) + BOOK.format("v") + THROW.format("")
    play = Play(model(body, "v->sub sub->t t->z")).do("v", "x", "y")
    assert play.tasks == ["u"]
    play.do("u", *undone)
    assert play.tasks == ["undov"], "the handler undoes its own sub-process alone"
    assert play.do("undov", "z").ended == "completed"


def test_the_handler_of_a_finished_sub_process_sees_the_variables_that_it_had() -> None:
    marker = (
        '<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>rooms</loopDataInputRef>'
        '<inputDataItem id="room"/></multiInstanceLoopCharacteristics>'
    )
    body = sub_process("sub", '<task id="a"/>' + UNDO_SCOPE.format(flows("es->u")), marker) + THROW.format("")
    play = Play(model(body, "sub->t t->z"), {"rooms": ["red", "blue"]}).do("a", "a")
    seen = []
    while "u" in play.tasks:
        (place,) = {scope for token, _node, scope in zip(*[iter(play.state["places"])] * 3, strict=True)} & {
            token for token, values in play.state["locals"] if "room" in values
        }
        seen.append(dict(play.state["locals"])[place]["room"])
        play.do("u")
    assert seen == ["blue", "red"], "each round has its own handler, latest first"
    assert play.tasks == ["z"]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_cancelling_a_transaction_undoes_what_its_open_sub_processes_have_done(depth: int) -> None:
    """BPMN 2.0.2, clause 13.5.5: an open activity is cancelled, which undoes what is done already inside it."""
    nested = booked() + '<task id="w"/>' + flows("x->y y->w")
    for level in range(depth):
        nested = sub_process(f"sub{level}", nested)
    body = (
        f'<transaction id="tx"><startEvent id="s"/>{BOOK.format("v")}{nested}<task id="q"/>'
        f'<endEvent id="no"><cancelEventDefinition/></endEvent>{flows(f"s->v v->sub{depth - 1} s->q q->no")}'
        '</transaction><boundaryEvent id="c" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent><task id="z"/>'
    )
    play = Play(model(body, "c->z")).do("v", "x", "y", "q")
    assert play.do("undoy", "undox", "undov").tasks == ["z"]


def test_states_kept_before_handlers_had_a_snapshot_are_read() -> None:
    net = model(booked() + THROW.format(""), "x->y y->t t->z")
    stored = Play(net).do("x", "y").state
    assert stored["undoing"] == [[3, [net.index["undox"]]]]
    assert dump(load(net, stored)) == stored
