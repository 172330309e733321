"""Commands that look ahead: simulate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.errors import InputError
from resolute.files import write_whole

if TYPE_CHECKING:
    from resolute.simulation.forecast import Forecast

_ = i18n.translator("cli")


@click.command(help=_("Forecast by simulation: will the deadlines hold. Without a file, from the live state."))
@click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[MODEL.bpmn|REGISTER|FILE]")
@click.option("--scenario", type=click.Path(path_type=Path), help=_("Durations, capacities, calendars (YAML, JSON)."))
@click.option("--runs", type=click.IntRange(1, 10_000_000), default=1_000, help=_("How many runs (default: 1000)."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, help=_("The seed (default: 1)."))
@click.option(
    "--cases", type=click.IntRange(1, 10_000_000), help=_("Cases of each run, where the scenario has arrivals.")
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help=_("Write the forecast as a page (.html)."))
@options.as_json
@options.common
def simulate(
    source: Path | None,
    scenario: Path | None,
    runs: int,
    seed: int,
    cases: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    if out is not None and out.suffix.lower() != ".html":
        raise InputError(_("the name ends in {suffix!r}; expected .html").format(suffix=out.suffix), file=str(out))
    forecast = _forecast(source, scenario=scenario, runs=runs, seed=seed, cases=cases)
    if out is not None:
        from resolute.reports import forecast_page

        write_whole(out, forecast_page.page(forecast))
        output.say(_("written: {path}").format(path=out))
    if as_json:
        output.put_json(forecast.to_dict())
        return
    for message in dict.fromkeys(item.message for item in forecast.findings if item.severity != "info"):
        output.say(message)
    from resolute.reports import forecast_console

    output.put(forecast_console.forecast(forecast))


def _forecast(source: Path | None, **settings: Any) -> Forecast:
    """The forecast of a file, or of the live state; counts the runs on a terminal meanwhile."""
    from resolute.simulation import simulate as forecast_of

    with output.progress(_("runs")) as advance:
        if source is not None:
            return forecast_of(source, start=options.settings().now, progress=advance, **settings)
        with options.settings().engine() as engine:
            return forecast_of(engine, progress=advance, **settings)


COMMANDS = (simulate,)
