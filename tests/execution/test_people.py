"""Who works on a task, what is said about it, many at once."""

from datetime import timedelta

import pytest

from resolute.bpmn.build import process, user
from resolute.errors import ConflictError, InputError, NotFoundError
from resolute.execution import people


@pytest.fixture
def task(engine):
    engine.deploy(process("p").start().user("a", "Write", party="Office").user("b").end().document())
    engine.start("p")
    return engine.tasks()[0]


def test_a_task_that_somebody_has_claimed_is_not_for_others(engine, task):
    engine.claim(task.id, "Ann")
    engine.claim(task.id, "Ann")
    with pytest.raises(ConflictError, match="is with Ann"):
        engine.claim(task.id, "Bob")
    with pytest.raises(ConflictError, match="is with Ann"):
        engine.complete(task.id, by="Bob")
    assert [found.assignee for found in engine.tasks(assignee="Ann")] == ["Ann"]
    assert engine.tasks(assignee="Bob") == []
    engine.complete(task.id, by="Ann")
    assert [found.element for found in engine.tasks()] == ["b"]


def test_a_task_can_be_given_to_another_person_and_back_to_all(engine, task):
    engine.claim(task.id, "Ann")
    engine.assign(task.id, "Bob", by="Chief")
    assert engine.tasks()[0].assignee == "Bob"
    engine.assign(task.id, None)
    assert engine.tasks()[0].assignee is None
    engine.complete(task.id, by="Ann")
    with pytest.raises(ConflictError, match="done already, by Ann"):
        engine.assign(task.id, "Bob")
    with pytest.raises(NotFoundError):
        engine.claim("1-99", "Ann")


def test_who_had_a_task_stands_in_the_history(engine, task):
    engine.assign(task.id, "Bob", by="Chief")
    (event,) = [event for event in engine.history(task.instance) if event.kind == "assigned"]
    assert (event.element, event.by, event.detail["to"]) == ("a", "Chief", "Bob")
    assert engine.audit().whole
    assert engine.instance(task.instance, as_of=engine.now()).state == "running"


def test_comments_and_files_are_kept_with_the_task_and_each_file_once(engine, task):
    engine.comment(task.id, "see the draft", by="Ann", file=("draft.txt", b"text"))
    engine.comment(task.id, "again", file=("copy.txt", b"text"))
    first, second = engine.comments(task.id)
    assert (first.text, first.by, first.file, second.file) == ("see the draft", "Ann", "draft.txt", "copy.txt")
    assert first.hash == second.hash
    assert engine.attachment(first.hash) == b"text"
    with pytest.raises(NotFoundError):
        engine.attachment("0" * 64)
    with pytest.raises(NotFoundError):
        engine.comment("1-99", "nobody is there")


def test_a_file_that_is_too_large_is_refused(engine, task, monkeypatch):
    monkeypatch.setattr(people, "MAX_ATTACHMENT", 3)
    with pytest.raises(InputError, match=r"draft\.txt"):
        engine.comment(task.id, "too much", file=("draft.txt", b"text"))
    assert engine.comments(task.id) == []


def test_many_tasks_are_completed_together_or_not_at_all(engine, task):
    for _ in range(4):
        engine.start("p")
    open_tasks = [found.id for found in engine.tasks()]
    with pytest.raises(NotFoundError):
        engine.complete_all({number: {} for number in [*open_tasks, "99-1"]})
    assert [found.id for found in engine.tasks()] == open_tasks
    engine.complete_all({number: {"n": n} for n, number in enumerate(open_tasks)}, by="Ann")
    assert {found.element for found in engine.tasks()} == {"b"}
    assert sorted(found.data["n"] for found in engine.tasks()) == [0, 1, 2, 3, 4]


def test_files_are_forgotten_with_the_last_comment_that_names_them(engine, task):
    engine.comment(task.id, "one", file=("a.txt", b"shared"))
    engine.comment(task.id, "two", file=("b.txt", b"own"))
    other = engine.start("p")
    (second,) = engine.tasks(instance=other.id)
    engine.comment(second.id, "three", file=("c.txt", b"shared"))
    shared, own = (comment.hash for comment in engine.comments(task.id))
    engine.terminate(task.instance)
    engine.erase(task.instance, "asked to")
    assert engine.attachment(shared) == b"shared"
    with pytest.raises(NotFoundError):
        engine.attachment(own)


def test_only_the_people_of_a_party_take_its_tasks(engine, task):
    engine.set_members("Office", ["Ann", "Bob"])
    assert engine.members("Office") == ["Ann", "Bob"]
    assert [found.id for found in engine.tasks(candidate="Bob")] == [task.id]
    assert engine.tasks(candidate="Eve") == []
    for refused in (engine.claim, lambda task, by: engine.complete(task, by=by)):
        with pytest.raises(ConflictError, match="is for Office; Eve is not one of its people"):
            refused(task.id, "Eve")
    engine.claim(task.id, "Ann")
    assert engine.tasks(candidate="Bob") == []
    assert [found.id for found in engine.tasks(candidate="Ann")] == [task.id]
    engine.complete(task.id, by="Ann")
    (other,) = engine.tasks()
    assert other.party is None
    engine.complete(other.id, by="Eve")


def test_without_named_people_everybody_may_take_the_tasks_of_a_party(engine, task):
    engine.set_members("Office", ["Ann"])
    engine.set_members("Office", [])
    engine.complete(task.id, by="Eve")


@pytest.mark.parametrize("claimed", [True, False])
def test_a_substitute_does_the_work_until_the_last_day_is_over(engine, clock, task, claimed):
    engine.set_members("Office", ["Ann"])
    if claimed:
        engine.claim(task.id, "Ann")
    engine.substitute("Ann", "Eve", until=clock.now().date() + timedelta(days=1))
    clock.advance(days=1)
    assert [found.id for found in engine.tasks(candidate="Eve")] == [task.id]
    clock.advance(days=1)
    assert engine.tasks(candidate="Eve") == []
    with pytest.raises(ConflictError):
        engine.complete(task.id, by="Eve")
    engine.substitute("Ann", "Eve", until=clock.now().date())
    engine.claim(task.id, "Eve")
    engine.complete(task.id, by="Eve")
    assert engine.tasks(state="done")[0].by == "Eve"


def test_a_substitution_that_is_called_off_ends_at_once(engine, clock, task):
    engine.set_members("Office", ["Ann"])
    engine.substitute("Ann", "Eve", until=clock.now().date() + timedelta(days=9))
    engine.substitute("Ann", "Eve", until=clock.now() - timedelta(seconds=1))
    assert engine.tasks(candidate="Eve") == []


def test_nobody_stands_in_for_themselves(engine, clock):
    with pytest.raises(InputError, match="two different people"):
        engine.substitute("Ann", "Ann", until=clock.now().date())


@pytest.mark.parametrize("wanted", [{}, {"party": "Office 1"}, {"state": None}, {"state": "done"}], ids=str)
def test_pages_of_tasks_put_together_are_the_whole_list(engine, wanted):
    model = process("p").start().parallel([user("a", party="=n")], [user("b", party="Office 1")]).end()
    engine.deploy(model.document())
    for number in range(7):
        engine.start("p", {"n": f"Office {number % 2}"})
    for task in engine.tasks(limit=3):
        engine.complete(task.id)
    whole = engine.tasks(**wanted)
    assert whole
    for size in (1, 4, 100):
        pages = [engine.tasks(**wanted, limit=size, offset=at) for at in range(0, len(whole) + size, size)]
        assert [task for page in pages for task in page] == whole
