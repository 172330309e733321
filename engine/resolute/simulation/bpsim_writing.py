"""Writes what a forecast assumes as BPSim 1.0 or 2.0, valid by its schema: inside the BPMN file, or alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from lxml import etree

from resolute import bpmn, i18n
from resolute.bpmn.document import Document
from resolute.calendars import production_calendar
from resolute.errors import Finding
from resolute.simulation import bpsim_calendar
from resolute.simulation.blueprint import Blueprint, Node
from resolute.simulation.bpsim_amounts import constant, is_exact, value_elements
from resolute.simulation.codes import ARM_CHANCE, ARM_DELAY, BODY_TASK, SPLIT_ONE, SPLIT_SOME
from resolute.simulation.distributions import Distribution
from resolute.simulation.names import as_name
from resolute.simulation.scenario import Scenario, Unit
from resolute.simulation.sources import blueprint_of
from resolute.simulation.worktime import ROUND_THE_CLOCK, WorkCalendar

_ = i18n.translator("simulation")

Version = Literal["1.0", "2.0"]
SCENARIO_ID = "resolute_scenario"
YEARS = 3
"""For how many years from the start the days off of a production calendar are written."""
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_EVENTS = ("intermediateCatchEvent", "boundaryEvent", "receiveTask")
_DISTANT = (f"{{{_BPMN}}}relationship", "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram")


@dataclass(frozen=True)
class Export:
    """What was written, and what of it BPSim cannot say."""

    xml: bytes
    findings: tuple[Finding, ...]


def write(
    document: Document,
    scenario: Scenario,
    *,
    start: datetime | None = None,
    version: Version = "2.0",
    alone: bool = False,
) -> Export:
    """All assumptions of a forecast of this document, defaults included, as BPSim.

    The model with the scenario in it, and with a BPMN resource for each party; `alone`: the scenario by itself.
    """
    writer = _Writer(document, blueprint_of(document, scenario, start), version)
    data = writer.data()
    found = tuple(writer.findings)
    if alone:
        return Export(_bytes(data), found)
    copy = bpmn.loads(document.xml)
    root = copy.definitions.node
    for old in [node for node in root if node.tag == f"{{{_BPMN}}}relationship" and node.get("type") == "BPSimData"]:
        root.remove(old)
    _add_resources(root, writer.units())
    root.append(_relationship(root.get("id") or document.process_id, data))
    return Export(_bytes(root), found)


def _bytes(root: etree._Element) -> bytes:
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _relationship(about: str, data: etree._Element) -> etree._Element:
    relationship = etree.Element(f"{{{_BPMN}}}relationship", type="BPSimData")
    etree.SubElement(relationship, f"{{{_BPMN}}}extensionElements").append(data)
    for end in ("source", "target"):
        etree.SubElement(relationship, f"{{{_BPMN}}}{end}").text = about
    return relationship


def _add_resources(root: etree._Element, units: Iterable[Unit]) -> None:
    """A resource for each unit that the model does not have, before its diagrams."""
    known = {node.get("id") for node in root.iter()}
    place = next((at for at, node in enumerate(root) if node.tag in _DISTANT), len(root))
    for unit in units:
        name = as_name(unit.name)
        if name not in known:
            resource = etree.Element(f"{{{_BPMN}}}resource", id=name, name=unit.name)
            root.insert(place, resource)
            place += 1


class _Writer:
    """Writes one scenario; used once."""

    def __init__(self, document: Document, blueprint: Blueprint, version: Version) -> None:
        self.document = document
        self.b = blueprint
        self.scenario = blueprint.scenario
        self.space = f"http://www.bpsim.org/schemas/{version}"
        self.version = version
        self.findings: list[Finding] = []
        self.calendars: dict[str, WorkCalendar] = {}
        self.groups: dict[str, dict[str, dict[str, list[etree._Element]]]] = {}
        """Element -> group of parameters -> parameter -> its values."""

    def units(self) -> list[Unit]:
        """The units that work on something."""
        used = {unit for node in self.b.nodes for unit in (*(unit for unit, _amount in node.uses), *node.also)}
        return [self.b.units[number] for number in sorted(used)]

    def data(self) -> etree._Element:
        """The BPSimData element."""
        self._nodes()
        for unit in self.units():
            self._unit(unit)
        self._arrivals()
        self._whole()
        data = etree.Element(f"{{{self.space}}}BPSimData", nsmap={"bpsim": self.space})
        scenario = etree.SubElement(data, f"{{{self.space}}}Scenario", id=SCENARIO_ID)
        scenario.set("name", self.scenario.name or self.document.process_id)
        self._settings(scenario)
        for element, groups in self.groups.items():
            scenario.append(self._element(element, groups))
        for name, calendar in self.calendars.items():
            node = etree.SubElement(scenario, f"{{{self.space}}}Calendar", id=_calendar_id(name), name=name)
            node.text = bpsim_calendar.text_of(calendar, self.b.start.date(), self._days_off(calendar))
        return data

    def _settings(self, scenario: etree._Element) -> None:
        settings = etree.SubElement(scenario, f"{{{self.space}}}ScenarioParameters", baseTimeUnit="s")
        start = etree.SubElement(settings, f"{{{self.space}}}Start")
        start.append(self._constant("DateTimeParameter", self.b.start.isoformat(timespec="seconds")))

    def _element(self, element: str, groups: dict[str, dict[str, list[etree._Element]]]) -> etree._Element:
        node = etree.Element(f"{{{self.space}}}ElementParameters", elementRef=element)
        for group, parameters in _ORDER.items():
            inside = [(name, groups[group][name]) for name in parameters if name in groups.get(group, {})]
            if not inside:
                continue
            holder = etree.SubElement(node, f"{{{self.space}}}{group}")
            for name, values in inside:
                for part in [[value] for value in values] if name == "Role" else [values]:
                    etree.SubElement(holder, f"{{{self.space}}}{name}").extend(part)
        return node

    def _put(self, element: str, group: str, parameter: str, *values: etree._Element) -> None:
        self.groups.setdefault(element, {}).setdefault(group, {}).setdefault(parameter, []).extend(values)

    def _constant(self, tag: str, value: object, **attributes: str) -> etree._Element:
        return constant(self.space, tag, value=str(value), **attributes)

    def _note(self, element: str | None, text: str, **values: Any) -> None:
        message = text.format(element=element or "-", **values)
        self.findings.append(Finding("not-in-bpsim", "warning", message, element=element))

    # --- elements ---

    def _nodes(self) -> None:
        done: set[str] = set()
        for node in self.b.nodes:
            element = self.document.ids.get(node.id)
            if element is None or element.kind == "process" or node.id in done:
                continue
            done.add(node.id)
            if node.body == BODY_TASK:
                self._task(node)
            elif node.arm == ARM_CHANCE:
                self._put(node.id, "ControlParameters", "Probability", self._share(node.chance))
            elif node.arm == ARM_DELAY and node.amount and self._is_told(node, element.kind):
                self._put(node.id, "ControlParameters", "InterTriggerTimer", *self._amount(node.id, node.amount))
            if node.split in (SPLIT_ONE, SPLIT_SOME):
                self._split(node, element)
            if element.kind == "callActivity" and node.body != BODY_TASK:
                self._note(node.id, _("{element}: what happens inside the called process is not written"))
            self._loop(node)

    def _is_told(self, node: Node, kind: str) -> bool:
        """Whether the delay of an event is an assumption, not what the model says."""
        steps = self.scenario.steps
        return kind in _EVENTS and (node.id in steps or node.name in steps)

    def _task(self, node: Node) -> None:
        if node.amount is not None:
            self._put(node.id, "TimeParameters", "ProcessingTime", *self._amount(node.id, node.amount))
        if any(amount != node.amount for _unit, amount in node.uses):
            self._note(node.id, _("{element}: it takes each unit another time; the usual one is written"))
        choices = [f"bpsim:getResource('{as_name(self.b.units[unit].name)}',1)" for unit, _amount in node.uses]
        also = [f"bpsim:getResource('{as_name(self.b.units[unit].name)}',1)" for unit in node.also]
        if choices:
            if also and len(choices) > 1:
                self._note(
                    node.id, _("{element}: of several units that can do it together with others, one is written")
                )
                choices = choices[:1]
            text = " and ".join([*choices, *also]) if also else " or ".join(choices)
            self._put(node.id, "ResourceParameters", "Selection", self._constant("ExpressionParameter", text))
        if node.cost:
            self._put(node.id, "CostParameters", "FixedCost", self._constant("FloatingParameter", node.cost))
        if node.rank and self.scenario.discipline == "fifo":
            self._put(node.id, "PriorityParameters", "Priority", self._constant("FloatingParameter", -node.rank))
        if node.later != 1.0:
            self._note(node.id, _("{element}: that doing it again takes less time is not written"))

    def _amount(self, element: str, distribution: Distribution) -> Iterable[etree._Element]:
        if not is_exact(distribution):
            text = _("{element}: BPSim has no such distribution ({family}); written as equally likely values")
            self._note(element, text, family=distribution.family)
        return value_elements(self.space, distribution)

    def _share(self, share: float) -> etree._Element:
        return self._constant("FloatingParameter", share)

    def _split(self, node: Node, element: bpmn.Element) -> None:
        shares = {out.id: out.share for out in node.outs}
        flows = [flow.id for flow in element.outgoing]
        if len(flows) < 2:
            return
        for flow in flows:
            self._put(flow, "ControlParameters", "Probability", self._share(shares.get(flow, 0.0)))
        if any(out.default for out in node.outs) and node.split == SPLIT_SOME:
            self._note(node.id, _("{element}: that its default flow is taken when no other is, is not written"))

    def _loop(self, node: Node) -> None:
        if node.again > 0.0:
            self._note(node.id, _("{element}: that it may be repeated is not written"))
        if node.copies != 0:
            self._note(node.id, _("{element}: the number of its copies is not written"))

    # --- units and the whole ---

    def _unit(self, unit: Unit) -> None:
        name = as_name(unit.name)
        quantity = self._constant("NumericParameter", unit.capacity)
        self._put(name, "ResourceParameters", "Quantity", quantity)
        calendar = self.scenario.calendars[unit.calendar] if unit.calendar else self.scenario.calendar
        if calendar != ROUND_THE_CLOCK:
            key = unit.calendar or "calendar"
            self.calendars.setdefault(key, calendar)
            off = self._constant("BooleanParameter", "false")
            on = self._constant("BooleanParameter", "true", validFor=_calendar_id(key))
            self._put(name, "ResourceParameters", "Availability", off, on)
        for role in (*([unit.party] if unit.party else []), *sorted(unit.skills)):
            self._put(name, "ResourceParameters", "Role", self._constant("StringParameter", role))
        if unit.cost_per_hour:
            cost = self._constant("FloatingParameter", unit.cost_per_hour / 3600)
            self._put(name, "CostParameters", "UnitCost", cost)

    def _arrivals(self) -> None:
        arrivals = self.scenario.arrivals
        start = next(iter(self.document.elements("startEvent")), None)
        if arrivals is None or start is None:
            return
        self._put(start.id, "ControlParameters", "InterTriggerTimer", *self._amount(start.id, arrivals.gap))
        self._put(start.id, "ControlParameters", "TriggerCount", self._constant("NumericParameter", self.b.cases))
        if arrivals.calendar is not None:
            self._note(start.id, _("{element}: the calendar of the arrivals is not written"))

    def _whole(self) -> None:
        if self.scenario.correlations:
            self._note(None, _("correlations of durations are not written"))
        if self.scenario.warm_up:
            self._note(None, _("the warm-up, in cases, is not written"))
        if self.scenario.discipline != "fifo":
            self._note(None, _("that who is due sooner goes first is not written"))
        idle = [node.id for node in self.b.nodes if node.body == BODY_TASK and not node.uses and node.id in self.groups]
        if idle and self.scenario.calendar != ROUND_THE_CLOCK:
            self._note(
                idle[0], _("{element} and other tasks without a party work by the calendar, which is not written")
            )

    def _days_off(self, calendar: WorkCalendar) -> list[date]:
        """The days without work that its week does not show; weekends that are worked instead are told."""
        first = self.b.start.date()
        until = date(first.year + YEARS, 12, 31)
        off = [day for day in calendar.days_off if day >= first]
        if calendar.country is None:
            return off
        production = production_calendar(calendar.country)
        days = [first + timedelta(days=number) for number in range((until - first).days + 1)]
        off = [day for day in days if calendar.week[day.weekday()] and not calendar.hours(day, production)]
        if any(calendar.hours(day, production) and not calendar.week[day.weekday()] for day in days):
            self._note(None, _("days off that are worked by the production calendar are not written"))
        return off


_ORDER = {
    "TimeParameters": ("ProcessingTime",),
    "ControlParameters": ("Probability", "InterTriggerTimer", "TriggerCount"),
    "ResourceParameters": ("Selection", "Availability", "Quantity", "Role"),
    "PriorityParameters": ("Priority",),
    "CostParameters": ("FixedCost", "UnitCost"),
}
"""Groups and parameters in the order of the schema."""


def _calendar_id(name: str) -> str:
    return f"calendar_{as_name(name)}"
