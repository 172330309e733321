"""Says in words what differs between two versions of a BPMN document."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import BPMN
from resolute.bpmn.rule import kind_word, label

_ = i18n.translator("bpmn")

_TOLD = ("flowElement", "artifact", "lane", "participant", "messageFlow", "rootElement")
"""Elements that people know by themselves; whatever else a file contains belongs to the nearest of them."""

_DERIVED = {f"{{{BPMN}}}{tag}" for tag in ("incoming", "outgoing", "flowNodeRef", "laneSet", "childLaneSet")}
"""Parts that only repeat what is told elsewhere."""

_ENDS = ("sourceRef", "targetRef")
_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions."""

    kind: Literal["added", "removed", "changed"]
    element: str
    """The id of the element."""
    aspect: str
    """What changed: "name", "kind", "lane", "scope", "ends", or an attribute or inner tag; else ""."""
    message: str
    """The difference in words."""


def diff(old: Document, new: Document) -> tuple[Change, ...]:
    """What one must know to get from `old` to `new`: elements are matched by id, the diagram is left out.

    Changed and added elements come in the order of `new`, then the removed ones in the order of `old`.
    """
    before, after = _told(old), _told(new)
    changes: list[Change] = []
    for key, element in after.items():
        if key in before:
            changes += _changes(before[key], element)
        else:
            changes.append(Change("added", key, "", _added(element)))
    for key, element in before.items():
        if key not in after:
            changes.append(Change("removed", key, "", _("{what} was removed").format(what=_called(element))))
    return tuple(changes)


def _told(document: Document) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in document.elements_that_are(*_TOLD):
        if element.id and _is_told(element):
            found.setdefault(element.id, element)
    return found


def _is_told(element: Element) -> bool:
    """Whether people know it by itself; an event definition inside an event belongs to the event."""
    if element.is_a("eventDefinition") and element.parent is not None:
        return element.parent.kind == "definitions"
    return element.is_a(*_TOLD)


def _called(element: Element) -> str:
    """How the words call an element: flows by their ends, all else by kind and name."""
    source, target = element.source, element.target
    if source is None or target is None:
        return label(element)
    words = _("{flow} from {source} to {target}")
    return words.format(flow=label(element), source=label(source), target=label(target))


def _added(element: Element) -> str:
    if element.is_a("flowNode") and element.lane is not None:
        return _("{what} was added in {lane}").format(what=label(element), lane=label(element.lane))
    return _("{what} was added").format(what=_called(element))


def _changes(old: Element, new: Element) -> Iterator[Change]:
    for aspect, message in _differences(old, new):
        yield Change("changed", new.id, aspect, message)


def _differences(old: Element, new: Element) -> Iterator[tuple[str, str]]:
    """Pairs of aspect and words."""
    if old.kind != new.kind:
        words = _("the kind of {what} was {old}")
        yield "kind", words.format(what=label(new), old=kind_word(old.kind))
    if old.name != new.name:
        yield "name", _("{old} is now called {new}").format(old=label(old), new=_quoted(new.name))
    for aspect, was, now in (("lane", _lane(old), _lane(new)), ("scope", _scope(old), _scope(new))):
        if _id(was) != _id(now):
            words = _("{what} moved from {old} to {new}")
            yield aspect, words.format(what=label(new), old=_place(was), new=_place(now))
    if any(old.get(end) != new.get(end) for end in _ENDS):
        words = _("{old} now leads from {source} to {target}")
        ends = [label(end) if end is not None else "?" for end in (new.source, new.target)]
        yield "ends", words.format(old=_called(old), source=ends[0], target=ends[1])
    yield from _attribute_differences(old, new)
    yield from _part_differences(old, new)


def _lane(element: Element) -> Element | None:
    return element.lane if element.is_a("flowNode") else None


def _scope(element: Element) -> Element | None:
    """What an element lies in, as people know it; sets of lanes are nobody's idea."""
    if not element.is_a("flowElement", "lane", "artifact"):
        return None
    return next((around for around in element.ancestors if _is_told(around)), None)


def _id(element: Element | None) -> str:
    return "" if element is None else element.id


def _place(element: Element | None) -> str:
    return _("no lane") if element is None else label(element)


def _attribute_differences(old: Element, new: Element) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(map(str, [*old.node.attrib, *new.node.attrib]))
    for name in names:
        before, after = old.value(name), new.value(name)
        if before != after and name not in ("id", "name", *_ENDS):
            aspect = etree.QName(name).localname
            yield aspect, _became(aspect, new, before, after)


def _part_differences(old: Element, new: Element) -> Iterator[tuple[str, str]]:
    before, after = _parts(old), _parts(new)
    for tag in dict.fromkeys([*before, *after]):
        was, now = before.get(tag, []), after.get(tag, [])
        if _differ(was, now):
            yield tag, _became(tag, new, _text(was), _text(now))


def _differ(old: list[etree._Element], new: list[etree._Element]) -> bool:
    """Whether two lists of parts differ in more than ids, prefixes and indentation."""
    return len(old) != len(new) or any(
        etree.tostring(one, with_tail=False) != etree.tostring(two, with_tail=False)
        and _canonical(one) != _canonical(two)
        for one, two in zip(old, new, strict=True)
    )


def _became(aspect: str, element: Element, old: str | None, new: str | None) -> str:
    place = {"aspect": _aspect_word(aspect), "what": _called(element)}
    if old == new:
        return _("{aspect} of {what} changed").format(**place)
    return _("{aspect} of {what}: {old} became {new}").format(old=_quoted(old), new=_quoted(new), **place)


def _aspect_word(aspect: str) -> str:
    """The aspects that people ask about, in their words; the rest as they stand in the file."""
    words = {
        "conditionExpression": _("condition"),
        "calledElement": _("called process"),
        "default": _("default flow"),
        "documentation": _("documentation"),
        "due": _("deadline"),
        "duration": _("duration"),
        "party": _("party"),
        "reason": _("reason"),
        "ref": _("point"),
        "timerEventDefinition": _("timer"),
    }
    return words.get(aspect, aspect)


def _parts(element: Element) -> dict[str, list[etree._Element]]:
    """The children that belong to `element` itself, by tag."""
    found: dict[str, list[etree._Element]] = {}
    for node in element.node.iterchildren("{*}*"):
        part = Element(element.document, node)
        if node.tag not in _DERIVED and not (part.namespace == BPMN and _is_told(part)):
            found.setdefault(part.kind, []).append(node)
    return found


def _canonical(node: etree._Element) -> bytes:
    """The node without ids, prefixes and the white space of indentation, for comparing."""
    copy = deepcopy(node)
    copy.tail = None
    for inner in copy.iter("{*}*"):
        inner.attrib.pop("id", "")
        inner.text, inner.tail = (inner.text or "").strip(), (inner.tail or "").strip()
    text = etree.canonicalize(etree.tostring(copy, encoding="unicode"), rewrite_prefixes=True)
    return str(text).encode()


def _text(nodes: list[etree._Element]) -> str:
    return " ".join(" ".join(str(text) for node in nodes for text in node.itertext()).split())


def _quoted(value: str | None) -> str:
    if not value:
        return _("nothing")
    shown = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
    return _('"{value}"').format(value=shown)
