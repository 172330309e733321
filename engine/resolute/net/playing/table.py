"""The tables of the token game: what happens when a token reaches a node, and when its work begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from resolute.net.net import ACTIVITIES, Kind
from resolute.net.playing import activities, events, gateways

if TYPE_CHECKING:
    from resolute.net.run import Run

ENTER: dict[Kind, Callable[[Run, int, int], None]] = {
    Kind.TASK: activities.enter_task,
    Kind.USER: activities.enter_task,
    Kind.SERVICE: activities.enter,
    Kind.SCRIPT: activities.enter,
    Kind.SEND: activities.enter,
    Kind.RECEIVE: activities.enter,
    Kind.RULE: activities.enter,
    Kind.CALL: activities.enter,
    Kind.SCOPE: activities.enter,
    Kind.EXCLUSIVE: gateways.enter_exclusive,
    Kind.PARALLEL: gateways.enter_parallel,
    Kind.INCLUSIVE: gateways.enter_inclusive,
    Kind.EVENT_BASED: events.enter_event_gateway,
    Kind.COMPLEX: gateways.enter_complex,
    Kind.START: events.enter_start,
    Kind.CATCH: events.enter,
    Kind.THROW: events.enter,
    Kind.BOUNDARY: events.enter_start,
    Kind.END: events.enter,
}
"""Node and scope: a token arrives."""

BEGIN: dict[Kind, Callable[[Run, int], None]] = {
    **dict.fromkeys((kind for kind in Kind if kind in ACTIVITIES), activities.begin_guarded),
    Kind.EXCLUSIVE: gateways.begin_exclusive,
    Kind.PARALLEL: gateways.begin_parallel,
    Kind.INCLUSIVE: gateways.begin_inclusive,
    Kind.EVENT_BASED: events.begin_event_gateway,
    Kind.COMPLEX: gateways.begin_complex,
    **dict.fromkeys((kind for kind in Kind if kind >= Kind.START), events.begin),
}
"""Place: what it does once the token is inside; again after an incident."""
