"""The SQL of every write of the engine, and of the reads by key that it makes while it writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from resolute.storage import tables as t
from resolute.storage.database import Statement

ANY_GROUP = -1
"""The group of a message that came from outside: it reaches receivers of every group."""
PAGE = 100
"""How many rows are read at once where more may follow."""
NO_GROUP = 0
"""The group of an instance that was started by itself."""


def _insert(table: Table) -> Statement:
    """All columns given, or all but the numbered id, which is answered."""
    columns = [column for column in table.c if column.name != "id"]
    clause = insert(table).values({column.name: bindparam(column.name) for column in columns})
    return Statement(clause.returning(table.c.id) if "id" in table.c else clause)


def _beside(table: Table) -> Any:
    """An insert of all columns as a part of another statement."""
    values: dict[str, Any] = {column.name: bindparam(f"{table.name}_{column.name}") for column in table.c}
    return insert(table).values(values).cte(f"added_{table.name}")


def _at(table: Table) -> Any:
    return and_(table.c.instance == bindparam("b_instance"), table.c.token == bindparam("b_token"))


def _of(table: Table) -> Any:
    return table.c.instance == bindparam("b_instance")


INSERT_DOCUMENT = _insert(t.documents)
FIND_DOCUMENT = Statement(
    select(t.documents.c.xml, t.documents.c.file).where(t.documents.c.hash == bindparam("b_hash"))
)
INSERT_DATA_STORE = _insert(t.data_stores)
FIND_DATA_STORE = Statement(select(t.data_stores.c.value).where(t.data_stores.c.name == bindparam("b_name")))
DELETE_DATA_STORE = Statement(delete(t.data_stores).where(t.data_stores.c.name == bindparam("b_name")))
ALL_DATA_STORES = Statement(select(t.data_stores.c.name).order_by(t.data_stores.c.name))
INSERT_NET = _insert(t.nets)
_NET = and_(t.nets.c.document == bindparam("b_document"), t.nets.c.process == bindparam("b_process"))
FIND_NET = Statement(select(t.nets.c.content).where(_NET, t.nets.c.format == bindparam("b_format")))
DELETE_NET = Statement(delete(t.nets).where(_NET))
INSERT_DEFINITION = _insert(t.definitions)
FIND_DEFINITION = Statement(select(t.definitions).where(t.definitions.c.id == bindparam("b_id")))
LATEST = Statement(
    select(t.definitions)
    .where(t.definitions.c.process == bindparam("b_process"))
    .order_by(t.definitions.c.version.desc())
    .limit(1)
)
VERSION = Statement(
    select(t.definitions).where(
        t.definitions.c.process == bindparam("b_process"), t.definitions.c.version == bindparam("b_version")
    )
)
ALL_DEFINITIONS = Statement(select(t.definitions).order_by(t.definitions.c.id))

INSERT_START = _insert(t.starts)
DELETE_STARTS = Statement(
    delete(t.starts).where(
        t.starts.c.definition.in_(select(t.definitions.c.id).where(t.definitions.c.process == bindparam("b_process")))
    )
)
NAMED_STARTS = Statement(
    select(t.starts)
    .where(t.starts.c.type == bindparam("b_type"), t.starts.c.name == bindparam("b_name"))
    .order_by(t.starts.c.id)
)
DUE_START = Statement(
    select(t.starts).where(t.starts.c.due <= bindparam("b_now")).order_by(t.starts.c.due, t.starts.c.id).limit(1)
)
MOVE_START = Statement(
    update(t.starts).where(t.starts.c.id == bindparam("b_id")).values(due=bindparam("v_due"), left=bindparam("v_left"))
)

INSERT_CATCH = _insert(t.catches)
FIND_CATCH = Statement(select(t.catches.c.name).where(t.catches.c.name == bindparam("b_name")))

INSERT_OPENING = _insert(t.openings)
OPENINGS = Statement(select(t.openings).order_by(t.openings.c.id))

INSERT_INSTANCE = _insert(t.instances)
FIND_INSTANCE = Statement(select(t.instances).where(t.instances.c.id == bindparam("b_id")))
LOCK_INSTANCE = Statement(select(t.instances).where(t.instances.c.id == bindparam("b_id")).with_for_update())
LOCK_SEQ = Statement(select(t.instances.c.seq).where(t.instances.c.id == bindparam("b_id")).with_for_update())
_MOVED: dict[str, Any] = {name: bindparam(f"v_{name}") for name in ("seq", "head", "behind")}
_ADVANCED: dict[str, Any] = {
    **{name: bindparam(f"v_{name}") for name in ("seq", "head", "body")},
    "behind": literal_column("0"),
}
_CHANGED: dict[str, Any] = {name: bindparam(f"v_{name}") for name in ("definition", "status", "ended")}
_UNMOVED = and_(t.instances.c.id == bindparam("b_id"), t.instances.c.seq == bindparam("b_seq"))
MOVE_INSTANCE = Statement(update(t.instances).where(_UNMOVED).values(_MOVED))
ADVANCE_INSTANCE = Statement(update(t.instances).where(_UNMOVED).values(_ADVANCED))
"""Apart, because an index is written anew for every column that is set, also to the value that it has."""
CHANGE_INSTANCE = Statement(update(t.instances).where(_UNMOVED).values({**_CHANGED, **_ADVANCED}))
KEYED_INSTANCE = Statement(
    select(t.instances.c.id)
    .join(t.definitions, t.definitions.c.id == t.instances.c.definition)
    .where(t.instances.c.key == bindparam("b_key"), t.definitions.c.process == bindparam("b_process"))
    .limit(1)
)
CHILDREN = Statement(
    select(t.instances.c.id)
    .where(t.instances.c.parent == bindparam("b_parent"), t.instances.c.status == "running")
    .order_by(t.instances.c.id)
)
CHILDREN_OF_CALL = Statement(
    select(t.instances.c.id).where(
        t.instances.c.parent == bindparam("b_parent"),
        t.instances.c.parent_token == bindparam("b_token"),
        t.instances.c.status == "running",
    )
)

INSERT_TASK = _insert(t.tasks)
ASSIGN_TASK = Statement(
    update(t.tasks).where(_at(t.tasks), t.tasks.c.status == "ready").values(assignee=bindparam("v_assignee"))
)
INSERT_COMMENT = _insert(t.comments)
COMMENTS = Statement(select(t.comments).where(_at(t.comments)).order_by(t.comments.c.id))
INSERT_ATTACHMENT = _insert(t.attachments)
FIND_ATTACHMENT = Statement(select(t.attachments.c.content).where(t.attachments.c.hash == bindparam("b_hash")))
_OPEN = t.tasks.c.status == literal_column("'ready'")
_BY = bindparam("v_by", type_=Text())
_NOW = bindparam("v_done", type_=BigInteger())


def _is_or_stands_in(person: Any) -> Any:
    """Whether the one who acts is that person, or stands in for that person now."""
    c = t.substitutes.c
    return or_(person == _BY, exists().where(c.substitute == _BY, c.person == person, c.until >= _NOW))


def _allowed() -> Any:
    """Whether somebody may work on a task: whoever has it, else the people of its party, else anybody."""
    c, m = t.tasks.c, t.members.c
    people = exists().where(m.party == c.party)
    return or_(
        and_(c.assignee.is_not(None), _is_or_stands_in(c.assignee)),
        and_(c.assignee.is_(None), or_(~people, people.where(_is_or_stands_in(m.person)))),
    )


_DONE: dict[str, Any] = {
    "status": literal_column("'done'"),
    "done": bindparam("v_done"),
    "by": bindparam("v_by"),
}
CLOSE_OPEN_TASK = Statement(update(t.tasks).where(_at(t.tasks), _OPEN).values(_DONE))
FINISH_TASK = Statement(update(t.tasks).where(_at(t.tasks), _OPEN, _allowed()).values(_DONE))
MAY_WORK = Statement(select(literal_column("1")).select_from(t.tasks).where(_at(t.tasks), _allowed()))
DELETE_MEMBERS = Statement(delete(t.members).where(t.members.c.party == bindparam("b_party")))
INSERT_MEMBER = _insert(t.members)
MEMBERS = Statement(
    select(t.members.c.person).where(t.members.c.party == bindparam("b_party")).order_by(t.members.c.person)
)
DELETE_SUBSTITUTE = Statement(
    delete(t.substitutes).where(
        t.substitutes.c.substitute == bindparam("b_substitute"), t.substitutes.c.person == bindparam("b_person")
    )
)
INSERT_SUBSTITUTE = _insert(t.substitutes)
CLOSE_TASK = Statement(
    update(t.tasks)
    .where(_at(t.tasks), t.tasks.c.status == "ready")
    .values(status=bindparam("v_status"), done=bindparam("v_done"), by=bindparam("v_by"))
)
CLOSE_TASKS = Statement(
    update(t.tasks)
    .where(_of(t.tasks), t.tasks.c.status == "ready")
    .values(status="cancelled", done=bindparam("v_done"))
)
FIND_TASK = Statement(select(t.tasks).where(_at(t.tasks)))

INSERT_SUBSCRIPTION = _insert(t.subscriptions)
DELETE_SUBSCRIPTION = Statement(delete(t.subscriptions).where(_at(t.subscriptions)))
DELETE_SUBSCRIPTIONS = Statement(delete(t.subscriptions).where(_of(t.subscriptions)))
FIND_SUBSCRIPTION = Statement(select(t.subscriptions).where(_at(t.subscriptions)))
SET_DUE = Statement(update(t.subscriptions).where(_at(t.subscriptions)).values(due=bindparam("v_due")))
NAMED_SUBSCRIPTION = Statement(
    select(t.subscriptions)
    .where(_of(t.subscriptions), t.subscriptions.c.name == bindparam("b_name"))
    .order_by(t.subscriptions.c.id)
    .limit(1)
)
DUE_SUBSCRIPTION = Statement(
    select(t.subscriptions)
    .where(t.subscriptions.c.due <= bindparam("b_now"))
    .order_by(t.subscriptions.c.due, t.subscriptions.c.id)
    .limit(bindparam("b_limit"))
)
SIGNAL_RECEIVERS = Statement(
    select(t.subscriptions)
    .where(
        t.subscriptions.c.name == bindparam("b_name"),
        t.subscriptions.c.type == "signal",
        or_(bindparam("b_group") == ANY_GROUP, t.subscriptions.c.group_id == bindparam("b_group")),
    )
    .order_by(t.subscriptions.c.id)
)


def _receivers(*groups: Any) -> Statement:
    c = t.subscriptions.c
    return Statement(
        select(t.subscriptions)
        .where(
            c.name == bindparam("b_name"),
            c.key == bindparam("b_key"),
            *groups,
            c.type == "message",
            c.id > bindparam("b_after"),
        )
        .order_by(c.id)
        .limit(PAGE)
    )


RECEIVERS = _receivers()
UNGROUPED_RECEIVERS = _receivers(t.subscriptions.c.group_id == NO_GROUP)
GROUP_RECEIVERS = _receivers(
    t.subscriptions.c.group_id == bindparam("b_group"), t.subscriptions.c.group_id != literal_column("0")
)

INSERT_MESSAGE = _insert(t.messages)
DELETE_MESSAGE = Statement(delete(t.messages).where(t.messages.c.id == bindparam("b_id")))
EXPIRE_MESSAGES = Statement(delete(t.messages).where(t.messages.c.expires <= bindparam("b_now")))


def _kept(*keys: Any) -> Statement:
    c = t.messages.c
    return Statement(
        select(t.messages)
        .where(
            c.name == bindparam("b_name"),
            *keys,
            or_(c.group_id == bindparam("b_group"), c.group_id == ANY_GROUP),
            c.id > bindparam("b_after"),
        )
        .order_by(c.id)
        .limit(PAGE)
    )


KEPT = _kept(or_(t.messages.c.key == bindparam("b_key"), t.messages.c.key == bindparam("b_many")))
KEPT_ANY_KEY = _kept()

INSERT_WORD = _insert(t.words)
DELETE_WORDS = Statement(delete(t.words).where(_of(t.words)))
INSERT_OUTGOING = _insert(t.outbox)
OUTGOING = Statement(
    select(t.outbox).where(t.outbox.c.id > bindparam("b_after")).order_by(t.outbox.c.id).limit(bindparam("b_limit"))
)
DELETE_OUTGOING = Statement(delete(t.outbox).where(t.outbox.c.id == bindparam("b_id")))
ERASE_OUTGOING = Statement(delete(t.outbox).where(_of(t.outbox)))

INSERT_JOB = _insert(t.jobs)
DELETE_JOB = Statement(delete(t.jobs).where(_at(t.jobs)))
DELETE_JOBS = Statement(delete(t.jobs).where(_of(t.jobs)))
FIND_JOB = Statement(select(t.jobs).where(_at(t.jobs)))
POSTPONE_JOB = Statement(
    update(t.jobs)
    .where(_at(t.jobs))
    .values(attempts=bindparam("v_attempts"), due=bindparam("v_due"), error=bindparam("v_error"), worker=null())
)
LEASE_JOB = Statement(
    update(t.jobs)
    .where(_at(t.jobs), t.jobs.c.due == bindparam("b_due"))
    .values(due=bindparam("v_due"), worker=bindparam("v_worker"))
)
DUE_JOBS = Statement(
    select(t.jobs)
    .where(t.jobs.c.service == bindparam("b_service"), t.jobs.c.due <= bindparam("b_now"))
    .order_by(t.jobs.c.due, t.jobs.c.instance, t.jobs.c.token)
    .limit(bindparam("b_limit"))
)

NEXT_TIMER = Statement(select(func.min(t.subscriptions.c.due)).where(t.subscriptions.c.due.is_not(None)))
NEXT_START = Statement(select(func.min(t.starts.c.due)).where(t.starts.c.due.is_not(None)))
NEXT_JOB = Statement(select(func.min(t.jobs.c.due)).where(t.jobs.c.service == bindparam("b_service")))

INSERT_INCIDENT = _insert(t.incidents)
FIND_INCIDENT = Statement(select(t.incidents).where(t.incidents.c.id == bindparam("b_id")))
RESOLVE_INCIDENT = Statement(
    update(t.incidents).where(_at(t.incidents), t.incidents.c.resolved.is_(None)).values(resolved=bindparam("v_now"))
)
RESOLVE_INCIDENTS = Statement(
    update(t.incidents).where(_of(t.incidents), t.incidents.c.resolved.is_(None)).values(resolved=bindparam("v_now"))
)

RENAME_ELEMENT = tuple(
    Statement(
        update(table)
        .where(table.c.instance == bindparam("b_instance"), table.c.element == bindparam("b_element"), *open_)
        .values(element=bindparam("v_element"))
    )
    for table, open_ in (
        (t.tasks, (t.tasks.c.status == "ready",)),
        (t.subscriptions, ()),
        (t.jobs, ()),
        (t.incidents, (t.incidents.c.resolved.is_(None),)),
    )
)

INSERT_JOURNAL = _insert(t.journal)
ADVANCE_TO_TASK = Statement(
    update(t.instances).where(_UNMOVED).values(_ADVANCED).add_cte(_beside(t.tasks), _beside(t.journal))
)
"""The usual command on PostgreSQL, a task done and the next one open, in one turn to the server; SQLite has no such
statements."""
JOURNAL = Statement(
    select(t.journal).where(_of(t.journal), t.journal.c.seq > bindparam("b_after")).order_by(t.journal.c.seq)
)

ERASE_JOURNAL = Statement(
    update(t.journal)
    .where(_of(t.journal), t.journal.c.seq == bindparam("b_seq"))
    .values(by=null(), command=null(), events=null(), digest=bindparam("v_digest"))
)
ERASE_TASKS = Statement(
    update(t.tasks).where(_of(t.tasks)).values(party=null(), local=null(), by=null(), assignee=null())
)
DELETE_COMMENTS = Statement(delete(t.comments).where(_of(t.comments)))
ATTACHED = Statement(select(t.comments.c.hash).distinct().where(_of(t.comments), t.comments.c.hash.is_not(None)))
DELETE_LOOSE_ATTACHMENT = Statement(
    delete(t.attachments).where(
        t.attachments.c.hash == bindparam("b_hash"),
        ~select(t.comments.c.id).where(t.comments.c.hash == bindparam("b_hash")).exists(),
    )
)
ENDED_BEFORE = Statement(
    select(t.instances.c.id)
    .where(
        t.instances.c.ended < bindparam("b_before"),
        select(t.journal.c.seq)
        .where(t.journal.c.instance == t.instances.c.id, t.journal.c.seq == 1, t.journal.c.digest.is_(None))
        .exists(),
    )
    .order_by(t.instances.c.ended)
)

INSERT_REQUEST = _insert(t.requests)
FIND_REQUEST = Statement(select(t.requests.c.result).where(t.requests.c.key == bindparam("b_key")))
