"""Builds the blueprint of a forecast from nets and a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.net.expressions import ExpressionError
from resolute.net.net import ACTIVITIES, Kind, Loop, LoopKind, Net
from resolute.simulation import adhoc
from resolute.simulation.blueprint import Blueprint, Node, StepInfo
from resolute.simulation.codes import ARM_NEVER, BODY_PASS, BODY_SCOPE, BODY_TASK
from resolute.simulation.defaults import Defaults, end_of_due
from resolute.simulation.distributions import Distribution
from resolute.simulation.events import settle
from resolute.simulation.lookup import Lookup
from resolute.simulation.placing import Place, Placing, Root
from resolute.simulation.programs import COPY_NAMES, LOOP_NAMES
from resolute.simulation.scenario import Scenario, Step, Unit, Use
from resolute.simulation.simplify import simplify
from resolute.simulation.variables import Variables
from resolute.simulation.wiring import find_reach, wire

_ = i18n.translator("simulation")

REWORK = 0.25
"""Part of its usual duration that a task takes when it has to be done again, where nothing is known."""
LOOP_AGAIN = 0.3
"""Probability that a standard loop about which nothing is known goes round again."""


def build(
    roots: Sequence[Root],
    library: Mapping[str, Net],
    scenario: Scenario,
    defaults: Defaults,
    resume: Callable[[Blueprint, list[Place]], None] | None = None,
) -> Blueprint:
    """The blueprint of these processes; `resume` says where their tokens stand when they run already.

    Raises InputError for what the scenario asks and the model lacks.
    """
    blueprint = Blueprint(scenario, defaults.start)
    lookup = Lookup(scenario)
    placing = Placing(blueprint, library, lookup)
    placing.place_all(roots)
    variables = Variables(placing, live=resume is not None)
    wire(placing, variables)
    settle(placing, defaults, variables)
    _Work(placing, defaults, variables).fill()
    variables.give()
    adhoc.settle(placing, variables)
    simplify(blueprint, passages=resume is None)
    find_reach(blueprint.nodes)
    if resume is not None:
        resume(blueprint, placing.places)
    blueprint.findings += [*scenario.findings, *lookup.leftovers()]
    blueprint.cases = scenario.cases or 1
    return blueprint


class _Work:
    """Gives activities their durations, units, copies, and the steps that they count for."""

    def __init__(self, placing: Placing, defaults: Defaults, variables: Variables) -> None:
        self.placing = placing
        self.variables = variables
        self.b = placing.b
        self.defaults = defaults
        self.scenario = placing.lookup.scenario
        self.units: dict[str, int] = {}
        self.parties = {
            party
            for place in placing.places
            for number in range(len(place.net))
            if isinstance(party := place.value(place.details(number).party), str)
        }
        self.priorities: dict[int, float] = {}
        """Those that the scenario gives; what is done inside a call has that of the call."""
        self.staff: dict[str, list[str]] = {}
        for unit in self.scenario.units.values():
            if unit.party is not None:
                self.staff.setdefault(unit.party, []).append(unit.name)

    def fill(self) -> None:
        for place in self.placing.places:
            for number, kind in enumerate(place.net.kinds):
                if kind in ACTIVITIES:
                    self._activity(place, number)
        self._leave_out_events_of_rounds()
        self._credit()
        self._correlate()
        self._idle()

    def _idle(self) -> None:
        """Tells of parties of the scenario that nothing in the model needs."""
        staffed = {name for name, persons in self.staff.items() if self.units.keys() & set(persons)}
        used = self.units.keys() | self.parties | staffed
        named = {unit.party or unit.name for unit in self.scenario.units.values()}
        for name in sorted(named - used) if self.scenario.strict else ():
            near = get_close_matches(name, self.parties, 1)
            hint = _("; did you mean {near}?").format(near=near[0]) if near else ""
            message = _("parties: nothing in the model is done by {name!r}").format(name=name) + hint
            self.b.findings.append(Finding("unknown-party", "warning", message, element=name))

    def _activity(self, place: Place, number: int) -> None:
        at = place.offset + number
        node = self.b.nodes[at]
        given = self.placing.steps.get(at, Step())
        details = place.details(number)
        if place.top and node.body in (BODY_TASK, BODY_SCOPE) and place.net.kinds[number] != Kind.SCOPE:
            node.step = len(self.b.steps)
            self.b.steps.append(self._step(place, number, given))
        if node.body == BODY_TASK:
            duration = given.duration or self.defaults.from_model(place.value(details.duration))
            if duration is None:
                node.assumed, node.due = True, self._due(place, number)
                duration = self.defaults.of_task(node.ref or place.ref or node.id, node.due)
                node.later = REWORK if self.scenario.arrivals is None and number not in place.net.loops else 1.0
            node.amount = duration
            party = place.value(details.party)
            node.uses = self._uses(given, party if isinstance(party, str) else None, duration)
            node.also = [self._unit(name) for name in given.also]
        node.cost = given.cost
        self._rank(place, number, given)
        self._loop(place, number, given)

    def _step(self, place: Place, number: int, given: Step) -> StepInfo:
        node = self.b.nodes[place.offset + number]
        prefix = f"{place.prefix}:" if place.prefix else ""
        party = place.value(place.details(number).party)
        return StepInfo(
            id=prefix + node.id,
            name=node.name,
            ref=node.ref,
            node=place.offset + number,
            process=place.prefix or place.net.process,
            due=self._due(place, number),
            party=party if isinstance(party, str) else None,
            cost=given.cost,
        )

    def _due(self, place: Place, number: int) -> datetime | None:
        node = self.b.nodes[place.offset + number]
        due = end_of_due(place.value(place.details(number).due))
        if due is None:
            return None
        return self.defaults.deadlines.get(node.ref or "", due) if place.top else due

    # --- units ---

    def _uses(self, given: Step, party: str | None, duration: Distribution) -> list[tuple[int, Distribution]]:
        uses = given.uses
        self._named((use.unit for use in uses or ()), "who", given)
        self._named(given.also, "also", given)
        if uses is None:
            names = self.staff.get(party or "", [party] if party else [])
            uses = tuple(Use(name) for name in names)
        if given.skill is not None:
            uses = self._skilled(uses, given.skill)
        expanded = [replace(use, unit=name) for use in uses for name in self.staff.get(use.unit, [use.unit])]
        return [(self._unit(use.unit), use.duration or duration) for use in expanded]

    def _skilled(self, uses: Sequence[Use], skill: str) -> tuple[Use, ...]:
        named = [name for use in uses for name in self.staff.get(use.unit, [use.unit])] or list(self.scenario.units)
        able = [name for name in named if skill in self.scenario.units.get(name, Unit(name)).skills]
        if not able:
            raise InputError(
                _("nobody has the skill {skill!r} that a step needs; give it to a person").format(skill=skill),
                file=self.scenario.file,
            )
        return tuple(Use(name) for name in able)

    def _named(self, names: Iterable[str], key: str, given: Step) -> None:
        """Raises InputError for a unit that neither the scenario nor the model knows."""
        known = self.scenario.units.keys() | self.staff.keys() | self.parties
        for name in names if self.scenario.strict else ():
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = _("; did you mean {near}?").format(near=near[0]) if near else ""
                message = _("steps.{step}.{key}: there is no party or person {name!r}; add it to the parties")
                raise InputError(
                    message.format(step=self._key(given), key=key, name=name) + hint, file=self.scenario.file
                )

    def _key(self, given: Step) -> str:
        return next((name for name, step in self.scenario.steps.items() if step is given), "")

    def _unit(self, name: str) -> int:
        """The number of a unit; a party that the scenario does not mention works without limit."""
        if name not in self.units:
            self.units[name] = len(self.b.units)
            self.b.units.append(self.scenario.units.get(name, Unit(name)))
        return self.units[name]

    def _rank(self, place: Place, number: int, given: Step) -> None:
        at = place.offset + number
        node = self.b.nodes[at]
        priority = given.priority
        if priority is None and not place.top:
            priority = self.priorities.get(place.around)
        if priority is not None:
            self.priorities[at] = node.rank = priority
        elif self.scenario.discipline == "deadline":
            due = self._due(place, number)
            node.rank = (due - self.b.start).total_seconds() if due is not None else 1e18

    # --- loops ---

    def _loop(self, place: Place, number: int, given: Step) -> None:
        node = self.b.nodes[place.offset + number]
        loop = place.net.loops.get(number)
        node.again, node.loop_limit = given.repeat, given.repeat_limit
        if loop is None:
            return
        if loop.kind == LoopKind.STANDARD:
            self._rounds(place, node, loop, given)
            return
        node.until = given.probability or 0.0
        if loop.condition is not None and given.probability is None:
            node.test = self.variables.test(place, loop.condition, COPY_NAMES)
            if node.test < 0:
                text = _("whether it is complete early depends on what is not known; taken never to be")
                self._note(node, "assumed-probability", text)
        node.sequential = loop.kind == LoopKind.SEQUENTIAL
        node.copies, node.copies_amount = -1, given.copies
        if given.copies is None:
            node.copies = self._copies(place, number)
            if node.copies == 0:
                node.body, node.is_passed, node.undoable = BODY_PASS, True, False

    def _rounds(self, place: Place, node: Node, loop: Loop, given: Step) -> None:
        """A standard loop: by its condition where that can be followed, else by a probability."""
        node.loop_limit = min(loop.maximum or given.repeat_limit, given.repeat_limit)
        if given.repeat:
            return
        if loop.condition is None:
            node.again, node.loop_limit = 1.0, loop.maximum or 1
            return
        node.test = self.variables.test(place, loop.condition, LOOP_NAMES)
        if node.test >= 0:
            node.again, node.test_before = 1.0, loop.test_before
            return
        node.again = LOOP_AGAIN
        text = _("nothing says how often the loop goes round again; assumed: {share} %")
        self._note(node, "assumed-probability", text.format(share=round(LOOP_AGAIN * 100)))

    def _note(self, node: Node, code: str, message: str) -> None:
        self.b.findings.append(Finding(code, "info", f"{node.id}: {message}", ref=node.ref, element=node.id))

    def _leave_out_events_of_rounds(self) -> None:
        """What wakes an event sub-process would have to be waited for anew in each round or copy: it is left out."""
        for node in self.b.nodes:
            if node.copies == 0 and node.again == 0.0:
                continue
            inside = [event for event in node.events if self.b.nodes[event].event_scope >= 0]
            node.events = [event for event in node.events if event not in inside]
            for event in inside:
                self.b.nodes[event].arm = ARM_NEVER
                text = _("it starts an event sub-process of what is done several times; taken never to happen")
                self._note(self.b.nodes[event], "never-happens", text)

    def _copies(self, place: Place, number: int) -> int:
        """How many instances the known data give; one where they do not tell."""
        loop = place.net.loops[number]
        for expression in (loop.cardinality, loop.collection):
            if expression is None or not place.known(expression.names):
                continue
            try:
                found = expression.evaluate(place.data)
            except ExpressionError:
                continue
            if isinstance(found, list):
                return len(found)
            if isinstance(found, int | float):
                return max(int(found), 0)
        if loop.cardinality is not None or loop.collection is not None:
            text = _("nothing says how many copies it has; assumed: one")
            self._note(self.b.nodes[place.offset + number], "assumed-copies", text)
        return 1

    # --- steps and groups ---

    def _credit(self) -> None:
        """The work inside a call counts for the step of the call."""
        for place in self.placing.places:
            around = -1 if place.top else self.b.nodes[place.around].credit
            for number in range(len(place.net)):
                node = self.b.nodes[place.offset + number]
                node.credit = node.step if node.step >= 0 else around

    def _correlate(self) -> None:
        by_key: dict[str, int] = {}
        for step in self.b.steps:
            for key in (step.name, step.ref, self.b.nodes[step.node].id, step.id):
                if key:
                    by_key[key] = step.node
        for factor, group in enumerate(self.scenario.correlations):
            for key in group.steps:
                if key not in by_key:
                    raise InputError(
                        _("correlations: the model has no step {key!r}").format(key=key), file=self.scenario.file
                    )
                self.b.correlated[by_key[key]] = (factor, group.coefficient)
