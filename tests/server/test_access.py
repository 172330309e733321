"""Nothing without a key; every role does what it may and no more."""

from __future__ import annotations

import os
import socket
import sys

import pytest
import yaml

from commands import resolute
from resolute import InputError, server

OPEN = {("GET", "/enter"), ("POST", "/enter"), ("POST", "/leave"), ("GET", "/style.css")}
BODIES = {
    "/api/points/report": {"points": ["1"]},
    "/api/points/ask": {"points": ["1"], "due": "2026-02-10"},
    "/api/points/accept": {"points": ["1"]},
    "/api/points/return": {"points": ["1"], "reason": "r"},
    "/api/points/extend": {"points": ["1"], "due": "2026-02-10"},
    "/api/points/grant": {"points": ["1"]},
    "/api/points/refuse": {"points": ["1"]},
    "/api/points/reassign": {"points": ["1"], "to": "Отдел"},
    "/api/points/cancel": {"points": ["1"], "reason": "r"},
    "/api/tasks/complete": {"tasks": ["TASK"]},
    "/api/tasks/assign": {"tasks": ["TASK"], "to": "Ann"},
    "/api/tasks/TASK/comments": {"text": "t"},
    "/api/processes/PROCESS/start": {},
    "/api/messages": {"name": "m"},
    "/api/signals": {"name": "s"},
    "/api/incidents/retry": {"incidents": ["1"]},
    "/api/outgoing/acknowledge": {"messages": ["1"]},
}
"""What each command takes; the task is one of another party than the executor's."""


@pytest.fixture
def routes(app, engine):
    """Every method and address that the application answers at, the placeholders filled in."""
    task = next(task for task in engine.tasks() if task.ref == "1").id
    known = {"task": task, "point": "1", "step": "1", "instance": "1", "process": "PROCESS", "deed": "report"}
    paths = {**app.openapi()["paths"]}
    found = [(method.upper(), path.format(**known)) for path, methods in paths.items() for method in methods]
    pages = [("GET", path) for path in ("/", "/tasks", "/graph", "/gantt", "/forecast", "/why/1", "/api/openapi.json")]
    return [*found, *pages, ("POST", f"/do/report/{task}"), *sorted(OPEN)], task


def body(path, task):
    given = BODIES.get(path.replace(task, "TASK"))
    return None if given is None else {k: [task] if v == ["TASK"] else v for k, v in given.items()}


def test_nothing_is_answered_without_a_key(client, routes):
    for key in (None, "wrong", ""):
        stranger = client(key)
        for method, path in routes[0]:
            answer = stranger.request(method, path, json=body(path, routes[1]))
            expected = {200, 303, 401} if (method, path) in OPEN else {401}
            assert answer.status_code in expected, (key, method, path)
            assert "отчет" not in answer.text


def test_a_reader_sees_everything_and_changes_nothing(client, routes, engine):
    before = engine.heads()
    for method, path in routes[0]:
        if (method, path) in OPEN or path == "/api/outgoing":
            continue
        answer = client("reader").request(method, path, json=body(path, routes[1]), params={"name": "p.txt"})
        assert answer.status_code == (403 if method == "POST" else 200), (method, path, answer.text)
    assert engine.heads() == before


def test_an_executor_does_nothing_to_the_work_of_others(client, routes, engine):
    before = engine.heads()
    for method, path in routes[0]:
        if method == "POST" and (method, path) not in OPEN:
            answer = client("executor").request(method, path, json=body(path, routes[1]), params={"name": "p.txt"})
            assert answer.status_code == 403, (method, path, answer.text)
    assert engine.heads() == before


def test_an_executor_sees_the_work_of_its_party_alone(client, routes):
    executor = client("executor")
    for method, path in routes[0]:
        if method == "GET" and (method, path) not in OPEN:
            answer = executor.get(path)
            assert "подготовить отчет" not in answer.text.lower(), path
            assert "Комитет финансов" not in answer.text or path in ("/api/blocked", "/", "/tasks"), path
    assert {task["ref"] for task in executor.get("/api/tasks").json()} == {"3"}
    assert executor.get("/api/tasks", params={"party": "Комитет финансов"}).json() == []
    (waiting,) = executor.get("/api/blocked").json()
    assert waiting["ref"] == "2"
    assert {root["step"] for root in waiting["roots"]} == {"hidden"}
    assert {root["party"] for root in waiting["roots"]} == {"Комитет финансов"}


def test_an_executor_reports_its_own_work(client, engine):
    executor = client("executor")
    assert executor.post("/api/points/report", json={"points": ["3"], "text": "done"}).status_code == 200
    assert executor.post("/api/points/accept", json={"points": ["3"]}).status_code == 403
    checking = next(task for task in engine.tasks(ref="3"))
    assert executor.post("/api/tasks/complete", json={"tasks": [checking.id]}).status_code == 403
    done = engine.history(checking.instance)
    assert [event.by for event in done if event.kind == "completed" and event.element == "carry_out"] == ["Отдел школ"]


def test_the_cookie_changes_things_only_from_our_own_pages(client, app):
    inside = client(None)
    assert inside.post("/enter", data={"key": "secretariat"}).status_code == 303
    assert inside.get("/api/status").status_code == 200
    report = {"points": ["3"]}
    for headers in ({}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert inside.post("/api/points/report", json=report, headers=headers).status_code == 403
    assert inside.post("/api/points/report", json=report, headers={"Origin": "http://testserver"}).status_code == 200
    inside.post("/leave", headers={"Origin": "http://testserver"})
    assert inside.get("/api/status").status_code == 401


def test_keys_are_made_by_the_command_and_withdrawn_by_the_file(tmp_path):
    made = resolute("access", "Отдел", "--role", "executor", "--party", "Комитет", folder=tmp_path)
    assert made.returncode == 0
    secret = made.stdout.strip()
    resolute("access", "Глава", "--role", "reader", folder=tmp_path)
    file = tmp_path / "keys.yaml"
    assert secret not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0
    keys = server.Keys.read(file)
    assert keys.caller(secret) == server.Caller("Отдел", "executor", "Комитет")
    assert keys.caller(secret + "x") is None
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8"))[1:]), "utf-8")
    os.utime(file, ns=(1, 1))
    assert keys.caller(secret) is None


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "- 1",
        "name: x",
        "- {name: x, role: king, sha256: " + "0" * 64 + "}",
        "- {name: x, role: reader, sha256: short}",
        "- {name: x, role: executor, sha256: " + "0" * 64 + "}",
        "- {name: x, role: reader, party: p, sha256: " + "0" * 64 + "}",
        "- {role: reader, sha256: " + "0" * 64 + "}",
        "- {name: x, role: reader, sha256: " + "0" * 64 + ", rights: all}",
    ],
)
def test_a_file_that_holds_no_keys_is_refused(tmp_path, content):
    file = tmp_path / "keys.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"keys\.yaml"):
        server.Keys.read(file)
    refused = resolute("serve", "--keys", file, folder=tmp_path)
    assert refused.returncode == 2
    assert not (tmp_path / "resolute.db").exists()
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_bad_change_of_the_file_lets_nobody_in(tmp_path):
    secret = server.add_key(tmp_path / "keys.yaml", server.Caller("x", "reader"))
    keys = server.Keys.read(tmp_path / "keys.yaml")
    (tmp_path / "keys.yaml").write_text("{", "utf-8")
    for _ in range(2):
        with pytest.raises(InputError):
            keys.caller(secret)


def test_others_are_let_in_by_named_keys_only(tmp_path):
    refused = resolute("serve", "--host", "0.0.0.0", folder=tmp_path)
    assert refused.returncode == 2
    assert "--keys" in refused.stderr
    assert not (tmp_path / "resolute.db").exists()


def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("resolute.server.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    refused = resolute("serve", folder=tmp_path)
    assert refused.returncode == 2
    assert "pip install 'resolute[server]'" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_an_address_that_is_taken_is_told_before_anything_is_written(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = resolute("serve", "--port", other.getsockname()[1], folder=tmp_path)
    assert refused.returncode == 2
    assert "choose another" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "resolute.db").exists()
    assert resolute("serve", "--host", "localhost.invalid", "--keys", "none", folder=tmp_path).returncode == 2
