"""Random BPMN models of every shape for the tests and benchmarks of layout and drawing; a seed gives one model."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from lxml import etree

from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN

_WORDS = [
    "разработать",
    "утвердить",
    "план",
    "мероприятий",
    "по",
    "реализации",
    "концепции",
    "министерство",
    "образования",
    "согласовать",
    "доклад",
    "о",
    "ходе",
    "исполнения",
    "совету",
    "при",
    "Губернаторе",
    "области",
    "до",
    "1",
    "июля",
    "и",
    "далее",
    "по",
    "мере",
    "необходимости",
]
_TASKS = ("task", "userTask", "serviceTask", "sendTask", "receiveTask", "callActivity", "scriptTask")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")


@dataclass
class Model:
    """A model being made: its elements by scope, and the source of chance."""

    chance: random.Random
    count: int = 0
    definitions: etree._Element = field(default_factory=lambda: etree.Element(f"{{{BPMN}}}definitions"))

    def add(self, parent: etree._Element, kind: str, name: str = "", **attributes: str) -> str:
        """Adds an element and returns its id."""
        self.count += 1
        key = f"{kind}_{self.count}"
        node = etree.SubElement(parent, f"{{{BPMN}}}{kind}", id=key, **attributes)
        if name:
            node.set("name", name)
        return key

    def link(self, parent: etree._Element, source: str, target: str, name: str = "") -> None:
        """Adds a sequence flow."""
        self.add(parent, "sequenceFlow", name, sourceRef=source, targetRef=target)

    def words(self, most: int = 8) -> str:
        """A name of a few words."""
        return " ".join(self.chance.choice(_WORDS) for _ in range(self.chance.randint(1, most)))

    @property
    def document(self) -> Document:
        """The model as a document."""
        self.definitions.set("targetNamespace", "urn:test")
        return Document(etree.ElementTree(self.definitions))


def structured(seed: int, size: int, *, lanes: int = 0, depth: int = 2, extras: bool = True) -> Document:
    """A process of nested blocks: sequences, branches, loops, sub-processes, boundary events, data, notes."""
    model = Model(random.Random(seed))
    process = etree.SubElement(model.definitions, f"{{{BPMN}}}process", id="process")
    _fill(model, process, size, depth, extras)
    if lanes:
        _add_lanes(model, process, lanes)
    return model.document


def tangled(seed: int, nodes: int, flows: int, *, lanes: int = 0) -> Document:
    """A process whose flows join any two nodes: loops, self-loops and doubled flows included."""
    model = Model(random.Random(seed))
    process = etree.SubElement(model.definitions, f"{{{BPMN}}}process", id="process")
    kinds = (*_TASKS, *_GATEWAYS, "startEvent", "endEvent", "intermediateThrowEvent")
    keys = [model.add(process, model.chance.choice(kinds), model.words()) for _ in range(nodes)]
    for _ in range(flows if keys else 0):
        name = model.words(2) if model.chance.random() < 0.3 else ""
        model.link(process, model.chance.choice(keys), model.chance.choice(keys), name)
    if lanes:
        _add_lanes(model, process, lanes)
    return model.document


def dependencies(seed: int, nodes: int, flows: int) -> Document:
    """A plan without loops: tasks that wait for some of the few before them."""
    model = Model(random.Random(seed))
    process = etree.SubElement(model.definitions, f"{{{BPMN}}}process", id="process")
    keys = [model.add(process, "userTask", model.words()) for _ in range(nodes)]
    for _ in range(flows):
        later = model.chance.randrange(1, nodes)
        model.link(process, keys[max(0, later - model.chance.randint(1, 6))], keys[later])
    return model.document


def collaboration(seed: int, pools: int, size: int, messages: int) -> Document:
    """Several pools, black boxes among them, with message flows between their nodes and borders."""
    model = Model(random.Random(seed))
    holder = etree.SubElement(model.definitions, f"{{{BPMN}}}collaboration", id="collaboration")
    ends: list[list[str]] = []
    for number in range(pools):
        if model.chance.random() < 0.25:
            ends.append([model.add(holder, "participant", model.words())])
            continue
        process = etree.SubElement(model.definitions, f"{{{BPMN}}}process", id=f"process_{number}")
        _fill(model, process, size, 1, extras=False)
        if model.chance.random() < 0.5:
            _add_lanes(model, process, model.chance.randint(1, 3))
        model.add(holder, "participant", model.words(), processRef=f"process_{number}")
        ends.append([node.get("id", "") for node in process if _local(node).endswith(("Task", "Event"))])
    for _ in range(messages if pools > 1 else 0):
        a, b = model.chance.sample(range(pools), 2)
        if ends[a] and ends[b]:
            source, target = model.chance.choice(ends[a]), model.chance.choice(ends[b])
            name = model.words(3) if model.chance.random() < 0.5 else ""
            model.add(holder, "messageFlow", name, sourceRef=source, targetRef=target)
    return model.document


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname


def _fill(model: Model, parent: etree._Element, size: int, depth: int, extras: bool) -> None:
    current = model.add(parent, "startEvent", model.words(3))
    last = model.count + size
    while model.count < last:
        current = _block(model, parent, current, depth, extras)
    model.link(parent, current, model.add(parent, "endEvent", model.words(3)))


def _block(model: Model, parent: etree._Element, current: str, depth: int, extras: bool) -> str:
    kind = model.chance.random()
    if kind < 0.5:
        return _step(model, parent, current, extras)
    if kind < 0.75:
        return _branches(model, parent, current, extras)
    if kind < 0.88 or not depth:
        return _loop(model, parent, current, extras)
    key = model.add(parent, model.chance.choice(("subProcess", "transaction", "adHocSubProcess")), model.words(4))
    model.link(parent, current, key)
    _fill(model, parent[-2], model.chance.randint(3, 8), depth - 1, extras)
    return key


def _step(model: Model, parent: etree._Element, current: str, extras: bool) -> str:
    key = model.add(parent, model.chance.choice(_TASKS), model.words())
    model.link(parent, current, key)
    if extras and model.chance.random() < 0.3:
        for _ in range(model.chance.randint(1, 3)):
            event = model.add(parent, "boundaryEvent", model.words(3), attachedToRef=key)
            model.link(parent, event, model.add(parent, "endEvent", model.words(2)))
    if extras and model.chance.random() < 0.2:
        data = model.add(parent, "dataObjectReference", model.words(3))
        model.add(parent, "association", sourceRef=key, targetRef=data)
    if extras and model.chance.random() < 0.15:
        note = model.add(parent, "textAnnotation")
        etree.SubElement(parent[-1], f"{{{BPMN}}}text").text = model.words(12)
        model.add(parent, "association", sourceRef=note, targetRef=key)
    return key


def _branches(model: Model, parent: etree._Element, current: str, extras: bool) -> str:
    kind = model.chance.choice(_GATEWAYS[:3])
    split = model.add(parent, kind, model.words(3) if kind == "exclusiveGateway" else "")
    join = model.add(parent, kind)
    model.link(parent, current, split)
    for _ in range(model.chance.randint(2, 4)):
        end = split
        for _ in range(model.chance.randint(0, 3)):
            end = _step(model, parent, end, extras)
        model.link(parent, end, join, model.words(2) if end == split else "")
    return join


def _loop(model: Model, parent: etree._Element, current: str, extras: bool) -> str:
    merge = model.add(parent, "exclusiveGateway")
    model.link(parent, current, merge)
    end = _step(model, parent, merge, extras)
    split = model.add(parent, "exclusiveGateway", model.words(3))
    model.link(parent, end, split)
    model.link(parent, split, merge, "нет")
    return split


def _add_lanes(model: Model, process: etree._Element, lanes: int) -> None:
    """Lanes, some of them with lanes inside; every node in one of the innermost."""
    holder = etree.Element(f"{{{BPMN}}}laneSet", id=f"laneSet_{process.get('id')}")
    innermost: list[etree._Element] = []
    for _ in range(lanes):
        model.add(holder, "lane", model.words(6))
        if model.chance.random() < 0.3:
            inner = etree.SubElement(holder[-1], f"{{{BPMN}}}childLaneSet", id=f"childLaneSet_{model.count}")
            for _ in range(2):
                model.add(inner, "lane", model.words(4))
            innermost.extend(inner)
        else:
            innermost.append(holder[-1])
    for node in process:
        if _local(node).endswith(("ask", "Event", "Gateway", "Process", "Activity", "transaction")):
            lane = model.chance.choice(innermost)
            etree.SubElement(lane, f"{{{BPMN}}}flowNodeRef").text = node.get("id")
    for lane in innermost:
        lane[:] = sorted(lane, key=lambda child: _local(child) != "flowNodeRef")
    process.insert(0, holder)
