"""Data: what goes into activities and events when they begin, and out of them at the end (BPMN 2.0.2, clause 10.4)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from resolute.net.expressions.values import to_json
from resolute.net.net import DataFlow, Transfer

if TYPE_CHECKING:
    from resolute.net.run import Run


def begin(run: Run, token: int) -> None:
    """Gives an activity or event its own variables, and their values. Raises ExpressionError."""
    flow = run.net.data.get(run.state.places[token].node)
    if flow is None:
        return
    own: dict[str, Any] = dict.fromkeys(flow.own)
    own.update(_worked_out(run, flow.inputs, cast("Mapping[str, Any]", ChainMap(own, _open(run, token))), token))
    run.state.set(token, own)


def finish(run: Run, token: int) -> None:
    """Hands what an activity or event has made to the data around it. Raises ExpressionError."""
    flow = run.net.data.get(run.state.places[token].node)
    if flow is None or not flow.outputs:
        return
    values = _worked_out(run, flow.outputs, run.state.variables(token), token)
    if values:
        run.put(run.state.places[token].scope, values)


def received(run: Run, node: int, context: int, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a payload sets when it reaches a catching event: all of it, or what the event's data outputs say.

    Raises ExpressionError.
    """
    flow = run.net.data.get(node)
    if flow is None or not flow.outputs:
        return payload
    seen = ChainMap(results(flow, payload), _open(run, context))
    return _worked_out(run, flow.outputs, seen, context)


def results(flow: DataFlow, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The data outputs that a payload gives: by name; one that stands alone takes the whole when it is not named."""
    if len(flow.results) == 1 and flow.results[0] not in payload:
        return {flow.results[0]: dict(payload)}
    return {name: payload.get(name) for name in flow.results}


def given(run: Run, token: int) -> dict[str, Any]:
    """The data inputs of an activity or throwing event, by name."""
    flow = run.net.data.get(run.state.places[token].node)
    if flow is None or not flow.given:
        return {}
    seen = run.state.variables(token)
    return {name: seen.get(name) for name in flow.given}


def _open(run: Run, token: int) -> MutableMapping[str, Any]:
    """The variables seen from a place, where nothing is written to."""
    return cast("MutableMapping[str, Any]", run.state.variables(token))


def _worked_out(run: Run, transfers: tuple[Transfer, ...], seen: Mapping[str, Any], token: int) -> dict[str, Any]:
    """The variables that associations set, one after the other; data stores are written at once."""
    values: dict[str, Any] = {}
    for transfer in transfers:
        stores = {name: run.stored(token, name) for name in transfer.stores}
        known = cast("Mapping[str, Any]", ChainMap(values, stores, cast("MutableMapping[str, Any]", seen)))
        value = known.get(transfer.source) if transfer.source is not None else _evaluated(run, transfer, known)
        if transfer.path:
            old = run.stored(token, transfer.target) if transfer.to_store else known.get(transfer.target)
            value = _placed(old, transfer.path, value)
        if transfer.to_store:
            run.keep(token, transfer.target, value)
        else:
            values[transfer.target] = value
    return values


def _evaluated(run: Run, transfer: Transfer, known: Mapping[str, Any]) -> Any:
    return None if transfer.value is None else to_json(transfer.value.evaluate(known, run.now, run.calendar))


def _placed(old: Any, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of `old` in which `path` leads to `value`."""
    whole: dict[str, Any] = dict(old) if isinstance(old, Mapping) else {}
    inner = whole
    for name in path[:-1]:
        inner[name] = dict(inner[name]) if isinstance(inner.get(name), Mapping) else {}
        inner = inner[name]
    inner[path[-1]] = value
    return whole
