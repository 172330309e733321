"""Models one decision: a lane a lead party, an element a point, messages from and to other decisions."""

from __future__ import annotations

from collections.abc import Sequence

from resolute import i18n
from resolute.bpmn.build import Options, Row, message, process
from resolute.bpmn.document import Document
from resolute.bpmn.names import RESOLUTE
from resolute.modelling import names
from resolute.modelling.choose import Pattern
from resolute.modelling.describe import decision_text, point_text
from resolute.modelling.flows import Head, Work, draw_flows
from resolute.modelling.inputs import inputs, text
from resolute.modelling.labels import label, shortened
from resolute.modelling.plan import Plan
from resolute.modelling.repeal import repealed
from resolute.modelling.terms import last_day
from resolute.protocols.values import Point

_ = i18n.translator("modelling")

CANCELLED = "assignment cancelled"
"""The message that every pattern of an assignment ends by."""


def decision(plan: Plan, agenda: int | None, points: Sequence[Point]) -> Document:
    """The process of the decision on question `agenda`, without a diagram."""
    return _Decision(plan, agenda, points).document()


class _Decision:
    """One decision being modelled."""

    def __init__(self, plan: Plan, agenda: int | None, points: Sequence[Point]) -> None:
        protocol = plan.protocol
        self.plan = plan
        self.agenda = agenda
        self.refs = frozenset(point.ref for point in points)
        self.points = sorted(points, key=lambda point: plan.position[point.ref])
        self.body = protocol.body or _("Meeting")
        title = next((question.title for question in protocol.questions if question.number == agenda), "")
        attributes = {f"{{{RESOLUTE}}}protocol": protocol.number, f"{{{RESOLUTE}}}agenda": agenda}
        self.process = process(
            names.process_id(protocol, agenda),
            _title(agenda, title),
            lanes=[self.body, *dict.fromkeys(self._lane(point) for point in points)],
            documentation=decision_text(protocol, title),
            attributes={name: str(value) for name, value in attributes.items() if value is not None},
        )
        self.works: dict[str, Work] = {}

    def document(self) -> Document:
        head = self._settled()
        for ref in self._awaited_from_elsewhere():
            self._place_message(ref)
        for point in self.points:
            if point.ref not in self.plan.at_once:
                self._place(point)
        draw_flows(self.process, self.plan, head, self.works)
        return self.process.document()

    def _lane(self, point: Point) -> str:
        if self.plan.courses[point.ref].pattern in (None, "approval"):
            return self.body
        return point.lead.name if point.lead else _("No executor named")

    def _settled(self) -> Head:
        """The start and, in a row, the points done at adoption."""
        row = self.process.start(name=_("Decision adopted"), lane=self.body)
        for point in self.points:
            if point.ref in self.plan.at_once:
                row = row.task(self._id(point), label(point), **self._common(point))
                row = self._cancel_repealed(row, point)
        return Head(row.last or "", self.refs & self.plan.at_once, self.body)

    def _id(self, point: Point) -> str:
        return f"point_{self.plan.slugs[point.ref]}"

    def _common(self, point: Point) -> Options:
        """What every element of a point carries."""
        return {
            "lane": self._lane(point),
            "ref": point.ref,
            "documentation": point_text(self.plan.protocol, point, point.after),
            "done": self.plan.courses[point.ref].pattern is None,
        }

    def _awaited_from_elsewhere(self) -> list[str]:
        waited = [dependency.ref for point in self.points for dependency in self.plan.after[point.ref]]
        return [ref for ref in dict.fromkeys(waited) if ref not in self.refs and ref not in self.plan.at_once]

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
        self.works[ref] = Work(self.plan.slugs[ref], id, id, self.body)

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
        self.works[point.ref] = Work(
            self.plan.slugs[point.ref],
            id,
            row.last or id,
            self._lane(point),
            self.plan.after[point.ref],
            further,
            endless=chosen.pattern in ("standing_duty", "monitoring"),
        )

    def _called(self, point: Point, pattern: Pattern) -> Options:
        options = self._common(point)
        options["inputs"] = inputs(self.plan.protocol, point, pattern)
        if point.lead is not None:
            options["party"] = text(point.lead.name)
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
                    attributes={f"{{{RESOLUTE}}}scope": "all"},
                )
        return row

    def _place_further(self, point: Point, id: str, pattern: Pattern) -> None:
        """What keeps a compound duty going after its first part, until it is taken off control."""
        wording = {
            "monitoring": _("{ref}. Further, as needed"),
            "standing_duty": _("{ref}. Further, by period"),
        }[pattern]
        name = wording.format(ref=point.ref)
        options: Options = {
            "lane": self._lane(point),
            "documentation": f"{name}\n{point_text(self.plan.protocol, point)}",
            "inputs": inputs(self.plan.protocol, point, pattern, further=True),
        }
        if point.lead is not None:
            options["party"] = text(point.lead.name)
        row = self.process.at().call(id, pattern, name, **options)
        row.end(f"{id}_end", _("Off control"), lane=self._lane(point))


def _title(agenda: int | None, title: str) -> str:
    words = _("Decision") if agenda is None else _("Decision on question {number}").format(number=agenda)
    return f"{words}. {shortened(title, 90)}" if title else words
