"""The pages: who must act, where every point stands, why, the tasks, the pictures."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from resolute import dependencies, i18n, simulation
from resolute.errors import InputError
from resolute.execution import Task
from resolute.execution.assignments import CARRY_OUT, CHECK, DECIDE
from resolute.reports import forecast_page, gantt, graph_html, graph_svg_parties, rows, words
from resolute.reports.export_graph import worst_chain
from resolute.server import commands, fields
from resolute.server.access import Caller
from resolute.server.overview import verdict, who_must_act
from resolute.server.parts import COOKIE, By, Content, Of, Running, task_of
from resolute.server.questions import seen

_ = i18n.translator("server")
router = APIRouter(include_in_schema=False)

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPTED = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""For pages of ours that bring their own script and talk to nobody."""
_KINDS = {"carry_out": CARRY_OUT, "check": CHECK, "decide": DECIDE}
"""The tasks of a point that have words of their own."""
_MONTH = 30 * 24 * 3600
FORECAST_RUNS = 500
MOST_TASKS = 500
"""On one page, the oldest; it says when there are more."""
MANY = 5_000
"""Running instances above which the first page asks for a protocol: more is read by nobody, and takes seconds."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.globals.update(_=_, words=words, fields=fields.fields, quote=lambda text: quote(text, safe=""))
    return made


def _page(request: Request, template: str, by: Caller | None, *, code: int = 200, **content: Any) -> HTMLResponse:
    root = request.scope.get("root_path", "")
    text = (
        _environment()
        .get_template(template)
        .render(lang=i18n.language(), by=by, root=root, here=request.url.path.removeprefix(root), **content)
    )
    answer = HTMLResponse(text, code)
    chosen = request.query_params.get("lang")
    if chosen in i18n.LANGUAGES:
        answer.set_cookie("resolute_lang", str(chosen), max_age=_MONTH, samesite="strict")
    return answer


def problem(request: Request, status: int, text: str) -> Response:
    """The page of an error; without a key the page that asks for one."""
    if status == HTTPStatus.UNAUTHORIZED:
        return _page(request, "enter.html", None, code=status, wrong=False)
    return _page(request, "problem.html", None, code=status, text=text)


# --- coming in ---


@router.get("/enter")
def enter(request: Request, key: str | None = None) -> Response:
    """Asks for a key, or takes the one in the address that `resolute serve` prints."""
    return _page(request, "enter.html", None, wrong=False) if key is None else _let_in(request, key)


@router.post("/enter")
def entered(request: Request, content: Content) -> Response:
    return _let_in(request, _form(content).get("key", ""))


@router.post("/leave")
def leave(request: Request) -> Response:
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}/enter", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _let_in(request: Request, key: str) -> Response:
    if request.app.state.keys.caller(key.strip()) is None:
        return _page(request, "enter.html", None, code=HTTPStatus.UNAUTHORIZED, wrong=True)
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}/", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, key.strip(), max_age=_MONTH, httponly=True, samesite="strict", secure=secure)
    return answer


def _form(content: bytes) -> dict[str, str]:
    """What a form of ours sent."""
    try:
        found = parse_qs(content.decode("utf-8"), keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise InputError(str(error)) from None
    return {name: values[-1].strip() for name, values in found.items()}


# --- looking ---


@router.get("/")
def overview(request: Request, engine: Running, by: By, protocol: Of) -> Response:
    """Who must act, and where every point stands."""
    if not by.sees_all:
        return tasks(request, engine, by, protocol)
    openings = engine.openings()
    numbers = engine.counts(group=protocol)
    if protocol is None and numbers.instances.get("running", 0) > MANY:
        return _page(request, "choose.html", by, openings=openings, numbers=numbers)
    snapshot = engine.snapshot(group=protocol)
    report = [item for item in dependencies.blocked(snapshot) if not item.inner]
    graph = dependencies.graph(snapshot)
    status = rows.status(graph, numbers)
    return _page(
        request,
        "overview.html",
        by,
        verdict=verdict(graph, report),
        now=engine.now(),
        openings=openings,
        protocol=protocol,
        protocols=graph.graph["protocols"],
        status=status,
        names={(point["protocol"], point["ref"]): point["name"] for point in status["points"]},
        parties=who_must_act(report),
        report=report,
    )


@router.get("/why/{step}")
def why(request: Request, engine: Running, by: By, step: str) -> Response:
    """Why a step stands where it stands, and what can be done."""
    by.check_sees_all()
    snapshot = engine.around(step)
    found = dependencies.why(snapshot, step)
    graph = dependencies.graph(snapshot)
    item = next((one for one in dependencies.blocked(snapshot) if one.step == found.step), None)
    return _page(
        request,
        "why.html",
        by,
        found=found,
        chain=() if item is None else item.chain,
        names={step: facts["ref"] or facts["name"] for step, facts in graph.nodes(data=True)},
        step=graph.nodes[found.step],
        tasks=engine.tasks(ref=found.ref, group=found.protocol) if found.ref else [],
        kinds=_KINDS,
    )


@router.get("/tasks")
def tasks(request: Request, engine: Running, by: By, protocol: Of, party: str | None = None) -> Response:
    """The open tasks, with what can be done about each."""
    found = engine.tasks(group=protocol, party=(party or None) if by.sees_all else by.party, limit=MOST_TASKS + 1)
    held = {}
    if not by.sees_all:
        held = {item.step: item for item in seen(dependencies.blocked(engine.snapshot(group=protocol)), by)}
    return _page(
        request,
        "tasks.html",
        by,
        now=engine.now(),
        most=MOST_TASKS,
        more=len(found) > MOST_TASKS,
        tasks=sorted(found[:MOST_TASKS], key=_by_deadline),
        report=list(held.values()),
        openings=engine.openings(),
        protocol=protocol,
        party=party or None,
        kinds=_KINDS,
    )


def _by_deadline(task: Task) -> tuple[str, str]:
    return task.due.isoformat() if task.due else "~", task.id


@router.get("/graph")
def graph(request: Request, engine: Running, by: By, protocol: Of) -> Response:
    """The picture of what waits for what, with search and details."""
    by.check_sees_all()
    snapshot = engine.snapshot(group=protocol)
    report = dependencies.blocked(snapshot)
    text = graph_html.page(
        dependencies.graph(snapshot), blocked=report, critical=worst_chain(report), today=engine.now().date()
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": _SCRIPTED})


@router.get("/gantt")
def gantt_(request: Request, engine: Running, by: By, protocol: Of) -> Response:
    """The schedule, and who is loaded and who waits for whom."""
    by.check_sees_all()
    snapshot = engine.snapshot(group=protocol)
    plan = dependencies.planned(snapshot)
    graph, schedule = dependencies.graph(plan), dependencies.schedule(plan)
    pictures = [
        gantt.draw(graph, schedule, today=engine.now().date()),
        graph_svg_parties.load(graph, schedule),
        graph_svg_parties.matrix(graph_svg_parties.held_up(dependencies.blocked(snapshot))),
    ]
    return _page(request, "pictures.html", by, title=_("Schedule"), pictures=pictures)


@router.get("/forecast")
def forecast(request: Request, engine: Running, by: By) -> Response:
    """Whether the deadlines will hold."""
    by.check_sees_all()
    text = forecast_page.page(simulation.simulate(engine, runs=FORECAST_RUNS))
    return HTMLResponse(text, headers={"Content-Security-Policy": _SCRIPTED})


@router.get("/style.css")
def style() -> Response:
    """How the pages look."""
    text = (_TEMPLATES / "style.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


# --- acting ---

_DEEDS: dict[str, tuple[Any, type[commands.Given]]] = {
    "report": (commands.report, commands.Report),
    "ask": (commands.ask, commands.Extend),
    "accept": (commands.accept, commands.Accept),
    "return": (commands.return_, commands.Reason),
    "extend": (commands.extend, commands.Extend),
    "grant": (commands.grant, commands.Decide),
    "refuse": (commands.refuse, commands.Decide),
    "reassign": (commands.reassign, commands.Reassign),
    "cancel": (commands.cancel, commands.Reason),
}


def _given(kind: type[commands.Given], form: dict[str, Any]) -> commands.Given:
    try:
        return kind.model_validate(form)
    except ValidationError as error:
        raise InputError("; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())) from None


@router.post("/do/{deed}/{task}")
def do(request: Request, engine: Running, by: By, deed: str, task: str, content: Content) -> Response:
    """Does what a form under a task asks for; what the API does for other systems."""
    form = _form(content)
    back = form.pop("back", "")
    if deed == "complete":
        answered = fields.answer(task_of(engine, task), form)
        commands.complete(engine, by, commands.Tasks(tasks=[task], data=answered))
    elif deed in _DEEDS:
        function, kind = _DEEDS[deed]
        function(engine, by, _given(kind, {"points": [task], **{name: text for name, text in form.items() if text}}))
    else:
        raise InputError(_("there is nothing called {deed} to do").format(deed=deed))
    local = back if back.startswith("/") and not back.startswith("//") else "/tasks"
    return RedirectResponse(f"{request.scope.get('root_path', '')}{local}", 303)
