"""Draws the shapes: activities, events, gateways, data, artifacts, pools and lanes."""

from __future__ import annotations

from collections.abc import Callable

from resolute.bpmn.document import Element
from resolute.bpmn.draw import icons, svg
from resolute.bpmn.draw.style import Style
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, Shape
from resolute.bpmn.measure import Text, fit, wrap

HEADER = 30.0
_PADDING = sizes.PADDING
_CORNER = 10.0


def draw_node(shape: Shape, style: Style) -> str:
    """The SVG of one shape, without its outside label."""
    return _DRAWERS.get(shape.element.kind, _plain)(shape, style)


# --- activities ---


def _activity(shape: Shape, style: Style) -> str:
    element, box = shape.element, shape.box
    parts = [_outline(shape, style)]
    expanded = is_expanded(shape)
    holds = element.kind in sizes.SUBPROCESSES
    holds = holds or (element.kind == "callActivity" and sizes.called_task(element) is None)
    markers = _markers(element, collapsed=holds and not expanded)
    symbol = sizes.task_symbol(element)
    if symbol is not None:
        parts.append(_task_symbol(element, symbol, box, style))
    if expanded:
        title = fit(element.name, box.width - 2 * _PADDING - 20, 30.0) if element.name else None
        if title is not None:
            parts.append(svg.text(title, box.centre[0], box.y + _PADDING, fill=style.ink))
    elif element.name:
        top = sizes.SYMBOL_ROOM if symbol else _PADDING
        bottom = sizes.MARKER_ROOM if markers else _PADDING
        parts.append(_inside(element.name, box, top, bottom, style))
    parts.append(_marker_row(markers, box, style))
    return "".join(parts)


def is_expanded(shape: Shape) -> bool:
    """Whether a sub-process shows what is inside; without a word in the file, its size decides."""
    if shape.element.kind == "callActivity":
        return shape.expanded is True and shape.box.width > 160
    if shape.element.kind not in sizes.SUBPROCESSES:
        return False
    return shape.box.width > 160 and shape.box.height > 110 if shape.expanded is None else shape.expanded


def _outline(shape: Shape, style: Style) -> str:
    element, box = shape.element, shape.box
    width = style.width
    dash = style.dash
    if element.kind == "callActivity":
        width = max(width, 4.0)
    if element.get("triggeredByEvent") == "true":
        dash = "1.5 4"
    radius = min(_CORNER, box.width / 4, box.height / 4)
    drawn = svg.rect(box, radius, fill=style.fill, stroke=style.stroke, stroke_width=width, stroke_dasharray=dash)
    if element.kind == "transaction" and box.width > 12 and box.height > 12:
        inner = Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6)
        drawn += svg.rect(inner, max(radius - 3, 0.0), fill="none", stroke=style.stroke, stroke_width=width)
    return drawn


def _task_symbol(element: Element, kind: str, box: Box, style: Style) -> str:
    centre = (box.x + 15.0, box.y + 14.0)
    symbol = icons.TASKS[kind]
    filled = kind == "sendTask"
    drawn = svg.icon(
        symbol,
        centre,
        0.9,
        fill=style.line if filled else style.fill,
        fill_rule="evenodd",
        stroke=style.line,
        stroke_width=1.2,
        stroke_linejoin="round",
    )
    if filled:
        drawn += svg.icon(icons.FLAP, centre, 0.9, fill="none", stroke=style.fill, stroke_width=1.2)
    if kind == "businessRuleTask":
        drawn += svg.icon(icons.BUSINESS_RULE_HEAD, centre, 0.9, fill=style.line, fill_opacity=0.35)
    if kind == "receiveTask" and element.get("instantiate") == "true":
        drawn += svg.circle(centre, 12.0, fill="none", stroke=style.line, stroke_width=1.0)
    return drawn


def _markers(element: Element, *, collapsed: bool) -> list[str]:
    markers = []
    if element.child("standardLoopCharacteristics"):
        markers.append("loop")
    many = element.child("multiInstanceLoopCharacteristics")
    if many is not None:
        markers.append("sequential" if many.get("isSequential") == "true" else "parallel")
    if element.get("isForCompensation") == "true":
        markers.append("compensation")
    if collapsed:
        markers.append("collapsed")
    if element.kind == "adHocSubProcess":
        markers.append("adhoc")
    return markers


def _marker_row(markers: list[str], box: Box, style: Style) -> str:
    x = box.centre[0] - 9.0 * (len(markers) - 1)
    drawn = ""
    for marker in markers:
        filled = marker in icons.FILLED_MARKERS
        drawn += svg.icon(
            icons.MARKERS[marker],
            (x, box.bottom - 11.0),
            fill=style.line if filled else "none",
            stroke="none" if filled else style.line,
            stroke_width=1.6 if marker in ("parallel", "sequential") else 1.3,
        )
        x += 18.0
    return drawn


def _inside(name: str, box: Box, top: float, bottom: float, style: Style) -> str:
    """A name in the middle of its shape; the markers' rows are used only where they are needed."""
    width = max(box.width - 2 * _PADDING, 10.0)
    room = max(box.height - top - bottom, 10.0)
    block = fit(name, width, room)
    middle = box.y + top + room / 2
    centred = box.centre[1]
    if centred - block.height / 2 >= box.y + top and centred + block.height / 2 <= box.bottom - bottom:
        middle = centred
    return svg.text(block, box.centre[0], middle - block.height / 2, fill=style.ink)


# --- events and gateways ---


def _event(shape: Shape, style: Style) -> str:
    element, box = shape.element, shape.box
    kind = element.kind
    radius = min(box.width, box.height) / 2
    scale = radius / 18
    dash = style.dash
    if element.get("isInterrupting") == "false" or element.get("cancelActivity") == "false":
        dash = "4 3"
    width = max(style.width, 3.4) if kind == "endEvent" else style.width
    drawn = svg.circle(
        box.centre, radius, fill=style.fill, stroke=style.stroke, stroke_width=width, stroke_dasharray=dash
    )
    if kind in ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"):
        inner = max(radius - 3.2 * scale, 1.0)
        drawn += svg.circle(
            box.centre,
            inner,
            fill="none",
            stroke=style.stroke,
            stroke_width=style.width,
            stroke_dasharray=dash,
        )
    symbol = event_symbol(element)
    if symbol is not None:
        size = scale * (0.9 if kind in ("startEvent", "endEvent") else 0.8)
        throws = kind in ("endEvent", "intermediateThrowEvent")
        drawn += _event_symbol(symbol, box, size, style, filled=throws)
    return drawn


def event_symbol(element: Element) -> str | None:
    """The key of the symbol inside an event, None for a blank one."""
    definitions = [child.kind for child in element.children() if child.kind.endswith("EventDefinition")]
    definitions += ["multiple" for _ in element.children("eventDefinitionRef")] if not definitions else []
    if not definitions:
        return None
    if len(definitions) > 1:
        return "parallelMultiple" if element.get("parallelMultiple") == "true" else "multiple"
    if definitions[0] == "multiple":
        return _referred(element)
    return definitions[0] if definitions[0] in icons.EVENTS else None


def _referred(element: Element) -> str | None:
    """The kind of the one event definition that an event refers to by id."""
    reference = element.child("eventDefinitionRef")
    found = element.document.ids.get(reference.text.rpartition(":")[2]) if reference is not None else None
    return found.kind if found is not None and found.kind in icons.EVENTS else None


def _event_symbol(symbol: str, box: Box, scale: float, style: Style, *, filled: bool) -> str:
    dark = filled or symbol == "terminateEventDefinition"
    envelope = dark and symbol == "messageEventDefinition"
    data = icons.TASKS["sendTask"] if envelope else icons.EVENTS[symbol]
    drawn = svg.icon(
        data,
        box.centre,
        scale,
        fill=style.stroke if dark else style.fill,
        stroke=style.stroke,
        stroke_width=1.3,
        stroke_linejoin="round",
    )
    if envelope:
        drawn += svg.icon(icons.FLAP, box.centre, scale, fill="none", stroke=style.fill, stroke_width=1.4)
    return drawn


def _gateway(shape: Shape, style: Style) -> str:
    element, box = shape.element, shape.box
    x, y = box.centre
    corners = [(x, box.y), (box.right, y), (x, box.bottom), (box.x, y)]
    drawn = svg.polygon(
        corners,
        fill=style.fill,
        stroke=style.stroke,
        stroke_width=style.width,
        stroke_dasharray=style.dash,
        stroke_linejoin="round",
    )
    scale = min(box.width, box.height) / 50
    kind = element.kind
    if kind == "exclusiveGateway" and shape.marker is False:
        return drawn
    if kind in icons.GATEWAYS:
        return drawn + svg.icon(icons.GATEWAYS[kind], box.centre, scale, fill=style.stroke)
    if kind == "inclusiveGateway":
        return drawn + svg.circle(box.centre, 11 * scale, fill="none", stroke=style.stroke, stroke_width=2.6)
    return drawn + _event_gateway(element, box, scale, style)


def _event_gateway(element: Element, box: Box, scale: float, style: Style) -> str:
    parallel = element.get("eventGatewayType") == "Parallel"
    thin: dict[str, svg.Attribute] = {"fill": "none", "stroke": style.stroke, "stroke_width": 1.2}
    drawn = svg.circle(box.centre, 13.5 * scale, **thin)
    if element.get("instantiate") != "true":
        drawn += svg.circle(box.centre, 11 * scale, **thin)
    symbol = icons.PLUS if parallel else icons.PENTAGON
    return drawn + svg.icon(symbol, box.centre, scale * 0.75, **thin)


# --- data and artifacts ---


def _data_object(shape: Shape, style: Style) -> str:
    box = shape.box
    fold = min(box.width, box.height) * 0.3
    x, y, right, bottom = box.x, box.y, box.right, box.bottom
    page = (
        f"M{x:g},{y:g}H{right - fold:g}L{right:g},{y + fold:g}V{bottom:g}H{x:g}Z"
        f" M{right - fold:g},{y:g}V{y + fold:g}H{right:g}"
    )
    drawn = svg.path(
        page,
        fill=style.fill,
        stroke=style.stroke,
        stroke_width=style.width,
        stroke_dasharray=style.dash,
        stroke_linejoin="round",
    )
    kind = shape.element.kind
    if kind in ("dataInput", "dataOutput"):
        drawn += svg.icon(
            icons.EVENTS["linkEventDefinition"],
            (x + 11, y + 11),
            0.7,
            fill=style.stroke if kind == "dataOutput" else "none",
            stroke=style.stroke,
            stroke_width=1.3,
        )
    if _is_collection(shape.element):
        drawn += svg.icon(
            icons.MARKERS["parallel"], (box.centre[0], bottom - 8), 0.8, stroke=style.stroke, stroke_width=2
        )
    return drawn


def _is_collection(element: Element) -> bool:
    target = element.document.ids.get((element.get("dataObjectRef") or "").rpartition(":")[2])
    return any(e is not None and e.get("isCollection") == "true" for e in (element, target))


def _data_store(shape: Shape, style: Style) -> str:
    box = shape.box
    x, right, bend = box.x, box.right, min(box.height * 0.16, 12.0)
    top, bottom = box.y + bend, box.bottom - bend
    radius = box.width / 2
    arc = f"A{radius:g},{bend:g} 0 0 0 {right:g},"
    lid = f"A{radius:g},{bend:g} 0 0 1 "
    data = f"M{x:g},{top:g}{lid}{right:g},{top:g}V{bottom:g}{lid}{x:g},{bottom:g}Z"
    data += "".join(f" M{x:g},{top + shift:g}{arc}{top + shift:g}" for shift in (0.0, bend * 0.6, bend * 1.2))
    return svg.path(data, fill=style.fill, stroke=style.stroke, stroke_width=style.width, stroke_dasharray=style.dash)


def _annotation(shape: Shape, style: Style) -> str:
    box = shape.box
    bracket = f"M{box.x + 10:g},{box.y:g}H{box.x:g}V{box.bottom:g}H{box.x + 10:g}"
    drawn = svg.path(bracket, fill="none", stroke=style.stroke, stroke_width=style.width)
    words = shape.element.child("text")
    text = " ".join(words.text.split()) if words is not None else ""
    if text:
        block = fit(text, max(box.width - 12, 20.0), max(box.height - 4, 12.0))
        top = box.centre[1] - block.height / 2
        drawn += svg.text(block, box.x + 7, top, anchor="start", fill=style.ink)
    return drawn


def _group(shape: Shape, style: Style) -> str:
    return svg.rect(
        shape.box,
        _CORNER,
        fill="none",
        stroke=style.stroke,
        stroke_width=style.width,
        stroke_dasharray="9 4 2 4",
    )


# --- pools and lanes ---


def _pool(shape: Shape, style: Style) -> str:
    element, box = shape.element, shape.box
    process = element.document.ids.get((element.get("processRef") or "").rpartition(":")[2])
    drawn = svg.rect(box, fill=style.fill, stroke=style.stroke, stroke_width=style.width)
    if process is None or box.height <= 70:
        block = fit(element.name, box.width - 20, max(box.height - 8, 14.0)) if element.name else None
        if block is not None:
            drawn += svg.text(block, box.centre[0], box.centre[1] - block.height / 2, fill=style.ink)
    else:
        drawn += _header(shape, style)
    if element.child("participantMultiplicity") is not None:
        drawn += svg.icon(
            icons.MARKERS["parallel"],
            (box.centre[0], box.bottom - 10),
            fill="none",
            stroke=style.line,
            stroke_width=1.8,
        )
    return drawn


def _lane(shape: Shape, style: Style) -> str:
    drawn = svg.rect(shape.box, fill=style.fill, stroke=style.stroke, stroke_width=style.width)
    return drawn + _header(shape, style)


def _header(shape: Shape, style: Style) -> str:
    """The strip with the name: turned at the left of a horizontal pool, at the top of a vertical one."""
    box, name = shape.box, shape.element.name
    upright = shape.horizontal is False
    if upright:
        strip = Box(box.x, box.y, box.width, min(HEADER, box.height))
    else:
        strip = Box(box.x, box.y, min(HEADER, box.width), box.height)
    drawn = svg.rect(strip, fill=style.header, stroke=style.stroke, stroke_width=style.width)
    if not name:
        return drawn
    length = strip.width if upright else strip.height
    block = fit(name, max(length - 10, 20.0), HEADER - 2)
    x, y = strip.centre
    words = svg.text(block, 0 if not upright else x, (0 if not upright else y) - block.height / 2, fill=style.ink)
    if upright:
        return drawn + words
    return drawn + svg.tag("g", words, transform=f"translate({x:g} {y:g}) rotate(-90)")


def _plain(shape: Shape, style: Style) -> str:
    """An element without a symbol of its own here: a frame with its name."""
    drawn = svg.rect(shape.box, 4.0, fill=style.fill, stroke=style.stroke, stroke_width=style.width)
    name = shape.element.name
    return drawn + (_inside(name, shape.box, _PADDING, _PADDING, style) if name else "")


_DRAWERS: dict[str, Callable[[Shape, Style], str]] = {
    **dict.fromkeys(sizes.ACTIVITIES, _activity),
    **dict.fromkeys(sizes.EVENTS, _event),
    **dict.fromkeys(sizes.GATEWAYS, _gateway),
    **dict.fromkeys(("dataObjectReference", "dataObject", "dataInput", "dataOutput"), _data_object),
    "dataStoreReference": _data_store,
    "textAnnotation": _annotation,
    "group": _group,
    "participant": _pool,
    "lane": _lane,
}


def outside_label(shape: Shape) -> tuple[Text, float, float] | None:
    """The label outside a shape: its lines, the x of the middle, the y of the top."""
    element, box = shape.element, shape.box
    if element.kind not in _LABELLED_OUTSIDE:
        return None
    name = sizes.outside_name(element)
    if not name:
        return None
    width = sizes.LABEL_WIDTH if shape.label is None else max(shape.label.width + 2, 40.0)
    block = Text(wrap(name, width, sizes.LABEL_SIZE), sizes.LABEL_SIZE)
    if shape.label is not None:
        return block, shape.label.centre[0], shape.label.y
    return block, box.centre[0], box.y + 4 if element.kind == "group" else box.bottom + 4


_LABELLED_OUTSIDE = sizes.EVENTS | sizes.GATEWAYS | sizes.DATA | {"dataObject", "group"}
