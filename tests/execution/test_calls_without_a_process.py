"""A call that names no process waits for a person and cannot simply be tried again."""

import pytest

from resolute import ConflictError, Engine

MODEL = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
  <process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="c"/>
  <callActivity id="c"/><sequenceFlow id="g" sourceRef="c" targetRef="e"/><endEvent id="e"/></process>
</definitions>"""


def test_retrying_it_says_what_to_do_and_changes_nothing():
    with Engine("sqlite:///:memory:") as engine:
        engine.deploy(MODEL)
        engine.start("p")
        incidents = engine.incidents()
        assert [incident.kind for incident in incidents] == ["missing-process"]
        with pytest.raises(ConflictError, match="migrate"):
            engine.retry(incidents[0].id)
        assert engine.incidents() == incidents
