"""What the first page says: who must act and what waits for that, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from resolute import i18n

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies.values import Blocked, Root

_, ngettext = i18n.translator("server"), i18n.plural("server")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a party could do, and what waits for it."""

    root: Root
    held: tuple[Blocked, ...]
    """What is blocked or late because of it."""

    @property
    def first(self) -> date | None:
        """The first of the deadlines that it holds up."""
        return min((item.due for item in self.held if item.due), default=None)

    @property
    def late(self) -> int:
        """How many of the deadlines that it holds up have passed."""
        return sum(item.state == "overdue" for item in self.held)


@dataclass(frozen=True, slots=True)
class Party:
    """Who must act."""

    name: str | None
    acts: tuple[Act, ...]

    @property
    def late(self) -> int:
        """How many of the deadlines that wait for it have passed."""
        return sum(act.late for act in self.acts)


def who_must_act(report: Iterable[Blocked]) -> Sequence[Party]:
    """The parties at the roots of a blocked report, those that hold up most that is late first."""
    held: dict[str, list[Blocked]] = {}
    roots: dict[str, Root] = {}
    for item in report:
        if item.inner:
            continue
        for root in item.roots:
            roots.setdefault(root.step, root)
            held.setdefault(root.step, []).append(item)
    acts: dict[str | None, list[Act]] = {}
    for step, root in roots.items():
        acts.setdefault(root.party, []).append(Act(root, tuple(held[step])))
    parties = [Party(name, tuple(sorted(found, key=_worst))) for name, found in acts.items()]
    return sorted(parties, key=lambda party: (-party.late, _worst(party.acts[0])))


def _worst(act: Act) -> tuple[int, date, int]:
    return -act.late, act.first or date.max, -len(act.held)


def verdict(graph: networkx.DiGraph[str], report: Sequence[Blocked]) -> str:
    """How things stand, in one sentence."""
    points = [facts["state"] for _step, facts in graph.nodes(data=True) if facts["kind"] == "point"]
    late = points.count("overdue")
    stuck = sum(item.state in ("blocked", "failed") for item in report)
    if late:
        said = ngettext("{n} point of {all} is overdue", "{n} points of {all} are overdue", late)
    elif stuck:
        said = ngettext("{n} point of {all} is blocked", "{n} points of {all} are blocked", stuck)
    else:
        return _("Nothing is late or blocked")
    return said.format(n=late or stuck, all=len(points))
