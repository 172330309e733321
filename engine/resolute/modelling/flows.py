"""Draws the sequence flows of a decision: along what waits for what, with gateways where they part and meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from resolute import i18n
from resolute.bpmn.build import Process, When, via
from resolute.modelling.plan import Plan
from resolute.protocols.values import Dependency

_ = i18n.translator("modelling")


@dataclass(frozen=True, slots=True)
class Work:
    """A stretch of the process that others can wait for: from its first node to its last."""

    slug: str
    """Its ref as it stands in ids."""
    first: str
    last: str
    lane: str
    after: tuple[Dependency, ...] = ()
    """What it waits for; nothing for the message of another decision."""
    further: str | None = None
    """The node that keeps a compound duty going beside whatever waits for its first part."""
    endless: bool = False
    """Goes on until it is taken off control, so the decision as a whole does not wait for it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a decision: the start and the points settled at adoption, in a row."""

    last: str
    refs: Set[str]
    """The points that are settled there."""
    lane: str


def draw_flows(process: Process, plan: Plan, head: Head, works: Mapping[str, Work]) -> None:
    """Links the placed works, by the ref that others wait for: from the head, along the dependencies, to the end."""
    _Flows(process, plan, head, works).draw()


class _Flows:
    """The flows of one decision, collected by their source before the splits are placed."""

    def __init__(self, process: Process, plan: Plan, head: Head, works: Mapping[str, Work]) -> None:
        self.process = process
        self.plan = plan
        self.head = head
        self.works = works
        self.out: dict[str, list[tuple[str, When]]] = {head.last: []}

    def draw(self) -> None:
        groups: dict[tuple[str, ...], list[Work]] = {}
        for work in self.works.values():
            groups.setdefault(self._sources(work), []).append(work)
        for sources, targets in groups.items():
            self._lead_together(sources, targets)
        for work in self.works.values():
            self._lead_on(work)
        self._lead_to_the_end({source for sources in groups for source in sources})
        for source, leads in self.out.items():
            self._fan_out(source, leads)

    def _sources(self, work: Work) -> tuple[str, ...]:
        """The works of this decision that `work` waits for."""
        return tuple(sorted(dependency.ref for dependency in work.after if dependency.ref in self.works))

    def _lead(self, source: str, target: str, how: When | None = None) -> None:
        self.out.setdefault(source, []).append((target, how or When()))

    def _lead_together(self, sources: Sequence[str], targets: Sequence[Work]) -> None:
        """From `sources`, joined where there are several, to the `targets` that all wait for them."""
        if not sources:
            for target in targets:
                self._lead(self.head.last, target.first, self._why(self.head.refs, [target]))
        elif len(sources) == 1:
            for target in targets:
                self._lead(self.works[sources[0]].last, target.first, self._why(set(sources), [target]))
        else:
            join = f"join_{targets[0].slug}"
            self.process.at().gateway("parallel", join, lane=targets[0].lane)
            for source in sources:
                self._lead(self.works[source].last, join, self._why({source}, targets))
            for target in targets:
                self._lead(join, target.first)

    def _why(self, sources: Set[str], targets: Iterable[Work]) -> When:
        """How a flow is marked that stands for the dependencies of `targets` on `sources`."""
        found = [other for target in targets for other in target.after if other.ref in sources]
        if not found:
            return When()
        kinds = {self.plan.points[dependency.ref].kind for dependency in found}
        reasons = dict.fromkeys(dependency.reason for dependency in found if dependency.reason)
        return via(link="approval" if kinds == {"approval"} else "declared", reason="; ".join(reasons))

    def _lead_on(self, work: Work) -> None:
        """To what has no end of its own, beside the works that wait."""
        if work.further is not None:
            self._lead(work.last, work.further)
        if work.endless:
            end = f"{work.last}_end"
            self.process.at().end(end, _("Off control"), lane=work.lane)
            self._lead(work.last, end)

    def _lead_to_the_end(self, waited: Set[str]) -> None:
        """From everything that has an end and that nothing waits for."""
        last = [work.last for ref, work in self.works.items() if ref not in waited and not work.endless]
        if self.works and not last:
            return
        self.process.at().end("end", _("Decision carried out"), lane=self.head.lane)
        if len(last) > 1:
            self.process.at().gateway("parallel", "all_done", lane=self.head.lane)
            self._lead("all_done", "end")
        for node in last or [self.head.last]:
            self._lead(node, "all_done" if len(last) > 1 else "end")

    def _fan_out(self, source: str, leads: Sequence[tuple[str, When]]) -> None:
        """The flows out of a node, through a parallel gateway where there are several."""
        if len(leads) > 1:
            split = f"split_{source}"
            lane = self.process.nodes[source].options.get("lane", self.head.lane)
            self.process.at().gateway("parallel", split, lane=lane)
            self.process.flow(source, split)
            source = split
        for target, how in leads:
            self.process.flow(source, target, how)
