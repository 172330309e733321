"""The pages: what they say, the forms on them, a real server and a real browser."""

from __future__ import annotations

import http.cookiejar
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from lxml import html
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

import needs
from resolute.bpmn.build import process, user
from resolute.server import pages
from server.conftest import NOW

PAGES = ("/", "/tasks", "/why/2", "/gantt", "/graph", "/forecast")
FORM = """{"$id": "order", "type": "object", "required": ["sum", "kind"], "properties": {
  "sum": {"type": "number", "title": "How much"}, "kind": {"enum": ["new", "used"]},
  "urgent": {"type": "boolean"}, "by": {"type": "string", "format": "date"}, "parts": {"type": "array"}}}"""


def sent(client, form, **values):
    """What a browser would send for a form of a page with these values put in."""
    fields = {**dict(form.fields), **values}
    return client.post(
        form.action, data={k: v for k, v in fields.items() if v is not None}, headers={"Origin": "http://testserver"}
    )


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def inside(client, role):
    """A client that came in by the page."""
    found = client(None)
    assert found.post("/enter", data={"key": role}).headers["location"] == "/"
    return found


def test_the_first_page_says_who_must_act_and_what_waits_for_that(client):
    text = page(client("reader"), "/").text_content()
    assert "1 point of 3 is overdue" in text
    party = text.index("Комитет финансов")
    assert party < text.index("point 1: Подготовить отчет") < text.index("Waits for this:") < text.index("All points")


def test_texts_of_protocols_are_no_html(client):
    for path in PAGES:
        found = client("secretariat").get(path)
        assert "<script>alert" not in found.text, path
        assert "default-src 'none'" in found.headers["content-security-policy"]
        scripted = path in ("/graph", "/forecast")
        assert ("script-src" in found.headers["content-security-policy"]) == scripted


def test_the_work_is_done_by_the_forms_of_the_pages(client, engine):
    secretariat = inside(client, "secretariat")

    def form(action, path="/tasks"):
        forms = [form for form in page(secretariat, path).forms if f"/{action}/" in (form.action or "")]
        return forms[0]

    point = engine.tasks(ref="1")[0].instance
    sent(secretariat, form("extend"), due="2026-02-10", reason="нужны данные")
    assert engine.tasks(ref="1")[0].due.date().isoformat() == "2026-02-10"
    answer = sent(secretariat, form("report", "/why/1"), text="готово")
    assert answer.headers["location"].startswith("/why/")
    assert "готово" in page(secretariat, "/tasks").text_content()
    sent(secretariat, form("return"), reason="нет подписи")
    sent(secretariat, form("report", "/why/1"), text="с подписью")
    sent(secretariat, form("accept"))
    assert engine.instance(point).state == "completed"
    sent(secretariat, form("cancel", "/why/3"), reason="не нужно")
    assert engine.instances("running", ref="3") == []


def test_an_executor_asks_for_time_and_reports(client, engine):
    executor = inside(client, "executor")
    shown = page(executor, "/")
    assert "подготовить отчет" not in shown.text_content().lower()
    (asked,) = [form for form in shown.forms if "/ask/" in form.action]
    assert sent(executor, asked, due="2026-02-20", reason="болезнь").status_code == 303
    (decision,) = [task for task in engine.tasks() if task.element == "decide_extension"]
    granting = [form for form in page(inside(client, "secretariat"), "/tasks").forms if "/grant/" in form.action]
    assert sent(inside(client, "secretariat"), granting[0]).status_code == 303
    assert decision.id not in {task.id for task in engine.tasks()}
    (reported,) = [form for form in page(executor, "/").forms if "/report/" in form.action]
    assert sent(executor, reported, text="вот").status_code == 303
    assert page(executor, "/").forms[1:] == []


def test_what_a_form_gets_wrong_is_told_on_a_page(client, engine):
    secretariat = inside(client, "secretariat")
    before = engine.heads()
    task = engine.tasks(ref="1")[0].id
    here = {"Origin": "http://testserver"}
    for deed, given, status, words in [
        ("extend", {"due": "2026-01-24"}, 422, "day off"),
        ("extend", {"due": "soon"}, 422, "due"),
        ("extend", {}, 422, "due"),
        ("accept", {}, 409, "does not wait"),
        ("fly", {}, 422, "fly"),
        ("report", {"points": "3"}, 422, "points"),
    ]:
        answer = secretariat.post(f"/do/{deed}/{task}", data=given, headers=here)
        assert answer.status_code == status, (deed, answer.text)
        assert words in html.fromstring(answer.text).text_content()
    assert secretariat.post(f"/do/report/{task}", content=b"\xff=\xff", headers=here).status_code == 422
    assert engine.heads() == before


def test_a_form_leads_back_to_pages_of_ours_only(client, engine):
    secretariat = inside(client, "secretariat")
    for back in ("//evil.example", "https://evil.example", "/\\evil.example"):
        task = engine.tasks(ref="3")[0].id
        answer = secretariat.post(
            f"/do/extend/{task}", data={"due": "2026-03-02", "back": back}, headers={"Origin": "http://testserver"}
        )
        assert answer.headers.get("location", "/tasks") == "/tasks"


def test_fields_of_a_form_are_shown_and_their_values_typed(client, engine):
    document = process("p").start().then(user("a", form="order")).end().document()
    engine.deploy(document, forms=[FORM.encode()])
    started = engine.start("p")
    secretariat = inside(client, "secretariat")
    (form,) = [one for one in page(secretariat, "/tasks").forms if "/complete/" in one.action]
    assert set(form.fields) == {"back", "sum", "kind", "urgent", "by"}
    assert sent(secretariat, form, sum="many", kind="new").status_code == 422
    assert sent(secretariat, form, sum="12.5", kind="lost").status_code == 422
    assert engine.instance(started.id).state == "running"
    assert sent(secretariat, form, sum="12.5", kind="used", urgent="on", by="").status_code == 303
    assert engine.instance(started.id).data == {"sum": 12.5, "kind": "used", "urgent": True}


def test_a_wrong_key_is_told(client):
    answer = client(None).post("/enter", data={"key": "guess"})
    assert answer.status_code == 401
    assert "opens nothing" in answer.text
    assert "Your key" in client(None).get("/").text


# --- a real server ---


@pytest.fixture
def address(folder):
    """Of the pages of a real server, with the key in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "resolute", "serve", "--port", str(port), "--db", "sqlite:///store.db", "--work"]
    command += ["--now", NOW.isoformat(), "--lang", "en"]
    running = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    (found,) = re.findall(r"http://\S+?(?=;)", running.stderr.readline())
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    yield found
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert "Traceback" not in running.stderr.read()


def test_a_real_server_lets_in_by_the_address_that_it_prints(address):
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(address) as answer:
        assert "1 point of 3 is overdue" in answer.read().decode()
    (cookie,) = jar
    assert cookie.has_nonstandard_attr("HttpOnly")
    base = address.partition("/enter")[0]
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{base}/api/status")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        opener.open(urllib.request.Request(f"{base}/api/tick", method="POST"))


@needs.chromium
def test_a_browser_shows_the_pages_as_they_are_meant(address, tmp_path):
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += [f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=10000", "--dump-dom", address]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert "1 point of 3 is overdue" in done.stdout.decode()
    assert b"CONSOLE" not in done.stderr


def test_pages_keep_to_the_folder_they_are_mounted_in(app):
    host = Starlette(routes=[Mount("/control", app=app)])
    client = TestClient(host, headers={"Accept-Language": "en"}, follow_redirects=False)
    entered = client.post("/control/enter", data={"key": "secretariat"})
    assert entered.headers["location"] == "/control/"
    for path in ("", "tasks", "why/1", "nothing"):
        shown = html.fromstring(client.get(f"/control/{path}").text)
        places = [*shown.xpath("//a/@href"), *shown.xpath("//form/@action"), *shown.xpath("//link/@href")]
        assert places
        assert all(place.startswith(("/control/", "?")) for place in places), places
    assert client.get("/control/api/nothing").json() == {"error": "there is nothing here"}
    answer = sent(client, page(client, "/control/tasks").forms[1], text="готово")
    assert answer.headers["location"] == "/control/tasks"


def test_of_too_many_instances_a_protocol_is_chosen_first(client, monkeypatch):
    monkeypatch.setattr(pages, "MANY", 1)
    shown = page(client("reader"), "/")
    (chosen,) = shown.xpath("//main//a/@href")
    assert "Who must act" in page(client("reader"), f"/{chosen}").findtext(".//main/h2")


def test_a_page_that_does_not_show_all_tasks_says_so(client, monkeypatch):
    assert "oldest tasks" not in client("reader").get("/tasks").text
    monkeypatch.setattr(pages, "MOST_TASKS", 1)
    shown = page(client("reader"), "/tasks")
    assert "Only the 1 oldest tasks" in shown.text_content()
    assert len(shown.find_class("task")) == 1
