"""A task that names a form takes only answers that fit its JSON Schema, and says everything that does not."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute import i18n
from resolute.bpmn.build import process
from resolute.errors import InputError, ModelError
from resolute.execution import forms
from resolute.execution.core import Engine
from resolute.net.forms import MAX_BYTES, MAX_DEPTH

REPORT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "report",
    "type": "object",
    "required": ["text", "sum"],
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "minLength": 3},
        "sum": {"type": "number", "minimum": 0, "maximum": 100},
        "kind": {"enum": ["whole", "part"]},
        "day": {"type": "string", "format": "date"},
        "number": {"type": "string", "pattern": "^[0-9]+-П$"},
        "parts": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/part"}},
    },
    "$defs": {"part": {"type": "object", "required": ["ref"]}},
}


def model(form="report"):
    return process("p").start().user("a", "Write", form=form).user("b").end().document()


def encoded(schema):
    return json.dumps(schema).encode()


@pytest.fixture
def task(engine):
    engine.deploy(model(), forms=[encoded(REPORT)])
    engine.start("p")
    return engine.tasks()[0]


def test_a_task_shows_its_form(engine, task):
    assert task.form.name == "report"
    assert task.form.schema["properties"]["kind"] == {"enum": ["whole", "part"]}
    engine.complete(task.id, {"text": "done", "sum": 1})
    assert engine.tasks()[0].form is None


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({}, "missing: text, sum"),
        ({"text": "done", "sum": "5"}, 'sum: found "5", expected a number'),
        ({"text": "no", "sum": 5}, 'text: found "no", expected a length of at least 3'),
        ({"text": "done", "sum": 101}, "sum: found 101, expected ≤ 100"),
        ({"text": "done", "sum": 5, "kind": "all"}, 'kind: found "all", expected one of "whole", "part"'),
        ({"text": "done", "sum": 5, "day": "1.7.2022"}, "expected the format date"),
        ({"text": "done", "sum": 5, "number": "12"}, "number: found"),
        ({"text": "done", "sum": 5, "other": 1}, "not asked for: other"),
        ({"text": "done", "sum": 5, "parts": [{}]}, "parts.0: missing: ref"),
        ({"text": "done", "sum": 5, "parts": [{"ref": 1}, {"ref": 1}]}, "expected no item twice"),
    ],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_refused_and_nothing_changes(engine, task, answer, problem):
    before = (engine.tasks(), engine.history(task.instance), engine.instance(task.instance))
    with pytest.raises(InputError) as refused:
        engine.complete(task.id, answer)
    assert problem in str(refused.value)
    assert task.id in str(refused.value)
    assert (engine.tasks(), engine.history(task.instance), engine.instance(task.instance)) == before
    engine.complete(task.id, {"text": "done", "sum": 5, "day": "2022-07-01", "number": "12-П", "parts": [{"ref": 1}]})


def test_every_problem_is_named(engine, task):
    with pytest.raises(InputError) as refused:
        engine.complete(task.id, {"text": 5, "sum": -1, "kind": 0})
    assert [finding.message.partition(":")[0] for finding in refused.value.findings] == ["kind", "sum", "text"]


def test_a_bulk_command_with_one_bad_answer_does_nothing(engine, task):
    engine.start("p")
    first, second = engine.tasks()
    good = {"text": "done", "sum": 1}
    with pytest.raises(InputError, match=second.id):
        engine.complete_all({first.id: good, second.id: {}})
    assert [found.id for found in engine.tasks()] == [first.id, second.id]


def test_problems_are_said_in_russian_too(engine, task):
    with i18n.use("ru"), pytest.raises(InputError, match="не хватает: text, sum"):
        engine.complete(task.id, {})


def test_a_form_is_kept_with_the_version_of_its_model(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    file = tmp_path / "report.schema.json"
    file.write_text(json.dumps({"required": ["text"]}))
    with Engine(url) as engine:
        assert engine.deploy(model(), forms=[file])[0].version == 1
        engine.start("p")
        file.write_text(json.dumps({"required": ["sum"]}))
        assert engine.deploy(model(), forms=[file])[0].version == 2
        engine.start("p")
    with Engine(url) as engine:
        old, new = engine.tasks()
        with pytest.raises(InputError, match="missing: text"):
            engine.complete(old.id, {"sum": 1})
        with pytest.raises(InputError, match="missing: sum"):
            engine.complete(new.id, {"text": ""})
        engine.migrate(engine.plan_migration("p"))
        engine.complete(old.id, {"sum": 1})


@pytest.mark.parametrize(
    "attributes",
    [{"{http://camunda.org/schema/1.0/bpmn}formKey": "embedded:app:forms/a.html"}],
    ids=str,
)
def test_a_form_of_another_system_is_named_and_not_checked(engine, attributes):
    engine.deploy(process("p").start().user("a", attributes=attributes).end().document())
    engine.start("p")
    (task,) = engine.tasks()
    assert (task.form.name, task.form.schema) == ("embedded:app:forms/a.html", None)
    engine.complete(task.id, {"anything": 1})


def test_a_form_that_is_not_deployed_is_missed_at_once(engine):
    with pytest.raises(ModelError) as refused:
        engine.deploy(model("nowhere"), forms=[encoded(REPORT)])
    (finding,) = refused.value.findings
    assert (finding.code, finding.element) == ("missing-form", "a")
    assert engine.definitions() == []


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "nonsense"}, "type"),
        ({"$ref": "https://example.org/schema.json"}, "refer only to itself"),
        ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "refer only to itself"),
        ({"$ref": "#/$defs/none"}, "which is not there"),
        ({"properties": {"a": {"pattern": "(?=x)"}}}, "RE2"),
        ({"properties": {"a": {"pattern": "(a)\\1"}}}, "RE2"),
        ({"patternProperties": {"(": {}}}, "("),
        ([], "expected a JSON Schema"),
        (True, "expected a JSON Schema"),
    ],
    ids=str,
)
def test_a_schema_that_cannot_be_used_is_refused_when_it_is_deployed(engine, schema, problem):
    content = encoded({"$id": "report", **schema} if isinstance(schema, dict) else schema)
    with pytest.raises(InputError) as refused:
        engine.deploy(model(), forms=[content])
    assert problem in str(refused.value)
    assert engine.definitions() == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "make it flatter"),
        (b'"' + b"a" * MAX_BYTES + b'"', "make it smaller"),
        (b"{}", "without a name"),
    ],
    ids=["broken", "no text", "deep list", "deep", "large", "nameless"],
)
def test_what_is_no_form_is_refused(engine, content, problem):
    with pytest.raises(InputError, match=problem):
        engine.deploy(model(), forms=[content])


def doubling(levels):
    """A schema whose check would take 2 ** levels steps."""
    steps = {f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 2} for n in range(levels)}
    return {"$ref": "#/$defs/l0", "$defs": {**steps, f"l{levels}": {"type": "object"}}}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ({"$ref": "#"}, {}),
        ({"allOf": [{"$ref": "#"}]}, {}),
        (doubling(40), {}),
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 50_000 + "b"}),
        ({"properties": {"a": {"pattern": "(x*)*(x*)*(x*)*y"}}}, {"a": "x" * 50_000}),
        ({"patternProperties": {"^(a+)+$": False}}, {"a" * 50_000 + "b": 1}),
        ({"properties": {"a": {"uniqueItems": True}}}, {"a": [{"n": n} for n in range(20_000)]}),
    ],
    ids=["itself", "itself inside", "doubling", "pattern", "three stars", "names", "unique"],
)
def test_a_hostile_form_takes_no_time_to_speak_of(engine, schema, answer):
    engine.deploy(model(), forms=[encoded({"$id": "report", **schema})])
    engine.start("p")
    (task,) = engine.tasks()
    began = time.process_time()
    try:
        engine.complete(task.id, answer)
    except InputError as error:
        assert len(str(error)) < 60_000
    assert time.process_time() - began < 10


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
schemas = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["object", "string", "integer", "array"]),
        "required": st.lists(st.sampled_from("abc"), unique=True),
        "minProperties": st.integers(0, 2),
        "additionalProperties": st.booleans(),
        "properties": st.dictionaries(
            st.sampled_from("abc"),
            st.sampled_from(
                [
                    {"type": "string"},
                    {"minimum": 1},
                    {"pattern": "^a"},
                    {"items": {"type": "null"}},
                    {"uniqueItems": True},
                ]
            ),
        ),
        "patternProperties": st.just({"^a": {"type": "number"}}),
    },
)


@given(schemas, st.dictionaries(st.sampled_from("abcd"), values, max_size=4))
def test_what_fits_is_what_the_library_by_itself_says(schema, answer):
    from jsonschema import Draft202012Validator

    found = forms._answer_problems(json.dumps(schema), answer)
    assert bool(found) == (not Draft202012Validator(schema).is_valid(answer))
