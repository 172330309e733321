"""Questions about many rows: tasks, instances, incidents and all that is live, filtered and paged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import and_, bindparam, false, func, literal, null, or_, select
from sqlalchemy.sql import Select

from resolute.storage import rows
from resolute.storage import tables as t
from resolute.storage.database import Database, Statement
from resolute.storage.words import beginning, words_of

Groups: TypeAlias = Collection[int] | None
"""The groups whose rows are wanted; None for all."""

_CHUNK = 500
"""How many ids stand in one statement."""


class Holder(NamedTuple):
    """What the instance of a task says about it."""

    definition: int
    executor: str
    body: str
    behind: int
    group_id: int


_IDS = [f"b_{number}" for number in range(50)]
_HOLDERS = Statement(
    select(t.instances.c.id, *(t.instances.c[name] for name in Holder._fields)).where(
        t.instances.c.id.in_([bindparam(name) for name in _IDS])
    )
)


def _filtered(query: Select[Any], values: dict[Any, Any]) -> Select[Any]:
    """Adds an equality for each value that is not None."""
    wanted = [column == value for column, value in values.items() if value is not None]
    return query.where(and_(*wanted)) if wanted else query


def tasks(
    database: Database,
    *,
    instance: int | None = None,
    status: str | None = None,
    party: str | None = None,
    assignee: str | None = None,
    candidate: tuple[str, int] | None = None,
    ref: str | None = None,
    element: str | None = None,
    group: int | None = None,
    due_before: str | None = None,
    text: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[rows.TaskRow]:
    """Tasks, open ones oldest first, others by instance.

    `candidate` is a person and the moment that counts for standing in.
    """
    c, i = t.tasks.c, t.instances.c
    query = select(t.tasks)
    chosen = {
        c.instance: instance,
        c.status: status,
        c.party: party,
        c.assignee: assignee,
        c.ref: ref,
        c.element: element,
    }
    query = _filtered(query, chosen)
    if group is not None:
        query = query.where(c.instance.in_(select(i.id).where(i.group_id == group)))
    if candidate is not None:
        query = query.where(_for(*candidate))
    if due_before is not None:
        query = query.where(c.due < due_before)
    if text is not None:
        query = query.where(*(c.instance.in_(found) for found in _about(text)))
    order = (c.created, c.instance, c.token) if status == "ready" else (c.instance, c.token)
    query = query.order_by(*order).offset(offset).limit(limit)
    if offset:  # an index alone tells which rows to leave out
        page = query.with_only_columns(c.instance, c.token).subquery()
        found = and_(c.instance == page.c.instance, c.token == page.c.token)
        query = select(t.tasks).join(page, found).order_by(*order)
    return [rows.TaskRow(*row) for row in database.all(Statement(query))]


def holders(database: Database, instances: Iterable[int]) -> dict[int, Holder]:
    """What the instances of tasks say about them: asked apart, since one may have very many tasks."""
    wanted = list(dict.fromkeys(instances))
    found: dict[int, Holder] = {}
    for begin in range(0, len(wanted), len(_IDS)):
        chunk = wanted[begin : begin + len(_IDS)]
        ids = chunk + chunk[-1:] * (len(_IDS) - len(chunk))
        for number, *holder in database.all(_HOLDERS, **dict(zip(_IDS, ids, strict=True))):
            found[int(number)] = Holder(*holder)
    return found


def _about(text: str) -> list[Select[Any]]:
    """For each word, the instances whose text has a word that begins so; none for a text without words."""
    c = t.words.c
    bounds = [beginning(word) for word in words_of(text)]
    found = [select(c.instance).where(c.word >= first, c.word < end) for first, end in bounds]
    return found or [select(c.instance).where(false())]


def _with_open_task(party: str | None, due_before: str | None) -> Select[Any]:
    """Instances with an open task of a party, or due before a day, or both in one task."""
    c = t.tasks.c
    query = _filtered(select(c.instance).where(c.status == "ready"), {c.party: party})
    return query if due_before is None else query.where(c.due < due_before)


def counts(database: Database, group: int | None, today: str, now: str) -> tuple[dict[str, int], int, int, int]:
    """Instances by state, open tasks, those overdue, open incidents: of a group, or of all."""
    i, c, n = t.instances.c, t.tasks.c, t.incidents.c
    states = _filtered(select(i.status, func.count()), {i.group_id: group}).group_by(i.status)
    open_ = select(func.count()).select_from(t.tasks).where(c.status == "ready")
    stuck = select(func.count()).select_from(t.incidents).where(n.resolved.is_(None))
    if group is not None:
        members = select(i.id).where(i.group_id == group)
        open_, stuck = open_.where(c.instance.in_(members)), stuck.where(n.instance.in_(members))
    late = open_.where(c.due.is_not(None), or_(c.due < today, and_(c.due >= f"{today}T", c.due < now)))
    numbers = [int((database.one(Statement(query)) or [0])[0]) for query in (open_, late, stuck)]
    return {str(row[0]): int(row[1]) for row in database.all(Statement(states))}, numbers[0], numbers[1], numbers[2]


def _for(person: str, now: int) -> Any:
    """Tasks that a person has or may take, also for those whom the person stands in for."""
    c, m, s = t.tasks.c, t.members.c, t.substitutes.c
    represented = select(s.person).where(s.substitute == person, s.until >= now)
    mine = or_(c.assignee == person, c.assignee.in_(represented))
    parties = select(m.party).where(or_(m.person == person, m.person.in_(represented)))
    return or_(mine, and_(c.assignee.is_(None), c.party.in_(parties)))


def instances(
    database: Database,
    *,
    status: str | None = None,
    process: str | None = None,
    group: int | None = None,
    parent: int | None = None,
    key: str | None = None,
    ref: str | None = None,
    party: str | None = None,
    due_before: str | None = None,
    text: str | None = None,
    after: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[rows.InstanceRow]:
    """Instances, oldest first; those with ids above `after`, with an open task of a party or due before a day."""
    c = t.instances.c
    query = select(t.instances)
    if process is not None:
        query = query.join(t.definitions, t.definitions.c.id == c.definition).where(t.definitions.c.process == process)
    state = c.status if process is None else c.status.concat("")  # else all running ones are walked
    query = _filtered(query, {state: status, c.group_id: group, c.parent: parent, c.key: key, c.ref: ref})
    if after is not None:
        query = query.where(c.id > after)
    if text is not None:
        query = query.where(*(c.id.in_(found) for found in _about(text)))
    if party is not None or due_before is not None:
        query = query.where(c.id.in_(_with_open_task(party, due_before)))
    query = query.order_by(c.id).offset(offset).limit(limit)
    return [rows.InstanceRow(*row) for row in database.all(Statement(query))]


def live_instances(database: Database, groups: Groups = None) -> list[rows.InstanceRow]:
    """Running instances, and the ended ones of groups and parents that still run; oldest first."""
    c = t.instances.c
    query = _among(select(t.instances).where(_live()), c.group_id, groups).order_by(c.id)
    return [rows.InstanceRow(*row) for row in database.all(Statement(query))]


def running_groups(database: Database) -> list[int]:
    """The groups that still run."""
    return [int(row[0]) for row in database.all(Statement(_running_groups()))]


def live_definitions(database: Database) -> list[tuple[int, str, int]]:
    """Definition and executor of the live instances, and the groups that these belong to."""
    c = t.instances.c
    query = select(c.definition, c.executor, c.group_id).where(_live()).distinct()
    return [(int(row[0]), str(row[1]), int(row[2])) for row in database.all(Statement(query))]


def groups_with(database: Database, ref: str, status: str | None = None) -> list[int]:
    """The groups of live instances that carry out a point, oldest first; of those with a `status` alone."""
    c = t.instances.c
    query = _filtered(select(c.group_id).where(c.ref == ref, _live()), {c.status: status})
    query = query.group_by(c.group_id).order_by(func.min(c.id))
    return [int(row[0]) for row in database.all(Statement(query))]


def _live() -> Any:
    """Instances that run, and the ended ones of groups that still run."""
    c = t.instances.c
    return or_(c.status == "running", c.group_id.in_(_running_groups()))


def _running_groups() -> Select[Any]:
    c = t.instances.c
    return select(c.group_id).where(c.status == "running", c.group_id != 0).distinct()


class Spell(NamedTuple):
    """Work that is over: from when to when, in microseconds."""

    process: str
    element: str
    party: str | None
    began: int
    ended: int


def finished_tasks(database: Database, until: int) -> list[Spell]:
    """The tasks that were done by then."""
    c, i, d = t.tasks.c, t.instances.c, t.definitions.c
    query = select(d.process, c.element, c.party, c.created, c.done)
    query = query.join(t.instances, i.id == c.instance).join(t.definitions, d.id == i.definition)
    query = query.where(c.status == "done", c.done <= until)
    return [Spell(*row) for row in database.all(Statement(query))]


def finished_calls(database: Database, until: int) -> list[Spell]:
    """The called processes that were completed by then and in which somebody had done a task."""
    i, d = t.instances.c, t.definitions.c
    acted = select(t.tasks.c.instance).where(t.tasks.c.instance == i.id, t.tasks.c.status == "done").exists()
    query = select(d.process, literal(""), null(), i.started, i.ended).join(t.definitions, d.id == i.definition)
    query = query.where(i.parent.is_not(None), i.status == "completed", i.ended <= until, acted)
    return [Spell(*row) for row in database.all(Statement(query))]


def _among(query: Select[Any], group: Any, groups: Groups) -> Select[Any]:
    """Only what belongs to some groups, where not all are wanted."""
    return query if groups is None else query.where(group.in_(sorted(groups)))


def _in_groups(query: Select[Any], instance: Any, groups: Groups) -> Select[Any]:
    """Only what belongs to the instances of some groups, where not all are wanted."""
    if groups is None:
        return query
    return query.where(instance.in_(_among(select(t.instances.c.id), t.instances.c.group_id, groups)))


def open_incidents(database: Database, instance: int | None = None, groups: Groups = None) -> list[rows.IncidentRow]:
    """Incidents that nobody has resolved, oldest first."""
    c = t.incidents.c
    query = _filtered(select(t.incidents).where(c.resolved.is_(None)), {c.instance: instance})
    query = _in_groups(query, c.instance, groups)
    return [rows.IncidentRow(*row) for row in database.all(Statement(query.order_by(c.id)))]


def waiting(database: Database, groups: Groups = None) -> list[rows.SubscriptionRow]:
    """All subscriptions, oldest first."""
    query = _in_groups(select(t.subscriptions), t.subscriptions.c.instance, groups).order_by(t.subscriptions.c.id)
    return [rows.SubscriptionRow(*row) for row in database.all(Statement(query))]


def open_tasks(database: Database, groups: Groups = None) -> list[rows.TaskRow]:
    """All open tasks."""
    query = _in_groups(select(t.tasks).where(t.tasks.c.status == "ready"), t.tasks.c.instance, groups)
    return [rows.TaskRow(*row) for row in database.all(Statement(query))]


def instances_at(database: Database, when: int) -> list[rows.InstanceRow]:
    """Instances that had begun by then and had not ended, or belonged to a group; oldest first."""
    c = t.instances.c
    alive = or_(c.ended.is_(None), c.ended > when, c.group_id != 0)
    query = select(t.instances).where(c.started <= when, alive).order_by(c.id)
    return [rows.InstanceRow(*row) for row in database.all(Statement(query))]


def tasks_at(database: Database, when: int) -> list[rows.TaskRow]:
    """Tasks that were open then, as they were."""
    c = t.tasks.c
    query = select(t.tasks).where(c.created <= when, or_(c.done.is_(None), c.done > when))
    found = (rows.TaskRow(*row) for row in database.all(Statement(query)))
    return [row._replace(status="ready", done=None, by=None) for row in found]


def incidents_at(database: Database, when: int) -> list[rows.IncidentRow]:
    """Incidents that were open then, oldest first."""
    c = t.incidents.c
    query = select(t.incidents).where(c.created <= when, or_(c.resolved.is_(None), c.resolved > when))
    return [rows.IncidentRow(*row) for row in database.all(Statement(query.order_by(c.id)))]


def jobs(database: Database, groups: Groups = None) -> list[rows.JobRow]:
    """All jobs that are not done."""
    query = _in_groups(select(t.jobs), t.jobs.c.instance, groups)
    return [rows.JobRow(*row) for row in database.all(Statement(query))]


def messages(database: Database) -> list[rows.MessageRow]:
    """All messages that nobody has taken, oldest first."""
    return [rows.MessageRow(*row) for row in database.all(Statement(select(t.messages).order_by(t.messages.c.id)))]


def tasks_of(database: Database, instances: Iterable[int]) -> list[rows.TaskRow]:
    """All tasks of many instances, open or not, by instance."""
    wanted = list(instances)
    found: list[rows.TaskRow] = []
    for begin in range(0, len(wanted), _CHUNK):
        c = t.tasks.c
        query = select(t.tasks).where(c.instance.in_(wanted[begin : begin + _CHUNK])).order_by(c.instance, c.token)
        found += [rows.TaskRow(*row) for row in database.all(Statement(query))]
    return found


def journals(database: Database, instances: Iterable[int]) -> list[rows.JournalRow]:
    """The histories of many instances, each oldest first."""
    wanted = list(instances)
    found: list[rows.JournalRow] = []
    for begin in range(0, len(wanted), _CHUNK):
        chunk = wanted[begin : begin + _CHUNK]
        query = select(t.journal).where(t.journal.c.instance.in_(chunk))
        ordered = query.order_by(t.journal.c.instance, t.journal.c.seq)
        found += [rows.JournalRow(*row) for row in database.all(Statement(ordered))]
    return found


def tails(database: Database, instances: Iterable[int]) -> list[rows.JournalRow]:
    """Of many instances the commands that the stored state does not know yet, each oldest first."""
    wanted = list(instances)
    found: list[rows.JournalRow] = []
    for begin in range(0, len(wanted), _CHUNK):
        c, i = t.journal.c, t.instances.c
        query = select(t.journal).join(t.instances, and_(i.id == c.instance, c.seq > i.seq - i.behind))
        query = query.where(c.instance.in_(wanted[begin : begin + _CHUNK])).order_by(c.instance, c.seq)
        found += [rows.JournalRow(*row) for row in database.all(Statement(query))]
    return found


def last_done(database: Database, process: str, command: str) -> list[int]:
    """Running instances of a process whose last command is of that kind, oldest first."""
    c, i, d = t.journal.c, t.instances.c, t.definitions.c
    query = select(i.id).join(t.definitions, d.id == i.definition)
    query = query.join(t.journal, and_(c.instance == i.id, c.seq == i.seq))
    query = query.where(d.process == process, i.status.concat("") == "running")
    query = query.where(c.command.startswith(f'{{"do":"{command}"', autoescape=True)).order_by(i.id)
    return [int(row[0]) for row in database.all(Statement(query))]


def running_among(database: Database, instances: Iterable[int]) -> set[int]:
    """Those of these instances that run."""
    wanted, c = list(instances), t.instances.c
    found: set[int] = set()
    for begin in range(0, len(wanted), _CHUNK):
        query = select(c.id).where(c.id.in_(wanted[begin : begin + _CHUNK]), c.status.concat("") == "running")
        found |= {int(row[0]) for row in database.all(Statement(query))}
    return found


def heads(database: Database) -> Iterator[list[tuple[int, str]]]:
    """Pages of all instances by number, each with the hash that its history ends in."""
    c, after = t.instances.c, 0
    while True:
        query = select(c.id, c.head).where(c.id > after).order_by(c.id).limit(_CHUNK)
        page = [(int(row[0]), str(row[1])) for row in database.all(Statement(query))]
        if not page:
            return
        yield page
        after = page[-1][0]
