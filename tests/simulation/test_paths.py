"""Plans without choice or waiting are played by their longest paths, with the numbers of the kernel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolute.bpmn.build import Row, otherwise, process, timer, user, when
from resolute.bpmn.document import Document
from resolute.simulation import simulate
from resolute.simulation.distributions import Distribution, interpolate, table
from resolute.simulation.kernel_draw import table_value
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.play import Chunk, Player
from resolute.simulation.scenario import Scenario, Step, Unit
from resolute.simulation.sources import of_document
from resolute.simulation.worktime import ROUND_THE_CLOCK, office

HOUR = 3600.0
AMOUNTS = (
    Distribution("exponential", (30 * HOUR,)),
    Distribution("uniform", (HOUR, 90 * HOUR)),
    Distribution("empirical", (HOUR, 20.5 * HOUR, 700.25 * HOUR)),
    Distribution("lognormal", (20 * HOUR, 40 * HOUR)),
    Distribution("pert", (0.0, 5 * HOUR, 40 * HOUR)),
)
CALENDARS = (office(), office(None, "09:00-18:00"), office("RU", "22:00-24:00"), ROUND_THE_CLOCK)
SAME = ("finish", "work", "end", "cycle", "executed", "histogram", "unit_tasks")
SUMS = ("sum_work", "sum_queue", "sum_calendar", "sum_cycle", "unit_work", "unit_queue")


@st.composite
def plans(draw: st.DrawFn) -> tuple[Document, Scenario]:
    """A plan of tasks in a row, side by side and in sub-processes, and what they take."""
    model = process("p")
    tasks: list[str] = []

    def some(row: Row, depth: int) -> Row:
        for _part in range(draw(st.integers(1, 3))):
            tasks.append(f"t{len(tasks)}")
            row = row.user(tasks[-1], party=draw(st.sampled_from(("x", "y"))))
            if depth == 0:
                continue
            if draw(st.booleans()):
                names = [[f"t{len(tasks) + k}"] for k in range(draw(st.integers(2, 4)))]
                tasks.extend(name for branch in names for name in branch)
                row = row.parallel(*([user(name, party="x") for name in branch] for branch in names))
            else:
                inner = [f"t{len(tasks) + k}" for k in range(2)]
                tasks.extend(inner)
                row = row.sub(f"s{len(tasks)}", [user(name, party="y") for name in inner])
        return row

    some(model.start(), 1).end()
    steps = {name: Step(duration=draw(st.sampled_from(AMOUNTS))) for name in tasks}
    calendars = {"own": draw(st.sampled_from(CALENDARS))}
    units = {"x": Unit("x"), "y": Unit("y", calendar="own")}
    scenario = Scenario(calendar=draw(st.sampled_from(CALENDARS)), calendars=calendars, units=units, steps=steps)
    return model.document(), replace(scenario, horizon_days=100_000.0)


def both(document: Document, scenario: Scenario, rows: int = 40) -> tuple[Chunk, Chunk]:
    """One chunk by the longest paths, and one by the kernel."""
    tables = lay_down(of_document(document, scenario, None), Options(track=True, histogram=True)).tables
    by_paths, by_kernel = Player(tables, 5, "plain"), Player(tables, 5, "plain")
    assert by_paths.paths is not None
    by_kernel.paths = None
    return by_paths.chunk(3, rows), by_kernel.chunk(3, rows)


@settings(max_examples=40, deadline=None)
@given(plans())
def test_longest_paths_give_the_numbers_of_the_kernel(plan: tuple[Document, Scenario]) -> None:
    paths, kernel = both(*plan)
    for name in SAME:
        assert np.array_equal(getattr(paths, name), getattr(kernel, name)), name
    assert (paths.tasks, paths.cut, paths.stuck) == (kernel.tasks, 0, 0)
    for name in SUMS:
        assert np.allclose(getattr(paths, name), getattr(kernel, name), rtol=1e-12, atol=1e-6), name
    if all(step.duration != AMOUNTS[2] for step in plan[1].steps.values()):  # else branches may end at the same moment
        assert np.array_equal(paths.critical, kernel.critical)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda model, _units: model.start().exclusive([when("x"), user("a")], [otherwise(), user("b")]).end(),
        lambda model, _units: model.start().user("a").parallel([user("b")], [user("c")], id="g").end(),
        lambda model, _units: model.start().user("a", party="x").parallel([user("b", party="x")], [user("c")]).end(),
    ],
    ids=["a choice", "a timer", "a party with one person"],
)
def test_what_differs_from_run_to_run_is_left_to_the_kernel(spoil) -> None:  # type: ignore[no-untyped-def]
    model = process("p")
    spoil(model, {})
    if "g" in model.document().ids:
        model.boundary("a", "late", timer(after="PT1H"), interrupting=True).user("d").end()
    scenario = Scenario(calendar=office(), units={"x": Unit("x", 1)})
    tables = lay_down(of_document(model.document(), scenario, None), Options(track=True, histogram=False)).tables
    assert Player(tables, 1, "plain").paths is None


def test_runs_that_reach_the_horizon_are_cut_as_the_kernel_cuts_them() -> None:
    document = process("p").start().user("a").user("b").end().document()
    steps = {name: Step(duration=Distribution("exponential", (8 * HOUR,))) for name in ("a", "b")}
    scenario = Scenario(calendar=office(), steps=steps, horizon_days=2.0)
    paths, kernel = both(document, scenario)
    assert paths.cut == kernel.cut > 0
    assert np.array_equal(paths.finish, kernel.finish)


def test_a_forecast_by_longest_paths_is_the_same_on_any_number_of_threads() -> None:
    document = process("p").start().parallel([user("a")], [user("b")]).end().document()
    one, four = (replace(simulate(document, runs=9000, threads=n), elapsed_s=0.0) for n in (1, 4))
    assert one == four
    assert one.step("a").p50 is not None and one.step("a").p50 - one.start > timedelta(hours=1)


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.integers(0, 2**52 - 1).map(lambda n: (n + 0.5) * 2.0**-52),
            st.integers(0, 2**12).map(lambda n: (n + 0.5) * 2.0**-52),
            st.integers(1, 2**12).map(lambda n: 1.0 - (n - 0.5) * 2.0**-52),
            st.integers(1, 52).map(lambda n: 2.0**-n),
        ),
        min_size=1,
    )
)
def test_many_quantiles_are_those_that_the_kernel_looks_up_one_by_one(uniforms: list[float]) -> None:
    values = table(("lognormal", 0.7, 0.0, float("inf")))
    assert interpolate(values, np.array(uniforms)).tolist() == [table_value(values, 0, u) for u in uniforms]
