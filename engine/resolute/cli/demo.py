"""`resolute demo`: the main job on the shipped protocol, start to end."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.files import write_whole
from resolute.reports import rows
from resolute.shipped import shipped

if TYPE_CHECKING:
    from resolute.engine import Engine
    from resolute.protocols import Protocol
    from resolute.simulation.forecast import Forecast

_ = i18n.translator("cli")

WORKFLOW = "chelyabinsk-2-2022"
FORECAST_RUNS = 500


class _StoryClock:
    """A clock that the story moves."""

    def __init__(self, offset: str) -> None:
        self._offset = offset
        self._moment = datetime.fromisoformat(f"2000-01-01T12:00{offset}")

    def now(self) -> datetime:
        return self._moment

    def move_to(self, day: date) -> None:
        self._moment = datetime.fromisoformat(f"{day}T12:00{self._offset}")


@click.command(help=_("The main job on the shipped protocol: read, model, run, explain, draw."))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("resolute-demo"),
    help=_("Where the files go (default: ./resolute-demo)."),
)
@options.common
def demo(out: Path) -> None:
    import yaml

    from resolute import protocols
    from resolute.reports import console

    out.mkdir(parents=True, exist_ok=True)
    folder = shipped("workflows", WORKFLOW)
    story = yaml.safe_load((folder / "story.yaml").read_text("utf-8"))

    read = protocols.read(folder / "protocol.txt")
    register = protocols.load_register(folder / "register.yaml")
    output.put(console.title(_("1. The protocol")), console.heading(read), console.points(read))
    output.put(console.title(_("2. What a careful reader notices")), console.findings(read.findings))

    files = _write_models(register, out)
    database = _fresh_database(out)
    clock = _StoryClock(story["offset"])
    from resolute.engine import Engine

    with Engine(f"sqlite:///{database}", clock=clock) as engine:
        output.put(console.title(_("3. What has happened")), *_run(engine, register, story, clock))
        _explain(engine, story["until"])
        forecast = _forecast(engine)
        files += _draw(engine, forecast, out)
    output.put(console.title(_("7. Files")), console.files([*files, database], out))


def _write_models(register: Protocol, out: Path) -> list[Path]:
    from resolute import modelling, protocols

    path = write_whole(out / "register.yaml", protocols.dump_register(register))
    return [path, *modelling.write(register, out / "processes")]


def _fresh_database(out: Path) -> Path:
    database = out / "resolute.db"
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    return database


def _run(engine: Engine, register: Protocol, story: dict[str, Any], clock: _StoryClock) -> list[str]:
    """Opens the register on its day, plays the story to its last day; returns what happened, a line each."""
    assert register.date is not None
    clock.move_to(register.date)
    lines = [f"{_day(register.date)}  " + _("decisions started: {n}").format(n=len(engine.open(register)))]
    for event in story["events"]:
        clock.move_to(event["day"])
        engine.tick()
        lines.append(f"{_day(event['day'])}  {_act(engine, event)}")
    clock.move_to(story["until"])
    engine.tick()
    return lines


def _act(engine: Engine, event: dict[str, Any]) -> str:
    match event:
        case {"report": point, "text": text}:
            engine.report(point, text=text)
            return _("{point}: reported — {text}").format(point=point, text=text)
        case {"accept": point}:
            engine.accept(point)
            return _("{point}: accepted").format(point=point)
        case {"return": point, "reason": reason}:
            engine.return_(point, reason=reason)
            return _("{point}: returned — {reason}").format(point=point, reason=reason)
    raise ValueError(f"the story has an unknown event: {event}")


def _explain(engine: Engine, day: date) -> None:
    from resolute import dependencies
    from resolute.reports import console, console_blocked

    snapshot = engine.snapshot()
    points = rows.points(dependencies.graph(snapshot))
    output.put(
        console.title(_("4. Where everything stands on {day}").format(day=_day(day))), console.status(points, {})
    )
    blocked = [item for item in dependencies.blocked(snapshot) if not item.inner]
    names = dependencies.labels(snapshot, console_blocked.named(blocked))
    lines = [console_blocked.blocked(item, names, {}) for item in blocked]
    output.put(console.title(_("5. What is blocked or late, and why")), *lines)


def _forecast(engine: Engine) -> Forecast:
    from resolute.reports import console, forecast_console
    from resolute.simulation import simulate

    forecast = simulate(engine, runs=FORECAST_RUNS)
    output.put(console.title(_("6. Will the deadlines hold")), forecast_console.forecast(forecast))
    return forecast


def _draw(engine: Engine, forecast: Forecast, out: Path) -> list[Path]:
    from resolute import dependencies
    from resolute.reports import export_graph, forecast_page, gantt, graph_svg_parties

    graph, blocked, today = engine.graph(), engine.blocked(), engine.now().date()
    schedule = dependencies.schedule(engine.snapshot())
    paths = [out / "graph.svg", out / "graph.html"]
    for path in paths:
        export_graph.write(graph, path, blocked=blocked, critical=schedule.critical_path, today=today)
    made = {
        "gantt.svg": gantt.draw(graph, schedule, forecast=forecast, today=today),
        "load.svg": graph_svg_parties.load(graph, schedule),
        "matrix.svg": graph_svg_parties.matrix(graph_svg_parties.held_up(blocked)),
        "forecast.html": forecast_page.page(forecast),
    }
    return [*paths, *(write_whole(out / name, content) for name, content in made.items())]


def _day(day: date) -> str:
    from resolute.reports import words

    return words.day(day)


COMMANDS = (demo,)
