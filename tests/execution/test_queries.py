"""Tasks and instances are found by party, deadline and text, in pages; how many there are is told."""

import asyncio
import sqlite3
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute.bpmn.build import process
from resolute.errors import InputError
from resolute.execution.core import Engine
from resolute.storage.words import words_of
from resolute.testing import Clock

TEXTS = ("Отремонтировать дороги района", "Ремонт ёлочного павильона", "Подготовить отчёт о дорогах", "")


@pytest.fixture
def points(engine):
    row = process("p").start().user("a", "Write", party="=lead", due="=due")
    engine.deploy(row.end().document())
    for n, text in enumerate(TEXTS):
        due = ("2022-07-01", "2022-07-02T10:00:00+00:00", "2022-07-03", None)[n]
        engine.start("p", {"text": text, "lead": f"Office {n % 2}", "due": due})
    return engine


@pytest.mark.parametrize(
    ("words", "found"),
    [("дорог", [0, 2]), ("ДОРОГ отчет", [2]), ("елочн", [1]), ("ремонт", [1]), ("нет", []), ("...", []), ("", [])],
)
def test_tasks_and_instances_are_found_by_the_beginnings_of_words(points, words, found):
    assert [TEXTS.index(task.data["text"]) for task in points.tasks(text=words)] == found
    assert [TEXTS.index(instance.data["text"]) for instance in points.instances(text=words)] == found


@given(st.lists(st.text(string.ascii_letters + "аё -_.", max_size=12), max_size=5), st.text("abаеё ", max_size=4))
def test_a_search_finds_what_a_look_at_every_text_finds(texts, wanted):
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        for text in texts:
            engine.start("p", {"text": text})
        begin = words_of(wanted)
        expected = [
            str(n)
            for n, text in enumerate(texts, start=1)
            if begin and all(any(word.startswith(each) for word in words_of(text)) for each in begin)
        ]
        assert [instance.id for instance in engine.instances(text=wanted)] == expected


def test_a_day_includes_what_is_due_at_some_hour_of_it(points):
    assert len(points.tasks(due_until="2022-07-01")) == 1
    assert len(points.tasks(due_until=date(2022, 7, 2))) == 2
    assert len(points.instances("running", due_until="2022-07-03", party="Office 0")) == 2
    assert [found.data["lead"] for found in points.instances(party="Office 1", limit=1, offset=1)] == ["Office 1"]
    with pytest.raises(InputError, match="no date"):
        points.tasks(due_until="soon")


def test_how_many_there_are_is_told(points, clock):
    points.complete(points.tasks()[0].id)
    clock.set(clock.now().replace(month=7, day=2, hour=12))
    counts = points.counts()
    assert dict(counts.instances) == {"running": 3, "completed": 1}
    assert (counts.open_tasks, counts.overdue_tasks, counts.incidents) == (3, 1, 0)
    assert points.counts(group="77").open_tasks == 0


def test_an_erased_text_is_not_found(points):
    points.terminate("1")
    points.erase("1", "asked to")
    assert points.instances(text="отремонтировать") == []


def test_texts_of_an_older_store_are_found_after_its_upgrade(tmp_path):
    file = tmp_path / "store.db"
    with Engine(f"sqlite:///{file}") as engine:
        engine.deploy(process("p").start().user("a").end().document())
        engine.start("p", {"text": "Repair the roads"})
        engine.start("p", {"text": 5})
    with sqlite3.connect(file) as store:
        store.execute("DROP TABLE resolute_words")
        store.execute("ALTER TABLE resolute_instances DROP COLUMN behind")
        store.execute("UPDATE resolute_version SET version_num = '0009'")
    with Engine(f"sqlite:///{file}") as engine:
        assert [instance.id for instance in engine.instances(text="road")] == ["1"]


def test_callers_of_asyncio_work_beside_each_other(tmp_path):
    async def life(engine, n):
        started = await asyncio.to_thread(engine.start, "p", {"n": n})
        (task,) = await asyncio.to_thread(engine.tasks, instance=started.id)
        await asyncio.to_thread(engine.complete, task.id, by=f"caller {n}")
        return started.id

    async def all_at_once(engine):
        return await asyncio.gather(*(life(engine, n) for n in range(30)))

    with Engine(f"sqlite:///{tmp_path}/store.db") as engine:
        engine.deploy(process("p").start().user("a").end().document())
        done = asyncio.run(all_at_once(engine))
        assert len(set(done)) == 30
        assert {engine.instance(number).state for number in done} == {"completed"}
        assert engine.audit().whole
