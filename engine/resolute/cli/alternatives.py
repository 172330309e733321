"""What `simulate` tells beyond one forecast: two scenarios compared, changes that help, how much is ignorance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.cli import options, output
from resolute.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from resolute.simulation.calibrate import Branches, Execution
    from resolute.simulation.compare import Difference
    from resolute.simulation.ignorance import Uncertainty
    from resolute.simulation.scenario import Scenario
    from resolute.simulation.search import Plan

_ = i18n.translator("cli")

HISTORY = "history"


@dataclass(frozen=True)
class Question:
    """What is forecast, and what is known of it."""

    source: Path | None
    scenario_file: Path | None
    runs: int
    seed: int
    calibrate: str | None = None
    bootstrap: int | None = None

    @contextmanager
    def subject(self) -> Iterator[Any]:
        """The file, or the engine of the database."""
        if self.source is not None:
            yield self.source
            return
        with options.settings().engine() as engine:
            yield engine

    def given(self) -> Scenario:
        """The scenario as it stands in its file."""
        from resolute.simulation import load_scenario
        from resolute.simulation.scenario import Scenario

        return Scenario() if self.scenario_file is None else load_scenario(self.scenario_file)

    def scenario(self) -> Scenario:
        """The scenario, with what was learnt where that was asked for."""
        if self.calibrate is None:
            return self.given()
        from resolute.simulation.calibrate import calibrated

        executions, branches = self.learnt()
        return calibrated(self.given(), executions, branches.shares())

    def learnt(self) -> tuple[tuple[Execution, ...], Branches]:
        """The executions of the log or of the history, and the branches that were taken."""
        from resolute.simulation import calibrate

        if self.calibrate == HISTORY:
            with options.settings().engine() as engine:
                executions = calibrate.from_engine(engine)
                nets = [view.net for view in engine.snapshot().instances.values()]
        else:
            executions, nets = calibrate.from_log(self.calibrate or ""), []
        if not executions:
            raise InputError(_("nothing was finished yet; there is nothing to learn from"))
        return executions, calibrate.branches([*nets, *self._nets()], executions)

    def _nets(self) -> list[Any]:
        from resolute import bpmn, net

        if self.source is None or self.source.suffix.lower() not in (".bpmn", ".xml", ".bpmn20"):
            return []
        document = bpmn.load(self.source)
        return [net.compile(document, process.id) for process in document.processes if any(process.flow_nodes)]


@dataclass(frozen=True)
class Answer:
    """What was found, for a terminal, for programs, and for the page of the forecast."""

    text: RenderableType
    data: Any
    html: str | None


def answer(question: Question, *, against: Path | None, improve: str | None, has_page: bool) -> Answer | None:
    """Answers the one question that was asked beside the forecast; None when none was."""
    if question.bootstrap is not None:
        if has_page:
            raise InputError(_("--bootstrap goes into no page; leave out -o"))
        return _uncertainties(question)
    if against is not None:
        return _comparison(question, against)
    if improve is not None:
        return _plan(question, improve)
    return None


def _uncertainties(question: Question) -> Answer:
    from resolute.reports import forecast_console
    from resolute.simulation.ignorance import ignorance

    if question.calibrate is None:
        raise InputError(_("--bootstrap needs --calibrate LOG or --calibrate history"))
    executions, branches = question.learnt()
    with output.progress(_("turns")) as bar, question.subject() as subject:

        def advance(done: int, wanted: int) -> None:
            bar(done, wanted)

        found: tuple[Uncertainty, ...] = ignorance(
            subject,
            question.given(),
            executions,
            branches,
            turns=question.bootstrap or 2,
            runs=question.runs,
            seed=question.seed,
            start=options.settings().now,
            progress=advance,
        )
    text = forecast_console.uncertainties(found, len(executions))
    return Answer(text, [one.to_dict() for one in found], None)


def _comparison(question: Question, against: Path) -> Answer:
    from resolute.reports import forecast_changes, forecast_console
    from resolute.simulation import load_scenario
    from resolute.simulation.compare import compare

    with question.subject() as subject:
        found: tuple[Difference, ...] = compare(
            subject,
            question.scenario(),
            load_scenario(against),
            runs=question.runs,
            seed=question.seed,
            start=options.settings().now,
        )
    data = [one.to_dict() for one in found]
    return Answer(forecast_console.differences(found), data, forecast_changes.differences(found))


def _plan(question: Question, step: str) -> Answer:
    from resolute.reports import forecast_changes, forecast_console
    from resolute.simulation.search import improve

    with question.subject() as subject:
        found: Plan = improve(
            subject,
            step,
            question.scenario(),
            runs=question.runs,
            seed=question.seed,
            start=options.settings().now,
        )
    return Answer(forecast_console.plan(found, step), found.to_dict(), forecast_changes.plan(found, step))
