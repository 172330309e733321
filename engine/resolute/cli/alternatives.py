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


def answer(question: Question, *, against: Path | None, improve: str | None, as_json: bool) -> bool:
    """Answers the one question that was asked beside the forecast; False when none was."""
    if question.bootstrap is not None:
        _uncertainties(question, as_json)
    elif against is not None:
        _comparison(question, against, as_json)
    elif improve is not None:
        _plan(question, improve, as_json)
    else:
        return False
    return True


def _uncertainties(question: Question, as_json: bool) -> None:
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
    if as_json:
        output.put_json([one.to_dict() for one in found])
    else:
        output.put(forecast_console.uncertainties(found, len(executions)))


def _comparison(question: Question, against: Path, as_json: bool) -> None:
    from resolute.reports import forecast_console
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
    if as_json:
        output.put_json([one.to_dict() for one in found])
    else:
        output.put(forecast_console.differences(found))


def _plan(question: Question, step: str, as_json: bool) -> None:
    from resolute.reports import forecast_console
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
    if as_json:
        output.put_json(found.to_dict())
    else:
        output.put(forecast_console.plan(found, step))
