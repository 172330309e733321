"""Pieces of HTML for the page of a forecast: what a change does, and which changes would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from resolute import i18n
from resolute.reports.forecast_console import plan_in_words

if TYPE_CHECKING:
    from resolute.simulation.compare import Difference
    from resolute.simulation.search import Plan

_ = i18n.translator("simulation")

_INDENTS = ("", "margin-left:1.5em", "margin-left:3em;color:#b3261e")


def plan(found: Plan, step: str) -> str:
    """The changes that would help, each with what it makes worse."""
    lines = "\n".join(
        f'<p style="margin:.3em 0;{_INDENTS[level]}">{"+ " * (level == 1)}{escape(text)}</p>'
        for level, text in plan_in_words(found, step)
    )
    return f"<h2>{escape(_('What would help'))}</h2>\n{lines}"


def differences(found: Sequence[Difference]) -> str:
    """What another scenario changes in each deadline."""
    heads = (_("Step"), _("In time"), _("Then"), _("Change, points"), _("95 % interval"))
    cells = "".join(f'<th class="{"n" if at else ""}">{escape(text)}</th>' for at, text in enumerate(heads))
    rows = "\n".join(map(_row, sorted(found, key=lambda one: -abs(one.difference))))
    heading = escape(_("What the other scenario changes"))
    return f"<h2>{heading}</h2>\n<table><thead><tr>{cells}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _row(one: Difference) -> str:
    low, high = (bound * 100 for bound in one.interval)
    late = " late" if high < 0 else ""
    figures = (f"{one.before * 100:.0f} %", f"{one.after * 100:.0f} %", f"{one.difference * 100:+.1f}")
    cells = "".join(f'<td class="n{late}">{text}</td>' for text in (*figures, f"{low:+.1f} … {high:+.1f}"))
    return f"<tr><td>{escape(one.ref or one.step)}</td>{cells}</tr>"
