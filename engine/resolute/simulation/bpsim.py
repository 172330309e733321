"""Reads BPSim 1.0 and 2.0 scenarios, alone or inside a BPMN file; leniently, as some official examples are invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.reading import Key, moment, number
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit, Use
from resolute.simulation.worktime import ROUND_THE_CLOCK

_ = i18n.translator("simulation")

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "hour": 3600.0, "day": 86400.0, "month": 2629800.0, "year": 31557600.0}
_RESOURCE = re.compile(r"getResource\(\s*['\"]([^'\"]+)['\"]")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?\Z")
_SPREADS = ("TruncatedNormalDistribution", "NormalDistribution", "LogNormalDistribution")
_LEFT_OUT = ("PropertyParameters", "PriorityParameters", "Calendar", "Interruptible", "UserDistribution")


def read(content: bytes, file: str | None = None) -> Scenario:
    """The first scenario of a BPSim document. Raises InputError when there is none."""
    root = _parse(content, file)
    found = next((node for node in root.iter() if _tag(node) == "Scenario" and _is_bpsim(node)), None)
    if found is None:
        raise InputError(_("the file holds no BPSim scenario"), file=file)
    return _Reader(found, file).scenario()


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


def _tag(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _is_bpsim(node: etree._Element) -> bool:
    return "bpsim" in str(node.tag).lower()


def _parts(node: etree._Element | None, *tags: str) -> Iterator[etree._Element]:
    return iter(()) if node is None else (child for child in node if _tag(child) in tags)


def _part(node: etree._Element | None, *path: str) -> etree._Element | None:
    for tag in path:
        node = next(_parts(node, tag), None)
    return node


class _Reader:
    def __init__(self, node: etree._Element, file: str | None) -> None:
        self.node = node
        self.key = Key(file)
        self.file = file
        parameters = _part(node, "ScenarioParameters")
        unit = parameters.get("baseTimeUnit", "min") if parameters is not None else "min"
        self.unit = _UNITS.get(unit, 60.0)
        self.start = self._start(parameters)
        self.arrivals: Arrivals | None = None
        self.cases: int | None = None
        self.units: dict[str, Unit] = {}
        self.steps: dict[str, Step] = {}
        self.flows: dict[str, float] = {}

    def scenario(self) -> Scenario:
        for element in _parts(self.node, "ElementParameters"):
            reference = element.get("elementRef") or element.get("elementId") or ""
            self._element(reference, element, self.key / reference)
        return Scenario(
            name=self.node.get("name", ""),
            start=self.start,
            calendar=ROUND_THE_CLOCK,
            units=self.units,
            steps=self.steps,
            flows=self.flows,
            arrivals=self.arrivals,
            cases=self.cases,
            measures_tasks=self.arrivals is not None,
            strict=False,
            findings=self._left_out(),
            file=self.file,
        )

    def _start(self, parameters: etree._Element | None) -> datetime | None:
        value = self._constant(_part(parameters, "Start"))
        return moment(value, self.key / "Start") if value else None

    def _element(self, reference: str, element: etree._Element, key: Key) -> None:
        control = _part(element, "ControlParameters")
        probability = self._constant(_part(control, "Probability"))
        if probability is not None:
            share = number(probability, key / "Probability", most=100.0)
            self.flows[reference] = share / 100 if share > 1 else share  # some files write per cent
        gap = self._amount(_part(control, "InterTriggerTimer"), key / "InterTriggerTimer")
        times = _part(element, "TimeParameters")
        duration = self._amount(_part(times, "ProcessingTime"), key / "ProcessingTime")
        waits = self._amount(_part(times, "WaitTime"), key / "WaitTime")
        count = self._constant(_part(control, "TriggerCount"))
        if gap is not None and duration is None:
            if count is not None:
                self.cases = int(number(count, key / "TriggerCount", least=1))
            if self.arrivals is None and self._is_start(reference):
                self.arrivals = Arrivals(gap)
            else:
                duration = gap
        resources = _part(element, "ResourceParameters")
        quantity = self._constant(_part(resources, "Quantity"))
        if quantity is not None:
            cost = self._constant(_part(element, "CostParameters", "UnitCost"))
            self.units[reference] = Unit(
                reference, int(number(quantity, key / "Quantity", least=1)), cost_per_hour=float(cost or 0)
            )
            return
        uses = tuple(Use(name) for name in self._selected(resources))
        if duration is not None or waits is not None or uses:
            cost = self._constant(_part(element, "CostParameters", "FixedCost"))
            self.steps[reference] = Step(duration=duration or waits, uses=uses or None, cost=float(cost or 0))

    def _is_start(self, reference: str) -> bool:
        """Whether an element is a start event; where the model is in another file, the first timer is the start's."""
        root = self.node.getroottree().getroot()
        found = next((node for node in root.iter() if node.get("id") == reference and not _is_bpsim(node)), None)
        return found is None or _tag(found) == "startEvent"

    def _selected(self, resources: etree._Element | None) -> list[str]:
        expression = self._constant(_part(resources, "Selection"))
        return _RESOURCE.findall(expression or "")

    # --- values ---

    @staticmethod
    def _constant(node: etree._Element | None) -> str | None:
        if node is None:
            return None
        for child in node:
            if child.get("value") is not None and _tag(child).endswith("Parameter"):
                return str(child.get("value"))
        return None

    def _amount(self, node: etree._Element | None, key: Key) -> Distribution | None:
        for child in () if node is None else node:
            tag = _tag(child)
            if tag == "DurationParameter":
                return fixed(self._duration(child.get("value") or "", key))
            if tag in ("NumericParameter", "FloatingParameter"):
                return fixed(number(child.get("value"), key) * self.unit)
            if tag.endswith("Distribution"):
                return self._distribution(tag, child, key)
        return None

    def _duration(self, text: str, key: Key) -> float:
        match = _DURATION.match(text.strip())
        if match is None:
            key.fail(_("{text!r} is no duration; expected ISO 8601 such as PT20M").format(text=text))
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + seconds

    def _distribution(self, tag: str, node: etree._Element, key: Key) -> Distribution | None:
        def at(*names: str) -> float:
            value = next((node.get(name) for name in names if node.get(name) is not None), None)
            if value is None:
                key.fail(_("{name} is missing").format(name=names[0]))
            return number(value, key / names[0]) * self.unit

        try:
            if tag in _SPREADS:
                family: Any = "lognormal" if tag.startswith("Log") else "normal"
                high = at("max") if tag.startswith("Truncated") else float("inf")
                low = at("min") if tag.startswith("Truncated") else 0.0
                return Distribution(family, (at("mean"), at("standardDeviation")), low, high)
            match tag:
                case "TriangularDistribution":
                    return Distribution("triangular", (at("min"), at("mode", "mostLikely"), at("max")))
                case "UniformDistribution":
                    return Distribution("uniform", (at("min"), at("max")))
                case "NegativeExponentialDistribution":
                    return Distribution("exponential", (at("mean"),))
                case "GammaDistribution":
                    shape = at("shape") / self.unit
                    return Distribution("gamma", (shape * at("scale"), shape**0.5 * at("scale")))
                case "WeibullDistribution":
                    return Distribution("weibull", (at("shape") / self.unit, at("scale")))
                case "ErlangDistribution":
                    k = at("k") / self.unit
                    return Distribution("gamma", (at("mean"), at("mean") / k**0.5))
        except InputError as error:
            key.fail(str(error))
        return key.fail(_("the distribution {tag} is not known").format(tag=tag))

    def _left_out(self) -> tuple[Finding, ...]:
        present = {_tag(node) for node in self.node.iter()}
        message = _("{section} of the BPSim scenario is left out of the forecast")
        return tuple(
            Finding("scenario-part-left-out", "warning", message.format(section=tag), file=self.file)
            for tag in _LEFT_OUT
            if tag in present
        )
