"""The API answers what the commands print with --json, and does what they do."""

from __future__ import annotations

import json

import pytest

from commands import resolute
from resolute.bpmn.build import process, user
from resolute.server.guard import MOST_BYTES, STRANGERS_BYTES
from server.conftest import NOW, TEXT

SAME = {
    "/api/status": ("status",),
    "/api/tasks": ("tasks",),
    "/api/blocked": ("blocked",),
    "/api/why/2": ("why", "2"),
    "/api/incidents": ("incidents",),
    "/api/outgoing": ("outgoing",),
}


@pytest.mark.parametrize("path", SAME)
def test_questions_are_answered_as_by_the_command_line(client, folder, path):
    arguments = ("--json", "--now", NOW.isoformat(), "--db", "sqlite:///store.db")
    printed = resolute(*SAME[path], *arguments, folder=folder)
    assert client("secretariat").get(path).json() == json.loads(printed.stdout)


def test_the_graph_is_that_of_the_command_line(client, folder):
    resolute("graph", "-o", "g.json", "--now", NOW.isoformat(), "--db", "sqlite:///store.db", folder=folder)
    assert client("reader").get("/api/graph").json() == json.loads((folder / "g.json").read_text("utf-8"))


def test_a_point_is_reported_returned_and_accepted(client, engine):
    secretariat = client("secretariat")

    def do(deed, **given):
        answer = secretariat.post(f"/api/points/{deed}", json={"points": ["1"], **given})
        assert answer.status_code == 200, answer.text

    def state():
        return {point["ref"]: point["state"] for point in secretariat.get("/api/status").json()["points"]}["1"]

    assert state() == "overdue"
    do("ask", due="2026-02-10", reason="нужны данные")
    do("grant")
    assert {task["due"] for task in secretariat.get("/api/tasks", params={"point": "1"}).json()} == {
        "2026-02-10T23:59:59.999999+00:00"
    } or state() == "running"
    do("report", text="готово")
    do("return", reason="нет подписи")
    do("report", text="с подписью")
    do("accept")
    assert state() == "done"
    instance = engine.instances(ref="1")[0].id
    told = secretariat.get(f"/api/instances/{instance}/history").json()
    assert "Секретарь" in {event["by"] for event in told}
    assert secretariat.get(f"/api/instances/{instance}").json()["state"] == "completed"


def test_the_same_key_again_does_nothing_more(client, engine):
    for _ in range(2):
        answer = client("secretariat").post(
            "/api/points/report", json={"points": ["3"]}, headers={"Idempotency-Key": "report-3"}
        )
        assert answer.status_code == 200, answer.text
    again = client("secretariat").post("/api/points/report", json={"points": ["3"]})
    assert again.status_code == 409
    assert "3" in again.json()["error"]


@pytest.mark.parametrize(
    ("path", "given", "status", "words"),
    [
        ("/api/points/report", {"points": ["9.9"]}, 404, "9.9"),
        ("/api/points/accept", {"points": ["1"]}, 409, "does not wait to be checked"),
        ("/api/points/extend", {"points": ["1"], "due": "2026-01-24"}, 422, "day off"),
        ("/api/points/extend", {"points": ["1"], "due": "soon"}, 422, "due"),
        ("/api/points/report", {"points": []}, 422, "points"),
        ("/api/points/report", {"points": ["1"], "txt": "x"}, 422, "txt"),
        ("/api/points/report", {"points": ["1", "9.9"]}, 404, "9.9"),
        ("/api/tasks/complete", {"tasks": ["no-task"]}, 404, "no-task"),
        ("/api/tasks/complete", {"tasks": ["99-1"]}, 404, "99"),
        ("/api/processes/none/start", {}, 404, "none"),
        ("/api/nothing", {}, 404, "nothing"),
        ("/api/status", {}, 405, "method"),
    ],
)
def test_a_wrong_call_is_told_in_words_and_does_nothing(client, engine, path, given, status, words):
    before = engine.heads()
    answer = client("secretariat").post(path, json=given)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert words in answer.json()["error"]
    assert engine.heads() == before


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff", b"null", b'{"points": NaN}'])
def test_a_body_that_is_no_json_is_a_wrong_call(client, content):
    answer = client("secretariat").post(
        "/api/points/report", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]


def test_a_body_may_not_be_too_large(client):
    large = client("secretariat").post("/api/processes", content=b"x" * (MOST_BYTES + 1))
    assert large.status_code == 413
    pieces = (b"x" * 2**20 for _ in range(MOST_BYTES // 2**20 + 1))
    assert client("secretariat").post("/api/processes", content=pieces).status_code == 413
    assert client(None).post("/api/processes", content=b"x" * (STRANGERS_BYTES + 1)).status_code == 413


def test_a_protocol_is_opened_from_its_document(client, engine):
    other = TEXT.replace("№ 4", "№ 5")
    opened = client("secretariat").post("/api/protocols", params={"name": "../5.txt"}, content=other.encode())
    assert opened.status_code == 200, opened.text
    assert [opening["number"] for opening in client("reader").get("/api/protocols").json()] == ["4", "5"]
    group = opened.json()["protocol"]
    points = client("reader").get("/api/status", params={"protocol": group}).json()["points"]
    assert [point["ref"] for point in points] == ["1", "2", "3"]
    refused = client("secretariat").post("/api/protocols", params={"name": "x.docx"}, content=b"no document")
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("x.docx")
    assert "/" not in refused.json()["error"].split()[0]
    assert len(engine.openings()) == 2


def test_a_process_is_deployed_and_started(client, engine):
    secretariat = client("secretariat")
    content = process("p").start().then(user("a")).end().document().xml
    (made,) = secretariat.post("/api/processes", content=content).json()
    assert (made["id"], made["version"]) == ("p", 1)
    for _ in range(2):
        started = secretariat.post("/api/processes/p/start", json={"data": {"n": 1}}, headers={"Idempotency-Key": "k"})
    assert started.json()["data"] == {"n": 1}
    (task,) = secretariat.get("/api/tasks", params={"instance": started.json()["id"]}).json()
    assert secretariat.post(f"/api/tasks/{task['id']}/comments", json={"text": "hm"}).status_code == 200
    assert secretariat.get(f"/api/tasks/{task['id']}/comments").json()[0]["text"] == "hm"
    done = secretariat.post("/api/tasks/complete", json={"tasks": [task["id"]], "data": {"ok": True}})
    assert done.status_code == 200
    ended = secretariat.get(f"/api/instances/{started.json()['id']}").json()
    assert (ended["state"], ended["data"]) == ("completed", {"n": 1, "ok": True})
    assert secretariat.post("/api/processes", content=b"<definitions/>").status_code == 422


def test_words_are_in_the_language_of_the_caller(client):
    russian = client("secretariat").get("/api/nothing", headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"})
    assert russian.json()["error"] == "здесь ничего нет"
    assert "Просрочен" in client("reader").get("/", params={"lang": "ru"}).text


def test_a_protocol_that_is_not_open_is_told(client):
    for path in ("/api/status", "/api/tasks", "/api/blocked", "/api/why/1", "/api/graph", "/api/instances", "/gantt"):
        answer = client("reader").get(path, params={"protocol": "99"})
        assert answer.status_code == 404, path
        assert "no protocol 99 is open; open ones: 1" in answer.text
        assert client(None).get(path, params={"protocol": "99"}).status_code == 401
