"""How large every kind of shape is drawn, from its kind and its label."""

from __future__ import annotations

from resolute.bpmn.document import Element
from resolute.bpmn.measure import Text, fit, longest_word, wrap

TASKS = frozenset(
    (
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "callActivity",
    )
)
SUBPROCESSES = frozenset(("subProcess", "adHocSubProcess", "transaction"))
ACTIVITIES = TASKS | SUBPROCESSES
GATEWAYS = frozenset(("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"))
EVENTS = frozenset(("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"))
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
DATA = frozenset(("dataObjectReference", "dataStoreReference", "dataInput", "dataOutput"))

EVENT = 36.0
GATEWAY = 50.0
DATA_SIZES = {
    "dataObjectReference": (36.0, 50.0),
    "dataInput": (36.0, 50.0),
    "dataOutput": (36.0, 50.0),
    "dataStoreReference": (50.0, 50.0),
}
LABEL_SIZE = 11.0
LABEL_WIDTH = 96.0
TEXT_SIZE = 12.0
PADDING = 6.0
_TASK_SIZES = (
    (100.0, 80.0),
    (120.0, 80.0),
    (140.0, 90.0),
    (160.0, 100.0),
    (180.0, 120.0),
    (200.0, 140.0),
    (220.0, 170.0),
)
SYMBOL_ROOM = 24.0
"""Height that the type symbol takes at the top of a task."""
MARKER_ROOM = 20.0
"""Height that the markers take at the bottom of an activity."""


def task_size(element: Element) -> tuple[float, float]:
    """The smallest of a few sizes in which the name fits at the normal font size."""
    top, bottom = _taken(element)
    for width, height in _TASK_SIZES:
        inside = width - 2 * PADDING
        whole = longest_word(element.name, TEXT_SIZE) <= inside
        if whole and not fit(element.name, inside, height - top - bottom, (TEXT_SIZE,)).cut:
            return width, height
    return _TASK_SIZES[-1]


def _taken(element: Element) -> tuple[float, float]:
    """Height taken inside by the type symbol at the top and the markers at the bottom."""
    marked = (
        element.kind in SUBPROCESSES
        or (element.kind == "callActivity" and called_task(element) is None)
        or element.get("isForCompensation") == "true"
        or element.child("standardLoopCharacteristics", "multiInstanceLoopCharacteristics") is not None
    )
    symbol = task_symbol(element) is not None
    return SYMBOL_ROOM if symbol else PADDING, MARKER_ROOM if marked else PADDING


def called_task(element: Element) -> str | None:
    """The kind of task that a call activity calls, None when it calls a process."""
    called = element.document.ids.get((element.get("calledElement") or "").rpartition(":")[2])
    if called is None or not called.kind.startswith("global"):
        return None
    kind = called.kind.removeprefix("global")
    return kind[0].lower() + kind[1:]


def task_symbol(element: Element) -> str | None:
    """The kind of task whose symbol stands in the corner of an activity, None for none."""
    kind = called_task(element) if element.kind == "callActivity" else element.kind
    return kind if kind in TASKS and kind not in ("task", "callActivity") else None


def label_text(name: str, width: float = LABEL_WIDTH) -> Text:
    """A label outside its shape, wrapped at the usual width."""
    return Text(wrap(name, width, LABEL_SIZE), LABEL_SIZE)


def annotation_size(text: str) -> tuple[float, float]:
    """Size of a text annotation."""
    wrapped = Text(wrap(text, 160.0, TEXT_SIZE), TEXT_SIZE)
    return max(60.0, wrapped.width + 16), max(30.0, wrapped.height + 10)


def lane_height(name: str) -> float:
    """The least height of a lane so that its turned name takes at most two lines."""
    for height in (120.0, 160.0, 200.0, 240.0, 280.0):
        if len(wrap(name, height - 16, TEXT_SIZE)) <= 2:
            return height
    return 320.0


def outside_name(element: Element) -> str:
    """What stands outside a shape: its name, with the state of data and the category of a group."""
    if element.kind == "group":
        value = element.document.ids.get((element.get("categoryValueRef") or "").rpartition(":")[2])
        return " ".join((value.get("value") or "").split()) if value is not None else ""
    state = element.child("dataState") if element.kind in DATA else None
    if state is None or not state.name or f"[{state.name.strip('[]')}]" in element.name:
        return element.name
    return f"{element.name} [{state.name.strip('[]')}]".strip()


def artifact_size(element: Element) -> tuple[float, float]:
    """Size of a data object, data store, note or group."""
    if element.kind == "textAnnotation":
        text = element.child("text")
        return annotation_size("" if text is None else text.text)
    return DATA_SIZES.get(element.kind, (140.0, 100.0))
