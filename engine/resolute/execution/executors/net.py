"""The net executor: plays the token game of `resolute.net` behind the seam."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from resolute import i18n
from resolute import net as nets
from resolute.bpmn.document import Document
from resolute.calendars import Calendar
from resolute.errors import ConflictError, InputError
from resolute.execution import seam
from resolute.net.compiled import FORMAT as NET_FORMAT
from resolute.net.journal import replay, written
from resolute.net.net import Kind, Marking, Net, Progress
from resolute.net.run import Run, checked_data
from resolute.net.state import GOT, OFFERED, State
from resolute.net.stored import dump, load

_ = i18n.translator("net")
_event: Callable[[tuple[str, str, str | None, dict[str, Any]]], seam.Event] = partial(tuple.__new__, seam.Event)


class NetExecutor:
    """Runs instances of compiled nets; holds nothing but the calendar that working days are counted by."""

    name = "net"
    form: seam.Form | None = seam.Form(NET_FORMAT, nets.dumps_net, nets.loads_net)

    def __init__(self, calendar: Calendar | None = None) -> None:
        self.calendar = calendar
        """None: the production calendar of Russia, loaded when a working day is first counted."""

    def prepare(self, document: Document, process_id: str) -> Net:
        """Compiles the process. Raises ModelError with every finding."""
        return nets.compile(document, process_id)

    def start(
        self,
        definition: Net,
        data: seam.Data,
        now: datetime,
        *,
        start_event: str | None = None,
        catches: Sequence[str] = (),
        stores: seam.Stores = seam.NO_STORES,
    ) -> seam.Outcome:
        """Starts an instance at its none start event, or at `start_event`.

        `catches` are the error codes that the calling process catches, as its `called` event said: an error
        with one of them ends the instance as failed, any other that nothing catches becomes an incident.
        """
        node = None if start_event is None else definition.node(start_event)
        run = Run(State(definition, tuple(catches)), now, self.calendar, stores)
        run.start(checked_data(data), node)
        return _outcome(run)

    def apply(
        self,
        definition: Net,
        state: seam.State,
        command: seam.Command,
        now: datetime,
        *,
        stores: seam.Stores = seam.NO_STORES,
    ) -> seam.Outcome:
        """Applies one command; raises ConflictError when its token no longer waits. `state` is unchanged."""
        play = self.resume(definition, state)
        events = play.apply(command, now, stores)
        stored = play.state()
        return seam.Outcome(stored, stored["data"], tuple(events))

    def resume(self, definition: Net, state: seam.State) -> NetPlay:
        """An instance in this state, for several commands; `state` is unchanged."""
        return NetPlay(load(definition, state), self.calendar)

    def marking(self, definition: Net, state: seam.State) -> Marking:
        """Where the tokens stand; of a loop its rounds are counted, not the loop around them."""
        return marking(load(definition, state))

    def replay(self, definition: Net, state: seam.State, events: Iterable[seam.Happened]) -> seam.State:
        """The state that the events of later commands lead to: the same, byte for byte."""
        return dump(replay(load(definition, state), events))


class NetPlay:
    """One instance of a net at hand."""

    __slots__ = ("_calendar", "_state")

    def __init__(self, state: State, calendar: Calendar | None) -> None:
        self._state = state
        self._calendar = calendar

    @property
    def data(self) -> seam.Data:
        """Its variables."""
        return self._state.data

    def apply(self, command: seam.Command, now: datetime, stores: seam.Stores = seam.NO_STORES) -> list[seam.Event]:
        """Applies one command; raises ConflictError when its token no longer waits."""
        run = Run(self._state, now, self._calendar, stores)
        play = _PLAY.get(type(command))
        if play is None:
            raise InputError(_("{found} is no command").format(found=repr(command)))
        play(run, command)
        return _events(self._state)

    def state(self) -> seam.State:
        """Its stored form."""
        return dump(self._state)


def marking(state: State) -> Marking:
    """Where the tokens of a state stand."""
    nodes: dict[int, int] = {}
    for token, place in state.places.items():
        if not (state.is_loop(token) and state.children[token]):
            nodes[place.node] = nodes.get(place.node, 0) + 1
    flows: dict[int, int] = {}
    for joins in state.joins.values():
        for waiting in joins.values():
            for flow, count in waiting.items():
                flows[flow] = flows.get(flow, 0) + count
    return Marking(nodes, flows, _progress(state))


def _progress(state: State) -> Progress:
    """How far loops, compensation and ad-hoc sub-processes have come."""
    net, places = state.net, state.places
    loops = {token: places[token].node for token in places if state.is_loop(token)} if net.loops else {}
    kept = {node: [*state.handlers_of(state.done.get(token, []))] for token, node in loops.items()}
    kept |= {places[token].node: [*waiting] for token, waiting in state.undoing.items()}
    return Progress(
        rounds={node: _rounds(state.locals.get(token, {})) for token, node in loops.items()},
        done={
            state.node_of(token): tuple(
                (entry[0], undo.handler) for entry in entries for undo in reversed([*state.handlers_of([entry])])
            )
            for token, entries in state.done.items()
            if token not in loops
        },
        kept={node: tuple(undo.handler for undo in reversed(waiting)) for node, waiting in kept.items()},
        undoing=_undoing(state),
        resetting={
            node: tuple(state.locals[token][GOT]) for (name, node, _scope), token in state.gates.items() if name == GOT
        },
        offered=frozenset(places[token].node for token in places if net.adhoc and _is_offered(state, token)),
    )


def _undoing(state: State) -> dict[int, int]:
    inside = [place for place in state.places.values() if place.scope in state.undoing] if state.undoing else []
    return {place.node: state.places[place.scope].node for place in inside}


def _rounds(values: Mapping[str, Any]) -> tuple[int, int]:
    if "loopCounter" in values and "numberOfInstances" not in values:
        return 0, max(values["loopCounter"] - 1, 0)
    return values.get("numberOfInstances", 0), values.get("numberOfCompletedInstances", 0)


def _is_offered(state: State, token: int) -> bool:
    """Whether a place waits to be chosen; a person's task that may be chosen is open until it is done."""
    net, (node, scope) = state.net, state.places[token]
    around = state.node_of(scope)
    adhoc = net.adhoc.get(around)
    if adhoc is None or not adhoc.sequential or node not in net.starts[around]:
        return False
    return bool(state.locals.get(token, {}).get(OFFERED)) or (
        net.kinds[node] in (Kind.TASK, Kind.USER) and node not in net.loops
    )


def _outcome(run: Run) -> seam.Outcome:
    stored = dump(run.state)
    return seam.Outcome(stored, stored["data"], tuple(_events(run.state)))


def _events(state: State) -> list[seam.Event]:
    """What has been recorded, and is now forgotten."""
    log, state.log = state.log, []
    return [_event(written(state.net, record)) for record in log]


def _token(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConflictError(_("nothing waits under {token} any more").format(token=text)) from None


def _complete(run: Run, command: seam.Complete) -> None:
    run.complete(_token(command.token), checked_data(command.data))


def _trigger(run: Run, command: seam.Trigger) -> None:
    run.trigger(_token(command.token), checked_data(command.payload), command.nominal)


def _child_ended(run: Run, command: seam.ChildEnded) -> None:
    run.child_ended(_token(command.token), checked_data(command.data), command.error)


def _child_escalated(run: Run, command: seam.ChildEscalated) -> None:
    run.child_escalated(_token(command.token), command.code)


def _fail(run: Run, command: seam.Fail) -> None:
    run.fail(_token(command.token), command.message, command.code)


def _retry(run: Run, command: seam.Retry) -> None:
    run.retry(_token(command.token), checked_data(command.data))


def _terminate(run: Run, _command: seam.Terminate) -> None:
    run.terminate()


_PLAY: dict[type, Callable[[Run, Any], None]] = {
    seam.Complete: _complete,
    seam.Trigger: _trigger,
    seam.ChildEnded: _child_ended,
    seam.ChildEscalated: _child_escalated,
    seam.Fail: _fail,
    seam.Retry: _retry,
    seam.Terminate: _terminate,
}
