"""Activities: tasks that wait for people, jobs, scripts, messages, called processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.net import expressions
from resolute.net.expressions import ExpressionError, compile_script
from resolute.net.expressions.values import to_json
from resolute.net.net import Kind, LoopKind
from resolute.net.playing import data_flow, events, failures, loops, scopes, throwing

if TYPE_CHECKING:
    from resolute.net.run import Run

_ = i18n.translator("net")


def enter_task(run: Run, node: int, scope: int) -> None:
    """A person's task: the short way for tasks without loop and boundary events."""
    if run.net.bare[node]:
        _begin_task(run, run.state.activate(node, scope))
    else:
        enter(run, node, scope)


def enter(run: Run, node: int, scope: int) -> None:
    """A token reaches an activity."""
    begin_guarded(run, run.state.activate(node, scope))


def begin_guarded(run: Run, token: int) -> None:
    """Arms the boundary events of an activity and begins its work, or its loop."""
    if not run.state.is_instance(token):
        try:
            events.subscribe_boundaries(run, token, run.state.places[token].node)
        except ExpressionError as error:
            scopes.unsubscribe_all(run, token)
            run.attempt(token, error)
            return
    begin_work(run, token)


def begin_work(run: Run, token: int) -> None:
    """Begins the work of an activity, or its loop; its boundary events stay armed under an incident."""
    state = run.state
    node = state.places[token].node
    try:
        if run.net.details[node].done and not (node in run.net.loops and not state.is_instance(token)):
            run.leave(token)
            return
        if not state.is_instance(token):
            data_flow.begin(run, token)
        if node in run.net.loops and not state.is_instance(token):
            loops.begin(run, token)
        else:
            begin(run, token)
    except ExpressionError as error:
        scopes.unsubscribe_all(run, token, but=Kind.BOUNDARY)
        run.attempt(token, error, "work")


def begin(run: Run, token: int) -> None:
    """Begins the work of one activity, or of one round of its loop. Raises ExpressionError."""
    _BEGIN[run.net.kinds[run.state.places[token].node]](run, token)


def _begin_task(run: Run, token: int) -> None:
    state = run.state
    state.tell("task", state.places[token].node, token, state.locals.get(token))


def _begin_service(run: Run, token: int) -> None:
    node = run.state.places[token].node
    service = run.net.details[node].service
    run.state.tell("job", node, token, (service, inputs_of(run, token) or dict(run.state.variables(token))))


def _begin_script(run: Run, token: int) -> None:
    details = run.net.details[run.state.places[token].node]
    if details.script:
        script = compile_script(details.script, result=details.result)
        run.put(token, script.run(run.state.variables(token), run.now, run.calendar))
    run.leave(token)


def _begin_send(run: Run, token: int) -> None:
    throwing.throw(run, token)
    run.leave(token)


def _begin_receive(run: Run, token: int) -> None:
    events.subscribe(run, token, run.state.places[token].node)


def _begin_rule(run: Run, token: int) -> None:
    """Decides by the decision table; where there is none, the host's function of that name is asked."""
    node = run.state.places[token].node
    details = run.net.details[node]
    decision = run.net.decisions.get(details.decision) if details.decision else None
    if decision is None:
        service = details.decision or details.service or run.net.ids[node]
        run.state.tell("job", node, token, (service, inputs_of(run, token) or dict(run.state.variables(token))))
        return
    names = {**run.state.variables(token), **inputs_of(run, token)}
    result = decision.decide(names, run.now, run.calendar)
    whole = details.result is None and isinstance(result, dict)
    run.put(token, result if whole else {details.result or decision.variable: result})
    run.leave(token)


def _begin_call(run: Run, token: int) -> None:
    node = run.state.places[token].node
    called = run.net.details[node].called
    if called is None:
        message = _("it names no process to call; set calledElement and deploy again")
        run.state.incident(token, "missing-process", message, "work")
        return
    if expressions.is_expression(called):
        called = str(expressions.value(called, run.state.variables(token), run.now, run.calendar))
    catches = failures.codes_caught(run, token)
    run.state.tell("called", node, token, (called, inputs_of(run, token), catches))


def _begin_scope(run: Run, token: int) -> None:
    scopes.begin(run, token)


_BEGIN: dict[Kind, Callable[[Run, int], None]] = {
    Kind.TASK: _begin_task,
    Kind.USER: _begin_task,
    Kind.SERVICE: _begin_service,
    Kind.SCRIPT: _begin_script,
    Kind.SEND: _begin_send,
    Kind.RECEIVE: _begin_receive,
    Kind.RULE: _begin_rule,
    Kind.CALL: _begin_call,
    Kind.SCOPE: _begin_scope,
}


def inputs_of(run: Run, token: int) -> dict[str, Any]:
    """The mapped inputs of an activity or throwing event. Raises ExpressionError."""
    inputs = run.net.details[run.state.places[token].node].inputs
    return {**data_flow.given(run, token), **_mapped(run, inputs, run.state.variables(token))}


def _mapped(run: Run, pairs: tuple[tuple[str, str], ...], seen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_json(expressions.value(raw, seen, run.now, run.calendar)) for name, raw in pairs}


def work_done(run: Run, token: int, node: int, answer: Mapping[str, Any]) -> None:
    """A task or job has been answered.

    When the outputs cannot be mapped, the person who completes a task is told so by ExpressionError; of a job it is
    an incident.
    """
    outputs = run.net.details[node].outputs
    try:
        values = _mapped(run, outputs, {**run.state.variables(token), **answer}) if outputs else answer
    except ExpressionError as error:
        if run.net.kinds[node] in (Kind.TASK, Kind.USER):
            raise
        run.attempt(token, error)
        return
    if values:
        _put_from_inside(run, token, values)
    run.leave(token)


def call_done(run: Run, token: int, node: int, made: Mapping[str, Any]) -> None:
    """The called process has ended with the data `made`; only data outputs and mapped outputs are taken back."""
    flow = run.net.data.get(node)
    own = {} if flow is None else {name: made[name] for name in flow.results if name in made}
    try:
        values = {**own, **_mapped(run, run.net.details[node].outputs, made)}
    except ExpressionError as error:
        run.attempt(token, error)
        return
    if values:
        _put_from_inside(run, token, values)
    run.leave(token)


def _put_from_inside(run: Run, token: int, values: Mapping[str, Any]) -> None:
    """Keeps what one round of a loop over a list makes to that round, when its results are collected."""
    node = run.state.places[token].node
    loop = run.net.loops.get(node)
    if loop is not None and loop.kind != LoopKind.STANDARD and loop.result is not None:
        run.stirred = True
        run.state.set(token, dict(values))
    else:
        run.put(token, values)
