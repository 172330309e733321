"""The symbols of BPMN as path data, each drawn around (0, 0)."""

from __future__ import annotations

import math

EVENTS = {
    "messageEventDefinition": "M-9,-6.5H9V6.5H-9Z M-9,-6.5L0,0.5L9,-6.5",
    "timerEventDefinition": "M0,-10A10,10 0 1 1 0,10A10,10 0 1 1 0,-10Z M0,-10V-7 M0,10V7 M-10,0H-7 M10,0H7"
    " M7.07,-7.07L5.3,-5.3"
    " M-7.07,-7.07L-5.3,-5.3 M7.07,7.07L5.3,5.3 M-7.07,7.07L-5.3,5.3 M1.8,-6.2L0,0L4.6,1",
    "errorEventDefinition": "M-8.5,8L-3.2,-6.5L2.6,2.2L8.5,-8L3.4,7L-2.6,-1.2Z",
    "escalationEventDefinition": "M0,-9L7,8.5L0,1.5L-7,8.5Z",
    "signalEventDefinition": "M0,-9.5L9,6.5H-9Z",
    "conditionalEventDefinition": "M-7,-9H7V9H-7Z M-4.5,-5.5H4.5 M-4.5,-1.8H4.5 M-4.5,1.8H4.5 M-4.5,5.5H4.5",
    "linkEventDefinition": "M-9,-4H1.5V-8.5L10,0L1.5,8.5V4H-9Z",
    "compensateEventDefinition": "M-1,-6.5L-10,0L-1,6.5Z M8,-6.5L-1,0L8,6.5Z",
    "cancelEventDefinition": "M-8.5,-5.7L-5.7,-8.5L0,-2.8L5.7,-8.5L8.5,-5.7L2.8,0"
    "L8.5,5.7L5.7,8.5L0,2.8L-5.7,8.5L-8.5,5.7L-2.8,0Z",
    "terminateEventDefinition": "M0,-10A10,10 0 1 1 0,10A10,10 0 1 1 0,-10Z",
    "multiple": "M0,-9.5L9,-2.9L5.6,7.7H-5.6L-9,-2.9Z",
    "parallelMultiple": "M-9,-3H-3V-9H3V-3H9V3H3V9H-3V3H-9Z",
}
"""Event definition -> symbol for an event 36 pixels wide."""

PENTAGON = EVENTS["multiple"]
PLUS = EVENTS["parallelMultiple"]
FLAP = "M-9,-6.5L0,0.5L9,-6.5"

GATEWAYS = {
    "exclusiveGateway": "M-8,-10H-4.6L0,-3L4.6,-10H8L2.1,0L8,10H4.6L0,3L-4.6,10H-8L-2.1,0Z",
    "parallelGateway": "M-11,-2H-2V-11H2V-2H11V2H2V11H-2V2H-11Z",
    "complexGateway": "M-1.7,-12H1.7V-4L7.3,-9.7L9.7,-7.3L4,-1.7H12V1.7H4L9.7,7.3"
    "L7.3,9.7L1.7,4V12H-1.7V4L-7.3,9.7L-9.7,7.3L-4,1.7H-12V-1.7H-4L-9.7,-7.3L-7.3,-9.7L-1.7,-4Z",
}
"""Gateway -> filled symbol for a gateway 50 pixels wide."""


def _gear(teeth: int, outer: float, inner: float, hole: float) -> str:
    points = []
    for tooth in range(teeth):
        for turn, radius in ((-0.30, inner), (-0.18, outer), (0.18, outer), (0.30, inner)):
            angle = 2 * math.pi * (tooth + turn) / teeth - math.pi / 2
            points.append(f"{radius * math.cos(angle):.2f},{radius * math.sin(angle):.2f}")
    ring = f"M0,{-hole}A{hole},{hole} 0 1 0 0,{hole}A{hole},{hole} 0 1 0 0,{-hole}Z"
    return "M" + "L".join(points) + "Z " + ring


TASKS = {
    "userTask": "M-8,8.5V4.5C-8,1.6 -5.6,0.4 -3.4,0C-1.6,2 1.6,2 3.4,0C5.6,0.4 8,1.6 8,4.5V8.5Z M-4.6,8.5V5"
    " M4.6,8.5V5 M0,-8.8A4.4,4.4 0 0 1 0,0A4.4,4.4 0 0 1 0,-8.8Z",
    "serviceTask": _gear(8, 9.0, 6.6, 3.0),
    "scriptTask": "M-3.5,-8.5H8C4,-5.2 4,-2.8 6,0C8,2.8 8,5.2 4,8.5H-7.5C-3.5,5.2 -3.5,2.8 -5.5,0"
    "C-7.5,-2.8 -7.5,-5.2 -3.5,-8.5Z M-3,-4.8H3 M-3.4,-1.6H2.8 M-2,1.6H4.2 M-2.2,4.8H4",
    "businessRuleTask": "M-9,-7H9V7H-9Z M-9,-2.6H9 M-9,2.2H9 M-3.6,-2.6V7 M-9,-7V-2.6H9V-7Z",
    "manualTask": "M-9,-1.5C-8,-4.8 -5.8,-6.8 -3.4,-6.8H1.2C2.8,-6.8 2.8,-4.6 1.2,-4.6H-1.2 M1.9,-4.8H7.6"
    "C9.3,-4.8 9.3,-2.2 7.6,-2.2H2.2 M7.2,-2.2H8.2C9.8,-2.2 9.8,0.4 8.2,0.4H2.4"
    " M7.4,0.4C9,0.4 9,2.9 7.4,2.9H2.2 M6.2,2.9C7.7,2.9 7.7,5.3 6.2,5.3H-1.5C-4.5,5.6 -6.6,5.4 -9,4.2",
    "sendTask": "M-9,-6.5H9V6.5H-9Z",
    "receiveTask": "M-9,-6.5H9V6.5H-9Z M-9,-6.5L0,0.5L9,-6.5",
}
"""Task -> symbol for its upper left corner, 18 pixels wide."""

BUSINESS_RULE_HEAD = "M-9,-7H9V-2.6H-9Z"

MARKERS = {
    "loop": "M-2.2,5.6A6,6 0 1 1 2.6,5.4 M-5.4,5.9H-2V2.4",
    "parallel": "M-4.5,-6V6 M0,-6V6 M4.5,-6V6",
    "sequential": "M-6,-4.5H6 M-6,0H6 M-6,4.5H6",
    "compensation": "M-0.5,-5L-7,0L-0.5,5Z M6,-5L-0.5,0L6,5Z",
    "adhoc": "M-7,2.2C-5,-4.6 -1.6,-3 0,-0.6C1.8,2 4.8,2.4 7,-2.6V0.4C4.8,5.2 1.2,4.4 -0.8,1.8"
    "C-2.6,-0.4 -5.2,-0.6 -7,4.8Z",
    "collapsed": "M-7,-7H7V7H-7Z M0,-4.5V4.5 M-4.5,0H4.5",
}
"""Markers at the lower side of activities, 14 pixels wide."""

FILLED_MARKERS = frozenset(("adhoc",))

STATES = {
    "done": "M-4.6,0.2L-1.5,3.4L4.8,-3.4",
    "active": "M-2.8,-4.4L4.6,0L-2.8,4.4Z",
    "overdue": "M0,-5V0.2L3.4,2.6",
    "blocked": "M-4.6,0H4.6",
    "incident": "M0,-4.8V1.2 M0,4V4.4",
}
"""Badge of a live state, 10 pixels wide; drawn in a disc."""
