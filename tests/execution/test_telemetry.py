"""What the engine does is told in log records with facts, and in spans where the host has OpenTelemetry."""

import logging
import subprocess
import sys

import pytest

from resolute.bpmn.build import process
from resolute.execution.core import Engine
from resolute.testing import Clock


def document():
    return process("p").start().service("s", service="count").user("a").end().document()


def test_every_command_is_a_log_record_with_its_facts_and_without_variables(caplog):
    with caplog.at_level(logging.INFO, "resolute.commands"), Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.service("count")(lambda data: {"secret": "hidden"})
        engine.deploy(document())
        instance = engine.start("p", {"name": "hidden"}, by="Ann")
        engine.complete(engine.tasks()[0].id, {"more": "hidden"}, by="Bob")
    facts = [record.resolute for record in caplog.records]
    assert [(fact["command"], fact["by"], fact["instance"]) for fact in facts] == [
        ("start", "Ann", instance.id),
        ("complete", None, instance.id),
        ("complete", "Bob", instance.id),
    ]
    assert facts[0]["at"] == "2022-01-01T09:00:00+00:00"
    assert "hidden" not in caplog.text
    assert "hidden" not in str(facts)


def test_a_failed_job_is_told_with_its_place(caplog):
    with caplog.at_level(logging.WARNING, "resolute"), Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.service("count")(lambda data: 1 / 0)
        engine.deploy(document())
        instance = engine.start("p")
    (record,) = caplog.records
    assert record.resolute == {"instance": instance.id, "element": "s", "service": "count", "try": 1}


@pytest.fixture(scope="module")
def exporter():
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def test_commands_jobs_and_ticks_are_spans(exporter):
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.service("count")(lambda data: {})
        engine.deploy(document())
        exporter.clear()
        instance = engine.start("p")
        engine.tick()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"resolute.command", "resolute.job", "resolute.tick"}
    assert dict(spans["resolute.job"].attributes) == {
        "resolute.instance": instance.id,
        "resolute.element": "s",
        "resolute.service": "count",
        "resolute.try": 1,
    }
    assert spans["resolute.tick"].attributes["resolute.fired"] == 0
    first = next(
        span for span in exporter.get_finished_spans() if span.attributes.get("resolute.commands") == ("start",)
    )
    assert first.attributes["resolute.instances"] == (instance.id,)


def test_what_goes_wrong_is_recorded_in_its_span(exporter):
    from opentelemetry.trace import StatusCode

    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.service("count")(lambda data: 1 / 0)
        engine.deploy(document())
        exporter.clear()
        engine.start("p")
        with pytest.raises(LookupError):
            engine.complete("9-9")
    failed = [span for span in exporter.get_finished_spans() if span.status.status_code == StatusCode.ERROR]
    assert [(span.name, span.events[0].attributes["exception.type"]) for span in failed] == [
        ("resolute.job", "ZeroDivisionError"),
        ("resolute.command", "resolute.errors.NotFoundError"),
    ]


def test_the_engine_never_loads_opentelemetry_by_itself():
    code = (
        "import sys; from resolute.engine import Engine; engine = Engine('sqlite:///:memory:'); engine.tick()\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
