"""Finds what a scenario says about an element, and tells which of its entries name nothing in the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.simulation.scenario import Scenario

_ = i18n.translator("simulation")
V = TypeVar("V")


class Lookup:
    """The entries of a scenario by element; remembers which were asked for."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.known: set[str] = set()
        """Every id, name and ref that the model has."""
        self._used: set[tuple[str, str]] = set()

    def find(self, section: str, entries: Mapping[str, V], keys: Iterable[str | None]) -> V | None:
        """The entry under the first of `keys` that has one."""
        found = None
        for key in keys:
            if not key:
                continue
            self.known.add(key)
            if found is None and key in entries:
                self._used.add((section, key))
                found = entries[key]
        return found

    def flows(self, ids: Iterable[str]) -> dict[str, float]:
        """The probabilities of flows by their ids."""
        found = {flow: self.scenario.flows[flow] for flow in ids if flow in self.scenario.flows}
        self.known.update(found)
        self._used.update(("flows", flow) for flow in found)
        return found

    def leftovers(self) -> tuple[Finding, ...]:
        """Entries that name nothing in the model: an InputError when the scenario is strict, else findings."""
        findings = []
        for section, entries in (
            ("steps", self.scenario.steps),
            ("gateways", self.scenario.gateways),
            ("flows", self.scenario.flows),
        ):
            for key in entries:
                if (section, key) in self._used:
                    continue
                message = self._message(section, key)
                if self.scenario.strict:
                    raise InputError(message, file=self.scenario.file)
                findings.append(Finding("unknown-element", "warning", message, element=key))
        return tuple(findings)

    def _message(self, section: str, key: str) -> str:
        near = get_close_matches(key, self.known, 1)
        hint = _("; did you mean {near}?").format(near=near[0]) if near else ""
        return (
            _("{section}: the model has no element, name or point {key!r}; use one of the model's").format(
                section=section, key=key
            )
            + hint
        )
