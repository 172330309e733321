"""No question that the engine asks while it works, and none of its paged queries, walks through a whole table."""

import pytest

from resolute.storage import queries, statements
from resolute.storage.database import Database, Statement
from resolute.storage.store import Store

SMALL = {"ALL_DATA_STORES", "ALL_DEFINITIONS", "OPENINGS"}
"""Lists that are asked for as a whole."""
POSTGRESQL = {"ADVANCE_TO_TASK"}
"""Its parts are asked for by themselves as well."""
ASKED = {name: value for name, value in vars(statements).items() if isinstance(value, Statement)}


class Explaining(Database):
    """Keeps the plan of the last query."""

    def all(self, statement, **values):
        compiled = statement.compiled(self.dialect, self.prefix)
        given = {**dict.fromkeys(compiled.names, 1), **compiled.fixed, **values}
        self._execute(f"EXPLAIN QUERY PLAN {compiled.sql}", compiled.ordered(given))
        self.plan = [row[3] for row in self._cursor.fetchall()]
        return super().all(statement, **given)


@pytest.fixture(scope="module")
def database():
    database = Explaining("sqlite:///:memory:")
    Store(database).add_definition("p", 1, "", "hash", 0)
    yield database
    database.close()


@pytest.mark.parametrize("name", sorted(ASKED.keys() - SMALL - POSTGRESQL))
def test_every_statement_finds_its_rows_by_an_index(database, name):
    database.all(ASKED[name])
    assert not [step for step in database.plan if step.startswith("SCAN")]
    assert not [step for step in database.plan if "instances_status" in step], "walks all running instances"


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"party": "x"},
        {"ref": "1.1"},
        {"instance": 1},
        {"group": 1},
        {"party": "x", "due_before": "2022-01-01"},
        {"due_before": "2022-01-01"},
        {"text": "repair roads"},
    ],
    ids=str,
)
def test_a_page_of_open_tasks_is_read_in_the_order_of_an_index(database, wanted):
    queries.tasks(database, status="ready", limit=50, **wanted)
    walks = [step for step in database.plan if step.startswith("SCAN") and "USING INDEX" not in step]
    assert not walks
    if not wanted.keys() & {"ref", "instance", "group", "text"}:
        assert not [step for step in database.plan if "TEMP B-TREE" in step]


def test_the_rows_before_a_later_page_are_left_out_by_an_index_without_reading_them(database):
    queries.tasks(database, status="ready", limit=50, offset=100_000)
    assert database.plan[1] == "SCAN resolute_tasks USING INDEX resolute_tasks_ready"
    assert any(step.startswith("SEARCH resolute_tasks USING PRIMARY KEY") for step in database.plan)


def test_the_state_of_an_instance_is_read_once_however_many_of_its_tasks_are_shown(database):
    asked = []
    ask = database.all
    database.all = lambda statement, **values: asked.append(values) or ask(statement, **values)
    try:
        queries.holders(database, [1] * 1000)
        assert len(asked) == 1
        queries.holders(database, range(1, 121))
        assert len(asked) == 1 + 3
    finally:
        del database.all


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "running"},
        {"process": "p"},
        {"group": 1},
        {"parent": 1},
        {"ref": "1.1"},
        {"key": "k"},
        {"party": "x"},
        {"text": "repair roads"},
    ],
    ids=str,
)
def test_instances_are_found_by_an_index(database, wanted):
    queries.instances(database, limit=50, **wanted)
    assert not [step for step in database.plan if step.startswith("SCAN")]
    queries.instances(database, limit=50, **{"status": "running", **wanted})
    walks = [step for step in database.plan if "instances_status" in step and "id=?" not in step]
    assert not walks or wanted == {"status": "running"}


@pytest.mark.parametrize(
    "part", [queries.live_instances, queries.waiting, queries.open_tasks, queries.jobs, queries.open_incidents]
)
@pytest.mark.parametrize("groups", [[7], [7, 9]], ids=str)
def test_what_is_live_of_some_protocols_is_found_without_walking_all_others(database, part, groups):
    part(database, groups=groups)
    assert not [step for step in database.plan if step.startswith("SCAN") and "resolute_openings" not in step]


def test_numbers_are_counted_in_indexes(database):
    plans, ask = [], database.all
    database.all = lambda statement, **values: (ask(statement, **values), plans.append(list(database.plan)))[0]
    try:
        queries.counts(database, None, "2022-01-01", "2022-01-01T12:00")
    finally:
        del database.all
    assert len(plans) == 4
    assert not [step for plan in plans for step in plan if step.startswith("SCAN") and "INDEX" not in step]
