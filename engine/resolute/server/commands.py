"""The API's commands: the daily work on points and tasks, messages, processes; each done wholly or not at all."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from resolute import i18n, protocols
from resolute.errors import InputError
from resolute.reports import rows
from resolute.server.parts import By, Content, Once, Running, answered, check_carries_out, check_works_on

_ = i18n.translator("server")
router = APIRouter()

Data = dict[str, Any]
RAW = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}
"""How the API describes a body that is a file."""
Names = Annotated[list[str], Field(min_length=1, max_length=10_000)]


class Given(BaseModel):
    """A body that is taken as it is meant or not at all."""

    model_config = ConfigDict(extra="forbid")


class Points(Given):
    """Points by their numbers, or by ids of their tasks; `protocol` where several open ones have such a number."""

    points: Names
    protocol: str | None = None


class Report(Points):
    text: str = ""


class Accept(Points):
    partly: bool = False


class Reason(Points):
    reason: str


class Extend(Points):
    due: date
    reason: str = ""


class Decide(Points):
    reason: str = ""


class Reassign(Points):
    to: str


class Tasks(Given):
    """Tasks by their ids, and what each is answered with."""

    tasks: Names
    data: Data = Field(default_factory=dict)


class Assign(Given):
    tasks: Names
    to: str | None = None


class Comment(Given):
    text: Annotated[str, Field(min_length=1)]


class Start(Given):
    data: Data = Field(default_factory=dict)


class Message(Given):
    name: str
    payload: Data = Field(default_factory=dict)
    correlation: Any = None


class Signal(Given):
    name: str
    payload: Data = Field(default_factory=dict)


class Retry(Given):
    incidents: Names
    data: Data = Field(default_factory=dict)


class Arrived(Given):
    messages: Names


# --- points of a protocol ---


@router.post("/points/report")
def report(engine: Running, by: By, given: Report, key: Once = None) -> Response:
    """Reports that points are carried out; the controller then checks them."""
    check_carries_out(engine, by, given.points, given.protocol)
    engine.report(given.points, given.text, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


@router.post("/points/ask")
def ask(engine: Running, by: By, given: Extend, key: Once = None) -> Response:
    """Asks the giver for a later deadline."""
    check_carries_out(engine, by, given.points, given.protocol)
    engine.request_extension(given.points, given.due, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points, "due": given.due})


@router.post("/points/accept")
def accept(engine: Running, by: By, given: Accept, key: Once = None) -> Response:
    """Accepts reports: the points are executed and taken off control; `partly`: the rest is still to be done."""
    by.check_controls()
    engine.accept(given.points, partly=given.partly, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


@router.post("/points/return")
def return_(engine: Running, by: By, given: Reason, key: Once = None) -> Response:
    """Returns reports for rework; the deadlines stay."""
    by.check_controls()
    engine.return_(given.points, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


@router.post("/points/extend")
def extend(engine: Running, by: By, given: Extend, key: Once = None) -> Response:
    """Moves deadlines to a later working day."""
    by.check_controls()
    engine.extend(given.points, given.due, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points, "due": given.due})


@router.post("/points/grant")
def grant(engine: Running, by: By, given: Decide, key: Once = None) -> Response:
    """Grants the later deadlines that were asked for."""
    by.check_controls()
    engine.decide_extension(given.points, True, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


@router.post("/points/refuse")
def refuse(engine: Running, by: By, given: Decide, key: Once = None) -> Response:
    """Refuses the later deadlines that were asked for."""
    by.check_controls()
    engine.decide_extension(given.points, False, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


@router.post("/points/reassign")
def reassign(engine: Running, by: By, given: Reassign, key: Once = None) -> Response:
    """Gives points to another lead, named in the nominative."""
    by.check_controls()
    engine.reassign(given.points, given.to, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points, "to": given.to})


@router.post("/points/cancel")
def cancel(engine: Running, by: By, given: Reason, key: Once = None) -> Response:
    """Cancels points that are no longer needed."""
    by.check_controls()
    engine.cancel(given.points, given.reason, by=by.name, group=given.protocol, key=key)
    return answered({"points": given.points})


# --- tasks ---


@router.post("/tasks/complete")
def complete(engine: Running, by: By, given: Tasks, key: Once = None) -> Response:
    """Completes tasks, all of them or none."""
    check_works_on(engine, by, given.tasks)
    engine.complete_all(dict.fromkeys(given.tasks, given.data), by=by.name, key=key)
    return answered({"tasks": given.tasks})


@router.post("/tasks/assign")
def assign(engine: Running, by: By, given: Assign) -> Response:
    """Gives tasks to a person, or, without `to`, back to all of their party."""
    check_works_on(engine, by, given.tasks)
    engine.assign(given.tasks, given.to, by=by.name)
    return answered({"tasks": given.tasks, "to": given.to})


@router.post("/tasks/{task}/comments")
def comment(engine: Running, by: By, task: str, given: Comment) -> Response:
    """Says something about a task."""
    check_works_on(engine, by, [task])
    engine.comment(task, given.text, by=by.name)
    return answered({"task": task})


# --- protocols, processes, messages, time: the secretariat's ---


@router.post("/protocols", openapi_extra=RAW)
def open_(engine: Running, by: By, name: Annotated[str, Query(max_length=200)], content: Content) -> Response:
    """Opens a protocol: a register or a document as the body, its file name as `name`.

    The findings of the reader come with the answer. A document goes with the dependencies that the reader proposes.
    """
    by.check_controls()
    plain = Path(name).name
    if not plain:
        raise InputError(_("name: expected the name of the file, like protocol.docx"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / plain
        file.write_bytes(content)
        try:
            found = protocols.load_register(file) if protocols.is_register(file) else protocols.read(file)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from None
    opened = engine.open(found)
    return answered(
        {
            "protocol": opened[0].group if opened else None,
            "instances": [one.id for one in opened],
            "findings": [rows.finding(finding) for finding in found.findings],
        }
    )


@router.post("/processes", openapi_extra=RAW)
def deploy(engine: Running, by: By, content: Content) -> Response:
    """Deploys the processes of a .bpmn file, the body; a changed file makes a new version."""
    by.check_controls()
    return answered([asdict(definition) for definition in engine.deploy(content)])


@router.post("/processes/{process}/start")
def start(engine: Running, by: By, process: str, given: Start, key: Once = None) -> Response:
    """Starts a process; the same idempotency key again answers with the instance that it started."""
    by.check_controls()
    return answered(asdict(engine.start(process, given.data, key, by=by.name)))


@router.post("/messages")
def send(engine: Running, by: By, given: Message, key: Once = None) -> Response:
    """Sends a message to whatever waits for it; answers which instance took it, null while it is kept."""
    by.check_controls()
    return answered({"instance": engine.send(given.name, given.payload, given.correlation, key=key)})


@router.post("/signals")
def signal(engine: Running, by: By, given: Signal, key: Once = None) -> Response:
    """Sends a signal to all that wait for it."""
    by.check_controls()
    return answered({"taken": engine.signal(given.name, given.payload, key=key)})


@router.post("/tick")
def tick(engine: Running, by: By) -> Response:
    """Fires everything that is due by the clock."""
    by.check_controls()
    return answered({"fired": engine.tick()})


@router.post("/incidents/retry")
def retry(engine: Running, by: By, given: Retry) -> Response:
    """Tries again what ended in incidents."""
    by.check_controls()
    engine.retry(given.incidents, given.data, by=by.name)
    return answered({"incidents": given.incidents})


@router.post("/outgoing/acknowledge")
def acknowledge(engine: Running, by: By, given: Arrived) -> Response:
    """Forgets outgoing messages: they have arrived."""
    by.check_controls()
    return answered({"acknowledged": engine.acknowledge(given.messages)})
