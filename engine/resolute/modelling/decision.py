"""Models one decision: a lane a lead party, an element a point, flows and messages between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolute import i18n
from resolute.bpmn.build import Process, Row, When, message, process, via
from resolute.bpmn.build_parts import Options
from resolute.bpmn.document import Document
from resolute.bpmn.names import RESOLUTE
from resolute.modelling import names
from resolute.modelling.choose import Pattern
from resolute.modelling.describe import decision_text, point_text
from resolute.modelling.inputs import inputs, text
from resolute.modelling.labels import label, shortened
from resolute.modelling.plan import Plan
from resolute.modelling.repeal import repealed
from resolute.modelling.terms import last_day
from resolute.protocols.values import Dependency, Point

_ = i18n.translator("modelling")

CANCELLED = "assignment cancelled"
"""The message that every pattern of an assignment ends by."""


def decision(plan: Plan, agenda: int | None, points: Sequence[Point]) -> Document:
    """The process of the decision on question `agenda`, without a diagram."""
    return _Decision(plan, agenda, points).document()


@dataclass(frozen=True, slots=True)
class _Work:
    """A stretch of the process that others can wait for: from its first node to its last."""

    first: str
    last: str
    lane: str
    further: str | None = None
    """The node that keeps a compound duty going beside whatever waits for its first part."""
    endless: bool = False
    """Goes on until it is taken off control, so the decision as a whole does not wait for it."""


class _Decision:
    """One decision being modelled."""

    def __init__(self, plan: Plan, agenda: int | None, points: Sequence[Point]) -> None:
        protocol = plan.protocol
        self.plan = plan
        self.agenda = agenda
        self.refs = frozenset(point.ref for point in points)
        self.points = [point for ref, point in plan.points.items() if ref in self.refs]
        self.body = protocol.body or _("Meeting")
        title = next((question.title for question in protocol.questions if question.number == agenda), "")
        attributes = {f"{{{RESOLUTE}}}protocol": protocol.number, f"{{{RESOLUTE}}}agenda": agenda}
        self.process: Process = process(
            names.process_id(protocol, agenda),
            _title(agenda, title),
            lanes=[self.body, *dict.fromkeys(self._lane(point) for point in points)],
            documentation=decision_text(protocol, title),
            attributes={name: str(value) for name, value in attributes.items() if value is not None},
        )
        self.works: dict[str, _Work] = {}
        """By the ref that others wait for; points of other decisions stand for their message."""

    def document(self) -> Document:
        head = self._settled()
        for ref in self._awaited_from_elsewhere():
            self._place_message(ref)
        for point in self.points:
            if point.ref not in self.plan.at_once:
                self._place(point)
        self._link(head)
        return self.process.document()

    # --- placing ---

    def _lane(self, point: Point) -> str:
        if self.plan.courses[point.ref].pattern in (None, "approval"):
            return self.body
        return point.lead.name if point.lead else _("No executor named")

    def _settled(self) -> str:
        """The start and, in a row, the points done at adoption; returns the last node."""
        row = self.process.start(name=_("Decision adopted"), lane=self.body)
        for point in self.points:
            if point.ref in self.plan.at_once:
                row = row.task(self._id(point), label(point), **self._common(point))
                row = self._cancel_repealed(row, point)
        return row.last or ""

    def _id(self, point: Point) -> str:
        return f"point_{self.plan.slugs[point.ref]}"

    def _common(self, point: Point) -> Options:
        """What every element of a point carries."""
        return {
            "lane": self._lane(point),
            "ref": point.ref,
            "documentation": point_text(point, point.after),
            "done": self.plan.courses[point.ref].pattern is None,
        }

    def _awaited_from_elsewhere(self) -> list[str]:
        waited = [dependency.ref for point in self.points for dependency in self.plan.after[point.ref]]
        return [ref for ref in dict.fromkeys(waited) if ref not in self.refs | self.plan.at_once]

    def _place_message(self, ref: str) -> None:
        """The event that waits for a point of another decision."""
        id = f"wait_for_{self.plan.slugs[ref]}"
        self.process.at().catch(
            id,
            message(names.done_message(self.plan.protocol, ref, self.agenda)),
            _("Point {ref} done").format(ref=ref),
            lane=self.body,
            correlation=text(names.protocol_key(self.plan.protocol)),
        )
        self.works[ref] = _Work(id, id, self.body)

    def _place(self, point: Point) -> None:
        chosen = self.plan.courses[point.ref]
        id = self._id(point)
        row = self.process.at()
        if chosen.pattern is None:
            row = row.task(id, label(point), **self._common(point))
        else:
            row = row.call(id, chosen.pattern, label(point), **self._called(point, chosen.pattern))
        row = self._cancel_repealed(row, point)
        for reader in self.plan.readers.get(point.ref, ()):
            row = row.throw(
                f"tell_{self.plan.slugs[point.ref]}_{'all' if reader is None else reader}",
                message(names.done_message(self.plan.protocol, point.ref, reader)),
                _("Point {ref} done").format(ref=point.ref),
                lane=self._lane(point),
                correlation=text(names.protocol_key(self.plan.protocol)),
            )
        further = None
        if chosen.further is not None:
            further = f"{id}_further"
            self._place_further(point, further, chosen.further)
        endless = chosen.pattern in ("standing_duty", "monitoring")
        self.works[point.ref] = _Work(id, row.last or id, self._lane(point), further, endless)

    def _called(self, point: Point, pattern: Pattern) -> Options:
        options = self._common(point)
        options["inputs"] = inputs(self.plan.protocol, point, pattern)
        if point.lead is not None:
            options["party"] = point.lead.name
        if day := last_day(point):
            options["due"] = day.isoformat()
        return options

    def _cancel_repealed(self, row: Row, point: Point) -> Row:
        """Tells the assignments of earlier protocols that the point repeals them."""
        for number, earlier in enumerate(repealed(self.plan.protocol, point), 1):
            if earlier.key is not None:
                row = row.throw(
                    f"repeal_{self.plan.slugs[point.ref]}_{number}",
                    message(CANCELLED),
                    _("Cancel point {ref} of protocol {number}").format(ref=earlier.ref, number=earlier.number),
                    lane=self._lane(point),
                    correlation=text(earlier.key),
                )
        return row

    def _place_further(self, point: Point, id: str, pattern: Pattern) -> None:
        """What keeps a compound duty going after its first part, until it is taken off control."""
        wording = {
            "monitoring": _("{ref}. Further, as needed"),
            "standing_duty": _("{ref}. Further, by period"),
        }[pattern]
        options: Options = {
            "lane": self._lane(point),
            "documentation": point_text(point, ()),
            "inputs": inputs(self.plan.protocol, point, pattern, further=True),
        }
        if point.lead is not None:
            options["party"] = point.lead.name
        row = self.process.at().call(id, pattern, wording.format(ref=point.ref), **options)
        row.end(f"{id}_end", _("Off control"), lane=self._lane(point))

    # --- linking ---

    def _link(self, head: str) -> None:
        """Draws the flows: from the head to what waits for nothing, along the dependencies, to the end."""
        before = {ref: self._waits_for(ref) for ref in self.works}
        out: dict[str, list[tuple[str, When]]] = {head: []}
        for targets, sources in _grouped(before):
            for source, target, how in self._junction(head, sources, targets):
                out.setdefault(source, []).append((target, how))
        self._add_endings(head, out, {source for sources in before.values() for source in sources})
        for source, leads in out.items():
            self._fan_out(source, leads)

    def _waits_for(self, ref: str) -> tuple[str, ...]:
        """The works of this decision that `ref` waits for."""
        if ref not in self.refs:
            return ()
        return tuple(d.ref for d in self.plan.after[ref] if d.ref in self.works)

    def _junction(self, head: str, sources: Sequence[str], targets: Sequence[str]) -> Iterable[tuple[str, str, When]]:
        """The flows from `sources`, joined where there are several, to the `targets` that wait for them."""
        if len(sources) < 2:
            source = self.works[sources[0]].last if sources else head
            for target in targets:
                yield source, self.works[target].first, self._why(sources, [target])
            return
        join = f"join_{self.plan.slugs[targets[0]]}"
        self.process.at().gateway("parallel", join, lane=self.works[targets[0]].lane)
        for source in sources:
            yield self.works[source].last, join, self._why([source], targets)
        for target in targets:
            yield join, self.works[target].first, When()

    def _why(self, sources: Sequence[str], targets: Sequence[str]) -> When:
        """How the flow from `sources` (the settled points when empty) to `targets` is marked."""
        found = [
            dependency
            for target in targets
            if target in self.refs
            for dependency in self.plan.after[target]
            if (dependency.ref in sources if sources else dependency.ref in self.refs & self.plan.at_once)
        ]
        if not found:
            return When()
        reasons = dict.fromkeys(dependency.reason for dependency in found if dependency.reason)
        return via(link=self._kind_of_link(found), reason="; ".join(reasons))

    def _kind_of_link(self, dependencies: Sequence[Dependency]) -> str:
        kinds = {self.plan.points[dependency.ref].kind for dependency in dependencies}
        return "approval" if kinds == {"approval"} else "declared"

    def _add_endings(self, head: str, out: dict[str, list[tuple[str, When]]], waited: set[str]) -> None:
        last = [ref for ref in self.works if ref not in waited and not self.works[ref].endless]
        for work in self.works.values():
            if work.further is not None:
                out.setdefault(work.last, []).append((work.further, When()))
            if work.endless:
                end = f"{work.last}_end"
                self.process.at().end(end, _("Off control"), lane=work.lane)
                out.setdefault(work.last, []).append((end, When()))
        if not last and self.works:
            return
        self.process.at().end(name=_("Decision carried out"), lane=self.body)
        ends = [self.works[ref].last for ref in last] or [head]
        if len(ends) > 1:
            self.process.at().gateway("parallel", "all_done", lane=self.body)
            out["all_done"] = [("end", When())]
        for node in ends:
            out.setdefault(node, []).append(("end" if len(ends) == 1 else "all_done", When()))

    def _fan_out(self, source: str, targets: Sequence[tuple[str, When]]) -> None:
        """The flows out of a node, through a parallel gateway where there are several."""
        if len(targets) > 1:
            split = f"split_{source}"
            lane = self.process.nodes[source].options.get("lane", self.body)
            self.process.at().gateway("parallel", split, lane=lane)
            self.process.flow(source, split)
            source = split
        for target, how in targets:
            self.process.flow(source, target, how)


def _grouped(before: dict[str, tuple[str, ...]]) -> list[tuple[list[str], tuple[str, ...]]]:
    """The works that wait for the same others, together, in order of appearance."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for ref, sources in before.items():
        groups.setdefault(tuple(sorted(sources)), []).append(ref)
    return [(targets, sources) for sources, targets in groups.items()]


def _title(agenda: int | None, title: str) -> str:
    words = _("Decision") if agenda is None else _("Decision on question {number}").format(number=agenda)
    return f"{words}. {shortened(title, 90)}" if title else words
