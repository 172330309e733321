"""Why a step stands where it stands, in several sentences: each with a stable code and the same facts as JSON.

docs/dependencies.md lists the codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, get_args

from resolute import display, i18n
from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.rights import HIDDEN
from resolute.dependencies.values import Blocked, Root, RootClass, StepState
from resolute.dependencies.workdays import Workdays
from resolute.execution.assignments import CARRY_OUT, CHECK, DECIDE
from resolute.protocols.declension import Name

if TYPE_CHECKING:
    import networkx as nx

_ = i18n.translator("dependencies")
ngettext = i18n.plural("dependencies")

OPEN = ("running", "overdue")
CODES = frozenset(
    {
        *(f"state.{state}" for state in get_args(StepState)),
        *(f"act.{cls}" for cls in (*get_args(RootClass), "hidden", "nobody", "others")),
        *(f"how.{element}" for element in (CARRY_OUT, CHECK, DECIDE)),
        *("due", "nothing-wrong", "chain", "deadlock.cycle", "deadlock.dead-join-input", "options"),
        *(
            "holds-back",
            "risk",
            "first-break",
            "finish",
            "finish.late",
            "slack",
            "slack.none",
            "slack.short",
            "unknown",
            "history",
        ),
    }
)
"""The codes of all sentences."""
SHOWN = 6
"""So many points are named in one sentence; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to know."""

    code: str
    """Stable; the same in every language."""
    text: str
    facts: Mapping[str, Any]
    """What the text says, as JSON: dates in ISO, ids of steps, numbers of working days."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"code": self.code, "text": self.text, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for one step."""

    step: str
    ref: str | None
    name: str
    state: str
    """As in the graph."""
    short: str
    """One sentence."""
    sentences: tuple[Sentence, ...]
    roots: tuple[Root, ...] = ()
    protocol: str | None = None
    """The id of the opened protocol that it belongs to."""

    @property
    def text(self) -> str:
        """All sentences."""
        return " ".join(sentence.text for sentence in self.sentences)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "step": self.step,
            "ref": self.ref,
            "name": self.name,
            "state": self.state,
            "protocol": self.protocol,
            "short": self.short,
            "text": self.text,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "roots": [root.to_dict() for root in self.roots],
        }

    def _repr_html_(self) -> str | None:
        return display.show("explanation", self)


def explain(
    graph: nx.DiGraph[str],
    step: str,
    item: Blocked | None,
    *,
    dates: tuple[date | None, int | None] | None = None,
    calendar: Calendar | None = None,
) -> Explanation:
    """Why `step` of `graph` stands where it stands. `item` is its line of the report, if it has one there.

    What a report for one reader hides stays hidden. `dates`, its earliest finish and slack, serve for a step that is
    in no report.
    """
    teller = _Teller(graph, step, item, dates, calendar or production_calendar())
    sentences = tuple(teller.sentences())
    facts = graph.nodes[step]
    short = item.headline if item is not None else sentences[0].text
    roots = item.roots if item is not None else ()
    return Explanation(step, facts["ref"], facts["name"], facts["state"], short, sentences, roots, facts["protocol"])


class _Teller:
    """Tells about one step, the most pressing first."""

    def __init__(
        self,
        graph: nx.DiGraph[str],
        step: str,
        item: Blocked | None,
        dates: tuple[date | None, int | None] | None,
        calendar: Calendar,
    ) -> None:
        self.graph, self.step, self.item, self.dates = graph, step, item, dates
        self.facts = graph.nodes[step]
        self.state = str(self.facts["state"])
        self.due: date | None = self.facts["due"]
        self.today: date = graph.graph["at"].date()
        self.days = Workdays(calendar, self.today)
        self.place = self._place(step)

    def sentences(self) -> Iterator[Sentence]:
        yield self._state()
        if self.state in ("done", "skipped"):
            return
        yield from self._due()
        if self.item is None:
            yield from self._calm()
            return
        item = self.item
        if item.deadlock is not None:
            yield from self._deadlock(item)
        else:
            yield from self._acts(item)
            yield from self._chain(item)
        yield from self._behind(item)
        yield from self._first(item)
        yield from self._finish(item.earliest_finish, item.slack_days)
        yield from self._expected(item)
        for unknown in item.unknowns:
            yield Sentence("unknown", _sentence(f"{unknown}."), {"what": unknown})

    # --- the step itself ---

    def _state(self) -> Sentence:
        optional = self.item is not None and self.item.optional
        late = -self.days.number(self.due) if self.due is not None and self.state == "overdue" else 0
        texts = {
            "done": _("{place} was done on {since}."),
            "skipped": _("{place} is not needed any more."),
            "running": _("{place} is in work since {since}."),
            "waiting": _("{place} has begun on {since} and waits for an event."),
            "failed": _("{place} has failed and does not go on by itself."),
            "overdue": _("{place} is overdue: it was due on {due}, {days} ago."),
            "blocked": _("{place} has not begun: its turn has not come."),
            "to_come": _("{place} has not begun: its turn has not come."),
        }
        text = texts[self.state]
        if self.state == "overdue" and late < 1:
            text = _("{place} is overdue: it was due on {due}.")
        elif optional and self.state in ("blocked", "to_come"):
            text = _("{place} is only needed if something unusual comes first.")
        since = self.facts["since"]
        text = text.format(
            place=self.place, due=words.day(self.due), since=words.day(_day(since)), days=words.working_days(late)
        )
        facts = {"due": _iso(self.due), "since": _iso(since), "days_late": late or None}
        return Sentence(f"state.{self.state}", _sentence(text), facts)

    def _due(self) -> Iterator[Sentence]:
        if self.due is not None and self.state != "overdue":
            left = self.days.number(self.due)
            text = _("It is due on {due}, {days} from now.") if left > 0 else _("It is due on {due}.")
            text = text.format(due=words.day(self.due), days=words.working_days(left))
            yield Sentence("due", _sentence(text), {"due": _iso(self.due), "days_left": left})

    def _calm(self) -> Iterator[Sentence]:
        """What there is to say of a step that is in no report."""
        for task in self._open_tasks()[:SHOWN]:
            facts = self.graph.nodes[task]
            text = _("It is up to {party}: “{name}”, open since {since}.")
            if not facts["party"]:
                text = _("Nobody is named to do “{name}” ({place}); somebody has to be named.")
            since = facts["since"]
            text = text.format(
                party=Name(facts["party"] or ""), name=facts["name"], since=words.day(_day(since)), place=self.place
            )
            cls = "person-working" if facts["party"] else "person-unassigned"
            said = {"step": task, "class": cls, "party": facts["party"], "ref": facts["ref"], "since": _iso(since)}
            yield Sentence(f"act.{cls}", _sentence(text), said)
        yield Sentence("nothing-wrong", _sentence(_("Nothing keeps it from being in time.")), {})
        if self.dates is not None and self.dates[1] is not None:
            yield from self._finish(*self.dates)

    def _open_tasks(self) -> list[str]:
        """The open tasks of people in the step, or the step itself if it is one."""
        tasks = (step for step, facts in self.graph.nodes(data=True) if facts["kind"] == "userTask")
        return [step for step in tasks if self._is_inside(step) and self.graph.nodes[step]["state"] in OPEN]

    def _is_inside(self, step: str) -> bool:
        place: str | None = step
        while place is not None and place != self.step:
            facts = self.graph.nodes.get(place)
            place = facts["parent"] if facts else None
        return place is not None

    # --- who must act ---

    def _acts(self, item: Blocked) -> Iterator[Sentence]:
        driving = next((root for root in item.roots if root.step == item.chain[0]), None) if item.chain else None
        driving = driving or next(iter(item.roots), None)
        if driving is None:
            yield Sentence("act.nobody", _sentence(_("Nothing keeps it.")), {})
            return
        yield self._act(driving)
        yield from _how(driving)
        others = [root for root in item.roots if root is not driving]
        if others:
            count = max(item.root_count - 1, len(others))
            listed = dict.fromkeys(": ".join(filter(None, (root.party, root.action))) for root in others[:SHOWN])
            text = ngettext("{n} more has to act: {roots}.", "{n} more have to act: {roots}.", count)
            text = text.format(n=count, roots="; ".join(listed))
            yield Sentence("act.others", _sentence(text), {"count": count, "steps": [root.step for root in others]})

    def _act(self, root: Root) -> Sentence:
        mine = root.step == self.step or (root.ref is not None and root.ref == self.facts["ref"])
        facts = {**root.to_dict(), "mine": mine}
        code = f"act.{'hidden' if root.step == HIDDEN else root.cls}"
        if root.step == HIDDEN:
            text = _("It waits for something that you may not see; {action}.")
        elif root.cls == "person-working" and mine:
            text = _("It is up to {party}: “{name}”, open since {since}.")
        elif root.cls == "person-working":
            text = _("It waits for {place}; that is up to {party}: “{name}”, open since {since}.")
        elif root.cls == "person-unassigned":
            text = _("Nobody is named to do “{name}” ({place}); somebody has to be named.")
        elif root.cls == "timer":
            text = _("It waits until {due} ({place}); nobody can do anything before.")
        elif root.cls == "message":
            text = _("It waits for the message “{name}”, which nobody has sent; somebody has to send it.")
        else:
            text = _("It takes this: {action} ({place}).")
        text = text.format(
            place=words.Place(root.ref, root.name),
            party=Name(root.party or ""),
            name=root.name,
            action=root.action,
            since=words.day(_day(root.since)) or "—",
            due=words.day(root.due),
        )
        return Sentence(code, _sentence(text), facts)

    def _chain(self, item: Blocked) -> Iterator[Sentence]:
        before = [step for step in item.chain if self._label(step) != self._label(self.step)]
        labels = dict.fromkeys(self._label(step) for step in before)
        if len(labels) > 1:
            text = _("One after the other, these come before it: {places}.")
            yield Sentence("chain", _sentence(text.format(places=_listed(list(labels)))), {"steps": list(item.chain)})

    def _deadlock(self, item: Blocked) -> Iterator[Sentence]:
        assert item.deadlock is not None
        texts = {
            "cycle": _("It can never begin as things stand, because these wait for one another: {places}."),
            "dead-join-input": _(
                "It can never begin as things stand: what has to come first was not taken ({places})."
            ),
        }
        if self.facts["since"] is not None:
            texts = {
                "cycle": _("It can never go on as things stand, because these wait for one another: {places}."),
                "dead-join-input": _(
                    "It can never go on as things stand: what has to come first was not taken ({places})."
                ),
            }
        labels = dict.fromkeys(self._label(step) for step in item.deadlock.steps)
        text = texts[item.deadlock.kind].format(places=_listed(list(labels)))
        yield Sentence(f"deadlock.{item.deadlock.kind}", _sentence(text), {"steps": list(item.deadlock.steps)})
        if item.deadlock.options:
            text = _("What could be done: {options}.").format(options="; ".join(item.deadlock.options))
            yield Sentence("options", _sentence(text), {"options": list(item.deadlock.options)})

    # --- what follows ---

    def _behind(self, item: Blocked) -> Iterator[Sentence]:
        steps, decisions = item.impact.steps, len(item.impact.decisions)
        if steps:
            text = ngettext("{n} step waits behind it", "{n} steps wait behind it", steps).format(n=steps)
            if decisions > 1:
                text += ngettext(", in {n} decision", ", in {n} decisions", decisions).format(n=decisions)
            facts = {"steps": steps, "decisions": list(item.impact.decisions)}
            yield Sentence("holds-back", _sentence(f"{text}."), facts)
        risks = [risk for risk in item.impact.deadlines_at_risk if risk.step != self.step]
        labels = dict.fromkeys(
            f"{self._label(risk.step)} ({words.day(risk.due)})"
            for risk in risks
            if risk.ref is None or risk.ref != self.facts["ref"]
        )
        if labels:
            text = _("That puts these deadlines at risk: {places}.").format(places=_listed(list(labels)))
            yield Sentence("risk", _sentence(text), {"deadlines": [risk.to_dict() for risk in risks]})

    def _first(self, item: Blocked) -> Iterator[Sentence]:
        first = item.first_deadline_to_break
        if first is None or first.slack_days >= 0:
            return
        mine = first.step == self.step or (first.ref is not None and first.ref == self.facts["ref"])
        if mine and self.state == "overdue":
            return
        if first.due < self.today:
            text = _("The deadline of {place} is broken already ({due}).")
        else:
            text = _("The first deadline to break is that of {place}, {due}: {days} are missing.")
        text = text.format(
            place=self._place(first.step), due=words.day(first.due), days=words.working_days(-first.slack_days)
        )
        yield Sentence("first-break", _sentence(text), first.to_dict())

    def _finish(self, finish: date | None, slack: int | None) -> Iterator[Sentence]:
        if finish is None:
            return
        late = self.days.number(finish) - self.days.number(self.due) if self.due is not None else 0
        code, text = "finish", _("It can be finished on {date} at the earliest.")
        if late > 0:
            code, text = "finish.late", _("It can be finished on {date} at the earliest: {days} after its deadline.")
        text = text.format(date=words.day(finish), days=words.working_days(late))
        yield Sentence(code, _sentence(text), {"earliest_finish": _iso(finish), "days_late": max(late, 0)})
        if slack is None or -slack == late > 0:
            return
        code, text = "slack", _("It may take {days} longer before the first deadline breaks.")
        if slack == 0:
            code, text = "slack.none", _("Any further delay breaks a deadline.")
        elif slack < 0:
            code, text = "slack.short", _("To keep all deadlines that depend on it, {days} are missing.")
        text = text.format(days=words.working_days(abs(slack)))
        yield Sentence(code, _sentence(text), {"slack_days": slack})

    def _expected(self, item: Blocked) -> Iterator[Sentence]:
        """That some durations are what the same work took as a rule."""
        nodes = self.graph.nodes
        steps = [step for step in item.chain if step in nodes and nodes[step]["days_from"] == "history"]
        if steps:
            text = ngettext(
                "The duration of {n} step on the way is the median of what the same work took so far.",
                "The durations of {n} steps on the way are medians of what the same work took so far.",
                len(steps),
            )
            facts = {"steps": steps, "days": [nodes[step]["days"] for step in steps]}
            yield Sentence("history", _sentence(text.format(n=len(steps))), facts)

    # --- names ---

    def _place(self, step: str) -> words.Place:
        facts = self.graph.nodes.get(step)
        return words.Place(facts["ref"], facts["name"]) if facts else words.Place(None, _("something hidden"))

    def _label(self, step: str) -> str:
        return str(self._place(step))


def _how(root: Root) -> Iterator[Sentence]:
    """How a person ends a task of the shipped patterns."""
    element = root.step.rpartition(":")[2]
    texts = {
        CARRY_OUT: _("It ends with a report, which is then checked."),
        CHECK: _("The report has to be accepted, or returned for rework."),
        DECIDE: _("The new deadline has to be granted or refused."),
    }
    if root.cls == "person-working" and element in texts:
        yield Sentence(f"how.{element}", _sentence(texts[element]), {"step": root.step})


def _listed(labels: Sequence[str]) -> str:
    """The labels in a row; of very many the first ones and how many more there are."""
    shown = ", ".join(labels[:SHOWN])
    return shown if len(labels) <= SHOWN else _("{shown} and {n} more").format(shown=shown, n=len(labels) - SHOWN)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment is not None else None
