"""Commands that look ahead: simulate."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import alternatives, options, output
from resolute.errors import InputError
from resolute.files import write_whole

if TYPE_CHECKING:
    from resolute.engine import Engine
    from resolute.simulation.forecast import Forecast, StepForecast

_ = i18n.translator("cli")

_PAGES = (".html",)
_PICTURES = (".svg", ".png")
_BPSIM = (".bpmn", ".bpsim")
_LOGS = (".csv", ".xes")
_MODELS = (".bpmn", ".xml", ".bpmn20")
MOST_LOGGED = 2000
"""Runs up to which a page shows the load over time, for which all their tasks are kept."""


@click.command(help=_("Forecast by simulation: will the deadlines hold. Without a file, from the live state."))
@click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[MODEL.bpmn|REGISTER|FILE]")
@click.option("--scenario", type=click.Path(path_type=Path), help=_("Durations, capacities, calendars (YAML, JSON)."))
@click.option("--runs", type=click.IntRange(1, 10_000_000), default=1_000, help=_("How many runs (default: 1000)."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, help=_("The seed (default: 1)."))
@click.option(
    "--cases", type=click.IntRange(1, 10_000_000), help=_("Cases of each run, where the scenario has arrivals.")
)
@click.option(
    "--precision",
    type=click.FloatRange(0.0001, 0.5),
    metavar="P",
    help=_("Stop once every probability is known to within P (0.01: one percentage point)."),
)
@click.option("--threads", type=click.IntRange(1, 1024), help=_("Threads (default: the cores, for large work)."))
@click.option("--cluster", metavar="ADDRESS", help=_("Play on the machines of a Dask cluster, tls://HOST:8786."))
@click.option("--log", "log", type=click.Path(path_type=Path), help=_("Write the simulated tasks (.csv, .xes)."))
@click.option(
    "--calibrate",
    metavar="LOG|history",
    help=_("Learn durations and branches from an event log (.csv, .xes) or from the history of the database."),
)
@click.option(
    "--bootstrap",
    type=click.IntRange(2, 1000),
    metavar="TURNS",
    help=_("With --calibrate: tell how much of the uncertainty is ignorance."),
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="SCENARIO",
    help=_("Tell what this other scenario changes, with the same random numbers."),
)
@click.option("--improve", metavar="STEP", help=_("Look for the few changes that make this deadline hold with 90 %."))
@click.option("--no-keep", is_flag=True, help=_("Do not keep a forecast of the live state for --backtest."))
@click.option(
    "--backtest", is_flag=True, help=_("Compare the forecasts that were kept with what came; -o draws it (.svg, .png).")
)
@click.option(
    "--bpsim",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=_("Write all assumptions as BPSim: with the model (.bpmn) or alone (.bpsim)."),
)
@click.option(
    "--bpsim-version", type=click.Choice(["1.0", "2.0"]), default="2.0", help=_("Its version (default: 2.0).")
)
@click.option(
    "--step", "step", metavar="STEP", help=_("Tell what decides this deadline; with -o its pictures (.svg, .png).")
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help=_("Write the forecast as a page (.html)."))
@options.as_json
@options.common
def simulate(**given: Any) -> None:
    request = _Request(**given)
    request.check()
    if request.backtest:
        _compare_with_what_came(request.out, request.as_json)
        return
    if request.bpsim is not None:
        _write_bpsim(request.source, request.scenario, request.bpsim, request.bpsim_version)
    assumed: Any = request.scenario
    if request.asks_more():
        question = request.question()
        has_page = request.out is not None
        found = alternatives.answer(question, against=request.against, improve=request.improve, has_page=has_page)
        assumed = question.scenario()
        if found is not None:
            if has_page:
                _write_out(request, request.forecast(assumed), None, found.html)
            output.put_json(found.data) if request.as_json else output.put(found.text)
            return
    _tell(request, request.forecast(assumed))


@dataclass(frozen=True)
class _Request:
    """What the command line asks for."""

    source: Path | None
    scenario: Path | None
    runs: int
    seed: int
    cases: int | None
    precision: float | None
    threads: int | None
    cluster: str | None
    log: Path | None
    calibrate: str | None
    bootstrap: int | None
    against: Path | None
    improve: str | None
    no_keep: bool
    backtest: bool
    bpsim: Path | None
    bpsim_version: Any
    step: str | None
    out: Path | None
    as_json: bool

    def check(self) -> None:
        """Raises InputError for names and options that do not go together, before any work is done."""
        pictures = self.backtest or self.step is not None
        _check_ending(self.out, (*_PAGES, *_PICTURES) if self.step is not None else _PICTURES if pictures else _PAGES)
        _check_ending(self.bpsim, _BPSIM)
        _check_ending(self.log, _LOGS)
        if self.backtest and (self.source is not None or self.scenario is not None):
            raise InputError(_("--backtest looks at the database alone; leave out the file and the scenario"))

    def asks_more(self) -> bool:
        """Whether more than a forecast is wanted, or another scenario than that of the file."""
        return any(one is not None for one in (self.against, self.improve, self.calibrate, self.bootstrap))

    def question(self) -> alternatives.Question:
        """The same as a question about alternatives."""
        return alternatives.Question(self.source, self.scenario, self.runs, self.seed, self.calibrate, self.bootstrap)

    def forecast(self, scenario: Any) -> Forecast:
        """Runs it."""
        names = ("runs", "seed", "cases", "precision", "threads", "cluster")
        settings = {name: getattr(self, name) for name in names}
        log = self.log is not None or (self.out is not None and self.runs <= MOST_LOGGED)
        return forecast_of(self.source, keep=not self.no_keep, scenario=scenario, log=log, **settings)


# --- what is told ---


def _tell(request: _Request, forecast: Forecast) -> None:
    """Writes what was asked for, and prints the forecast."""
    step = None if request.step is None else _step(forecast, request.step)
    if request.log is not None:
        _write_log(forecast, request.log)
    if request.out is not None:
        _write_out(request, forecast, step)
    if request.as_json:
        output.put_json(forecast.to_dict())
        return
    for message in dict.fromkeys(item.message for item in forecast.findings if item.severity != "info"):
        output.say(message)
    from resolute.reports import forecast_console

    output.put(forecast_console.forecast(forecast) if step is None else forecast_console.decides(forecast, step))


def _step(forecast: Forecast, name: str) -> StepForecast:
    try:
        return forecast.step(name)
    except KeyError:
        known = [step.ref or step.step for step in forecast.steps]
        near = get_close_matches(name, known, 1)
        hint = _("; did you mean {near}?").format(near=near[0]) if near else ""
        raise InputError(_("no step {step!r} is in the forecast").format(step=name) + hint) from None


def _write_log(forecast: Forecast, path: Path) -> None:
    from resolute.simulation import logs

    write_whole(path, (logs.to_csv if path.suffix.lower() == ".csv" else logs.to_xes)(forecast.log))
    output.say(_("written: {path}").format(path=path))


def _write_out(request: _Request, forecast: Forecast, step: StepForecast | None, more: str | None = None) -> None:
    from resolute.reports import forecast_page, forecast_svg

    out = request.out
    assert out is not None
    if out.suffix.lower() in _PICTURES and step is not None:
        output.write_picture(forecast_svg.step(forecast, step), out)
        return
    name = None if step is None else step.step
    heat = _with_heat(request.source, forecast)
    write_whole(out, forecast_page.page(forecast, process=heat, step=name, more=more))
    output.say(_("written: {path}").format(path=out))


def _with_heat(source: Path | None, forecast: Forecast) -> str | None:
    """The picture of a BPMN model in which the steps that decide the end are hot."""
    if source is None or source.suffix.lower() not in _MODELS:
        return None
    from resolute import bpmn
    from resolute.reports.forecast import heat

    return bpmn.draw(bpmn.load(source), overlay=bpmn.Overlay(heat=heat(forecast)))


def _check_ending(out: Path | None, endings: tuple[str, ...]) -> None:
    if out is not None and out.suffix.lower() not in endings:
        raise InputError(
            _("the name ends in {suffix!r}; expected {endings}").format(suffix=out.suffix, endings=", ".join(endings)),
            file=str(out),
        )


# --- forecasts ---


def forecast_of(source: Path | None, *, keep: bool, **settings: Any) -> Forecast:
    """The forecast of a file, or of the live state, which is kept; counts the runs on a terminal meanwhile."""
    from resolute import simulation

    with _advancing(settings["runs"]) as advance:
        if source is not None:
            return simulation.simulate(source, start=options.settings().now, progress=advance, **settings)
        with options.settings().engine() as engine:
            forecast = simulation.simulate(engine, progress=advance, **settings)
            if keep:
                _keep(engine, forecast)
            return forecast


def _keep(engine: Engine, forecast: Forecast) -> None:
    from resolute.simulation import backtest

    if any(step.on_time is not None and step.done is None for step in forecast.steps):
        backtest.keep(engine, forecast)


@contextmanager
def _advancing(runs: int) -> Iterator[Callable[[int, int], bool]]:
    """A progress bar; Ctrl-C stops at the end of a chunk of runs and keeps what is done, twice ends at once."""
    stopped = False

    def stop(*_signal: object) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        with output.progress(_("runs")) as bar:

            def advance(done: int, wanted: int) -> bool:
                bar(done, wanted)
                if stopped and done < wanted:
                    output.say(
                        _("stopped after {done} of {runs} runs; what follows is of these").format(done=done, runs=runs)
                    )
                return not stopped

            yield advance
    finally:
        signal.signal(signal.SIGINT, before)


def _write_bpsim(source: Path | None, scenario: Path | None, out: Path, version: Any) -> None:
    from resolute import bpmn
    from resolute.simulation import bpsim_writing, load_scenario
    from resolute.simulation.scenario import Scenario

    if source is None or source.suffix.lower() not in _MODELS:
        raise InputError(_("--bpsim needs a BPMN model: resolute simulate MODEL.bpmn --bpsim FILE"))
    export = bpsim_writing.write(
        bpmn.load(source),
        Scenario() if scenario is None else load_scenario(scenario),
        start=options.settings().now,
        version=version,
        alone=out.suffix.lower() == ".bpsim",
    )
    write_whole(out, export.xml)
    for finding in export.findings:
        output.say(finding.message)
    output.say(_("written: {path}").format(path=out))


# --- what came of forecasts ---


def _compare_with_what_came(out: Path | None, as_json: bool) -> None:
    from resolute.reports import backtest_console, backtest_svg
    from resolute.simulation.backtest import backtest

    with options.settings().engine() as engine:
        found = backtest(engine)
    if out is not None:
        output.write_picture(backtest_svg.reliability(found), out)
    if as_json:
        output.put_json(found.to_dict())
    else:
        output.put(backtest_console.backtest(found))


COMMANDS = (simulate,)
