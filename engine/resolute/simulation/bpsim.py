"""Reads BPSim 1.0 and 2.0 scenarios, alone or inside a BPMN file; leniently, as some official examples are invalid."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml import etree

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.simulation import bpsim_calendar
from resolute.simulation.bpsim_amounts import UNITS, amount, tag_of
from resolute.simulation.distributions import Distribution
from resolute.simulation.names import from_name
from resolute.simulation.reading import Key, moment, number
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit, Use
from resolute.simulation.worktime import ROUND_THE_CLOCK, WorkCalendar

_ = i18n.translator("simulation")

_RESOURCE = re.compile(r"getResource\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*(\d+))?")
_BY_ROLE = re.compile(r"getResourceByRoles\(([^)]*)\)")
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_OR, _AND = re.compile(r"\bor\b|\|\|", re.IGNORECASE), re.compile(r"\band\b|&&", re.IGNORECASE)
_BESIDE = ("TransferTime", "QueueTime", "WaitTime", "SetUpTime", "ValidationTime", "ReworkTime", "LagTime")
_UNDERSTOOD = frozenset(
    {"ProcessingTime", "Probability", "InterTriggerTimer", "TriggerCount", "Selection", "Availability", "Quantity"}
    | {"Role", "Priority", "FixedCost", "UnitCost", *_BESIDE}
)
MOST_CASES = 1_000_000
"""Most cases that are taken from the length of a scenario and its arrivals."""


def read(content: bytes, file: str | None = None, wanted: str | None = None) -> Scenario:
    """A scenario of a BPSim document, by its id or name; the first when none is wanted.

    Scenarios that only hold results are passed over. Raises InputError when there is none.
    """
    root = _parse(content, file)
    every = [node for node in root.iter() if tag_of(node) == "Scenario" and _is_bpsim(node)]
    found = [node for node in every if node.get("result") is None]
    if not found:
        raise InputError(_("the file holds no BPSim scenario"), file=file)
    chosen = found[0] if wanted is None else _named(found, wanted, file)
    by_id = {node.get("id"): node for node in every}
    chain, parent = [chosen], by_id.get(chosen.get("inherits"))
    while parent is not None and parent not in chain:
        chain.append(parent)
        parent = by_id.get(parent.get("inherits"))
    others = [_label(node) for node in found if node is not chosen] if wanted is None else []
    return _Reader(chain, file, others).scenario()


def _named(found: list[etree._Element], wanted: str, file: str | None) -> etree._Element:
    for node in found:
        if wanted in (node.get("id"), node.get("name")):
            return node
    raise InputError(
        _("there is no scenario {name!r}; it has: {known}").format(name=wanted, known=", ".join(map(_label, found))),
        file=file,
    )


def _label(node: etree._Element) -> str:
    return node.get("id") or node.get("name") or "?"


def _parse(content: bytes, file: str | None) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(_("this is not XML: {why}").format(why=error), file=file, line=error.lineno) from None
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise InputError(_("it has a DOCTYPE, which is refused; remove it"), file=file)
    return root


def _is_bpsim(node: etree._Element) -> bool:
    return "bpsim" in str(node.tag).lower()


def _values(parameter: etree._Element | None) -> list[etree._Element]:
    """The values of a parameter, without the results that are asked for."""
    return [] if parameter is None else [child for child in parameter if tag_of(child) not in ("", "ResultRequest")]


Parameters = dict[str, list[etree._Element]]
"""Name of a parameter -> its elements that hold values."""


class _Reader:
    """Reads one scenario with those that it inherits from; used once."""

    def __init__(self, chain: list[etree._Element], file: str | None, others: list[str]) -> None:
        self.node = chain[0]
        self.chain = chain
        self.key = Key(file)
        self.file = file
        self.findings: list[Finding] = []
        if others:
            self._left_out(
                None, _("of several scenarios the first is read; the others: {names}"), names=", ".join(others)
            )
        self.tags = self._model_tags()
        self.settings = self._settings()
        self.unit = UNITS.get(self._attribute("baseTimeUnit", "min"), 60.0)
        self.calendars = self._calendars()
        self.arrivals: Arrivals | None = None
        self.cases: int | None = None
        self.units: dict[str, Unit] = {}
        self.roles: dict[str, list[str]] = {}
        self.steps: dict[str, Step] = {}
        self.flows: dict[str, float] = {}

    # --- the whole ---

    def scenario(self) -> Scenario:
        elements = self._elements()
        for reference, parameters in elements.items():
            if "Quantity" in parameters or "Availability" in parameters or "Role" in parameters:
                self._resource(reference, parameters, self.key / reference)
        for reference, parameters in elements.items():
            if from_name(reference) not in self.units:
                self._element(reference, parameters, self.key / reference)
        used = {name for unit in self.units.values() if (name := unit.calendar)}
        return Scenario(
            name=self.node.get("name", ""),
            start=self._start(),
            calendar=ROUND_THE_CLOCK,
            calendars={name: calendar for name, calendar in self.calendars.items() if name in used},
            units=self.units,
            steps=self.steps,
            flows=self.flows,
            arrivals=self.arrivals,
            cases=self._case_count(),
            warm_up=self._warm_up(),
            measures_tasks=self.arrivals is not None,
            strict=False,
            findings=tuple(self.findings),
            file=self.file,
        )

    def _model_tags(self) -> dict[str, str]:
        """Element of the model in the same file -> its tag."""
        root = self.node.getroottree().getroot()
        return {
            name: tag_of(node) for node in root.iter() if (name := node.get("id")) is not None and not _is_bpsim(node)
        }

    def _settings(self) -> Parameters:
        """The parameters of the scenario as a whole, its own before inherited ones."""
        found: Parameters = {}
        for scenario in reversed(self.chain):
            for group in scenario:
                if tag_of(group) == "ScenarioParameters":
                    self._merge(found, group)
        return found

    def _attribute(self, name: str, default: str) -> str:
        for scenario in self.chain:
            for group in scenario:
                if tag_of(group) == "ScenarioParameters" and group.get(name):
                    return str(group.get(name))
        return default

    def _elements(self) -> dict[str, Parameters]:
        """The parameters of each element, its own before inherited ones."""
        found: dict[str, Parameters] = {}
        for scenario in reversed(self.chain):
            for element in scenario:
                if tag_of(element) == "ElementParameters":
                    reference = element.get("elementRef") or element.get("elementId") or ""
                    own = found.setdefault(reference.rpartition(":")[2] if ":" in reference else reference, {})
                    for group in element:
                        self._merge(own, group)
        return found

    @staticmethod
    def _merge(found: Parameters, group: etree._Element) -> None:
        """Parameters that hold a value replace inherited ones; mere wishes for results do not."""
        fresh: Parameters = {}
        for parameter in group:
            if _values(parameter) or tag_of(parameter) == "Property":
                fresh.setdefault(tag_of(parameter), []).append(parameter)
        found.update(fresh)

    def _calendars(self) -> dict[str, WorkCalendar]:
        found: dict[str, WorkCalendar] = {}
        for scenario in reversed(self.chain):
            for node in scenario:
                name = node.get("id") or ""
                if tag_of(node) != "Calendar" or not name:
                    continue
                calendar = bpsim_calendar.parse(node.text or "")
                if calendar is None:
                    self._left_out(name, _("calendar {name} is not understood and left out"), name=name)
                else:
                    found[name] = calendar
        return found

    def _start(self) -> datetime | None:
        value = self._constant(self.settings, "Start")
        return moment(value, self.key / "Start") if value else None

    def _case_count(self) -> int | None:
        """As told; else those that come in the time of the scenario, on average."""
        if self.cases is not None or self.arrivals is None:
            return self.cases
        length = self._amount(self.settings, "Duration", self.key / "Duration")
        gap = self.arrivals.gap.mean
        if length is None or gap <= 0:
            return None
        count = min(max(round(length.mean / gap), 1), MOST_CASES)
        self._left_out(
            None, _("the length of the scenario is taken for the {count} cases that come in it"), count=count
        )
        return count

    def _warm_up(self) -> int | None:
        warm_up = self._amount(self.settings, "Warmup", self.key / "Warmup")
        if warm_up is None or self.arrivals is None or self.arrivals.gap.mean <= 0:
            return None
        return round(warm_up.mean / self.arrivals.gap.mean)

    # --- elements ---

    def _resource(self, reference: str, parameters: Parameters, key: Key) -> None:
        quantities = self._by_calendar(parameters, "Quantity", key / "Quantity")
        counts = {name: int(number(value, key / "Quantity")) for name, value in quantities.items()}
        capacity = max(counts.values(), default=1)
        if capacity < 1:
            (key / "Quantity").fail(_("found {found}; expected at least 1").format(found=capacity))
        worked = [name for name, count in counts.items() if name and count]
        if len({counts[name] for name in worked}) > 1:
            self._left_out(reference, _("{element}: its number changes by calendar; the largest is taken"))
        available = self._by_calendar(parameters, "Availability", key / "Availability")
        worked = worked or [name for name, value in available.items() if name and value.lower() in ("true", "1")]
        known = [name for name in worked if name in self.calendars]
        calendar = None
        if known and not counts.get("", 0) * (not available):
            calendar = known[0] if len(known) == 1 else "+".join(known)
            self.calendars.setdefault(calendar, bpsim_calendar.union([self.calendars[name] for name in known]))
        name = from_name(reference)
        roles = [value.get("value") or "" for role in parameters.get("Role", ()) for value in _values(role)]
        for role in roles:
            self.roles.setdefault(role, []).append(name)
        cost = self._unit_cost(parameters, key)
        self.units[name] = Unit(name, capacity, calendar, cost_per_hour=cost, skills=frozenset(roles))

    def _unit_cost(self, parameters: Parameters, key: Key) -> float:
        cost = self._constant(parameters, "UnitCost")
        return number(cost, key / "UnitCost") * 3600 / self.unit if cost else 0.0

    def _element(self, reference: str, parameters: Parameters, key: Key) -> None:
        tag = self.tags.get(reference)
        step: dict[str, Any] = {}
        probability = self._constant(parameters, "Probability")
        if probability is not None:
            share = number(probability, key / "Probability", most=100.0)
            share = share / 100 if share > 1 else share  # some files write per cent
            if tag in (None, "sequenceFlow"):
                self.flows[reference] = share
            elif tag == "boundaryEvent":
                step["probability"] = share
            else:
                self._left_out(reference, _("{element}: {parameter} is left out"), parameter="Probability")
        self._trigger(reference, parameters, key, step)
        self._times(reference, parameters, key, step)
        self._selection(reference, parameters, step)
        priority = self._constant(parameters, "Priority")
        if priority is not None:
            step["priority"] = -number(priority, key / "Priority", least=-1e9, most=1e9)  # there the highest goes first
        cost = self._constant(parameters, "FixedCost")
        if cost is not None:
            step["cost"] = number(cost, key / "FixedCost")
        if parameters.get("UnitCost"):
            self._left_out(reference, _("{element}: {parameter} is left out"), parameter="UnitCost")
        for name in parameters.keys() - _UNDERSTOOD:
            self._left_out(reference, _("{element}: {parameter} is left out"), parameter=name)
        if step:
            self.steps[reference] = Step(**step)

    def _trigger(self, reference: str, parameters: Parameters, key: Key, step: dict[str, Any]) -> None:
        gap = self._amount(parameters, "InterTriggerTimer", key / "InterTriggerTimer", reference)
        count = self._constant(parameters, "TriggerCount")
        is_start = self.tags.get(reference, "startEvent") == "startEvent" and "ProcessingTime" not in parameters
        if gap is None:
            return
        if is_start and self.arrivals is None:
            self.arrivals = Arrivals(gap, working=False)
            if count is not None:
                self.cases = int(number(count, key / "TriggerCount", least=1))
        elif self.tags.get(reference) == "startEvent":
            self._left_out(reference, _("{element}: cases come at the first start event only; this one is left out"))
        else:
            step["duration"] = gap

    def _times(self, reference: str, parameters: Parameters, key: Key, step: dict[str, Any]) -> None:
        """The processing time; the other times of an activity are added to it by their means."""
        main = self._amount(parameters, "ProcessingTime", key / "ProcessingTime", reference)
        more = [
            (name, found)
            for name in _BESIDE
            if (found := self._amount(parameters, name, key / name, reference)) is not None
        ]
        if main is None and more:
            (_name, main), *more = more
        if main is None:
            return
        extra = sum(found.mean for _name, found in more)
        for name, found in more:
            if found.family != "fixed":
                text = _("{element}: of {parameter} only the mean is added to the processing time")
                self._left_out(reference, text, parameter=name)
        step["duration"] = replace(main, shift=main.shift + extra)

    def _selection(self, reference: str, parameters: Parameters, step: dict[str, Any]) -> None:
        text = self._constant(parameters, "Selection")
        if text is None:
            return
        choices = [self._resources(reference, part) for part in _OR.split(text)]
        choices = [names for names in choices if names]
        if not choices:
            self._left_out(reference, _("{element}: {parameter} is left out"), parameter=f"Selection ({text})")
            return
        if len(choices) > 1 and any(len(names) > 1 for names in choices):
            self._left_out(reference, _("{element}: of several groups of resources the first is taken"))
            choices = choices[:1]
        step["uses"] = tuple(Use(name) for names in choices for name in names[0])
        step["also"] = tuple(name for names in choices for group in names[1:] for name in group[:1])

    def _resources(self, reference: str, text: str) -> list[list[str]]:
        """What is needed together; of each the resources that can be it."""
        found: list[list[str]] = []
        for part in _AND.split(text):
            named = _RESOURCE.search(part)
            role = _BY_ROLE.search(part)
            if named is not None:
                found.append([from_name(named[1])])
                if named[2] and int(named[2]) > 1:
                    self._left_out(reference, _("{element}: it needs several of one resource; one is taken"))
            elif role is not None:
                able = [unit for name in _QUOTED.findall(role[1]) for unit in self.roles.get(name, ())]
                if able:
                    found.append(list(dict.fromkeys(able)))
        return found

    # --- values ---

    def _by_calendar(self, parameters: Parameters, name: str, key: Key) -> dict[str, str]:
        """The constants of a parameter by the calendar that they hold in; "" for always."""
        return {
            value.get("validFor") or "": value.get("value") or ""
            for parameter in parameters.get(name, ())
            for value in _values(parameter)
        }

    def _pick(self, parameters: Parameters, name: str, element: str | None = None) -> etree._Element | None:
        """The value that always holds, else the first."""
        values = [value for parameter in parameters.get(name, ()) for value in _values(parameter)]
        always = [value for value in values if value.get("validFor") is None]
        if len(values) > 1:
            text = _("{element}: of several values of {parameter} one is taken")
            self._left_out(element, text, parameter=name)
        return next(iter(always or values), None)

    def _constant(self, parameters: Parameters, name: str) -> str | None:
        value = self._pick(parameters, name)
        text = None if value is None else value.get("value")
        return None if text is None else str(text)

    def _amount(self, parameters: Parameters, name: str, key: Key, element: str | None = None) -> Distribution | None:
        value = self._pick(parameters, name, element)
        if value is None:
            return None
        found = amount(value, self.unit, key)
        if found is None:
            text = _("{element}: {parameter} is left out")
            self._left_out(element, text, parameter=f"{name} ({tag_of(value)})")
        return found

    def _left_out(self, element: str | None, text: str, **values: Any) -> None:
        message = text.format(element=element or "-", **values)
        found = Finding("scenario-part-left-out", "warning", message, element=element, file=self.file)
        if found not in self.findings:
            self.findings.append(found)
