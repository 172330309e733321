"""The cards of a dependency graph: one step, or a group of steps folded into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from resolute import i18n
from resolute.bpmn.measure import fit, text_width
from resolute.dependencies.fold import WORST_FIRST
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_layout import CARD_HEIGHT, CARD_WIDTH, Box
from resolute.reports.graph_svg_style import clean

_ = i18n.translator("pictures")
ngettext = i18n.plural("pictures")

_ROOM = CARD_WIDTH - 28


def card(
    node: str,
    data: Mapping[str, Any],
    box: Box,
    decisions: Mapping[str, str],
    *,
    chain: bool = False,
    critical: bool = False,
    bare: bool = False,
) -> str:
    """The card of a node with these attributes; `decisions` gives the titles of folded decisions.

    A `bare` card has an empty place for its words.
    """
    look = style.LOOKS.get(data.get("state", "to_come"), style.LOOKS["to_come"])
    border = style.CHAIN if chain else style.CRITICAL if critical else look.ink
    stroke = 3 if chain else 2.2 if critical else 1
    inside = "" if bare else words(data, decisions)
    stripe = f"M7 0 H6 A6 6 0 0 0 0 6 V{CARD_HEIGHT - 6} A6 6 0 0 0 6 {CARD_HEIGHT} H7 Z"
    return (
        f'<g class="step" tabindex="0" data-id="{clean(node)}" '
        f'data-state="{clean(data.get("state", ""))}" transform="translate({box.x:.1f} {box.y:.1f})">'
        f"<title>{clean(_tooltip(node, data))}</title>"
        f'<rect class="card" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="7" fill="{look.paper}" '
        f'stroke="{border}" stroke-width="{stroke}"/><path d="{stripe}" fill="{look.ink}"/>'
        f'<g transform="translate(14 8)">{style.mark(look)}</g><g class="words">{inside}</g></g>'
    )


def words(data: Mapping[str, Any], decisions: Mapping[str, str]) -> str:
    """What is written on the card of a node, as SVG."""
    return "".join(_group(data, decisions) if data.get("kind") == "group" else _step(data))


def decision_label(decisions: Mapping[str, str], key: str) -> tuple[str, str]:
    """The heading and the title of a decision: its number and question, or its name alone."""
    if not key:
        return _("Without a question"), ""
    if key.isdecimal():
        return _("Decision {n}").format(n=key), decisions.get(key, "")
    return "", decisions.get(key) or key


def _step(data: Mapping[str, Any]) -> Iterator[str]:
    right, late = "", data.get("state") == "overdue"
    if data.get("state") == "done":
        right = style.day(style.day_of(data.get("since")))
    elif data.get("due"):
        right = _("by {date}").format(date=style.day(style.day_of(data["due"])))
    ref = fit(str(data.get("ref") or style.state(data.get("state", ""))), 90, 20, (14, 12, 10))
    yield style.text(36, 21, ref.lines[0] if ref.lines else "", ref.size, bold=True)
    colour = style.LOOKS["overdue"].ink if late else style.GREY
    yield style.text(CARD_WIDTH - 10, 21, right, colour=colour, anchor="end")
    parties = data.get("parties") or ((data["party"],) if data.get("party") else ())
    more = f" +{len(parties) - 1}" if len(parties) > 1 else ""
    who = fit(str(parties[0]), _ROOM - text_width(more, 11), 28, (11,)) if parties else None
    name = fit(str(data.get("name") or ""), _ROOM, 57 if who else 84, (12, 11))
    yield style.lines(name.lines, 16, 40, name.size)
    if who and who.lines:
        rows = (*who.lines[:-1], who.lines[-1] + more)
        yield style.lines(rows, 16, CARD_HEIGHT - 8 - (len(rows) - 1) * 13, 11, style.GREY)


def _group(data: Mapping[str, Any], decisions: Mapping[str, str]) -> Iterator[str]:
    counts = data["counts"]
    total = sum(counts.values())
    label = ngettext("{n} step", "{n} steps", total).format(n=total)
    heading, text = "", data.get("party") or _("Without an executor")
    if data.get("decision"):
        heading, text = decision_label(decisions, data["decision"])
    yield style.text(36, 21, heading or label, 13, bold=True)
    if heading:
        yield style.text(CARD_WIDTH - 10, 21, label, colour=style.GREY, anchor="end")
    body = fit(str(text), _ROOM, 32, (12, 11))
    yield style.lines(body.lines, 16, 40, body.size)
    x = 16.0
    for name in reversed(WORST_FIRST):
        share = counts.get(name, 0) / total * _ROOM
        if share:
            yield (
                f'<rect x="{x:.1f}" y="82" width="{share:.1f}" height="10" fill="{style.LOOKS[name].ink}">'
                f"<title>{clean(style.state(name))}: {counts[name]}</title></rect>"
            )
            x += share
    parts = [f"{style.state(name)}: {counts[name]}" for name in WORST_FIRST[:4] if counts.get(name)]
    if data.get("due"):
        parts.append(_("next deadline {date}").format(date=style.day(style.day_of(data["due"]))))
    foot = fit(" · ".join(parts), _ROOM, 14, (11, 10, 9))
    yield style.lines(foot.lines[:1], 16, CARD_HEIGHT - 12, foot.size, style.GREY)


def _tooltip(node: str, data: Mapping[str, Any]) -> str:
    parts = [f"{data.get('ref') or node} · {style.state(data.get('state', ''))}", str(data.get("name") or "")]
    parts += [str(party) for party in data.get("parties") or ()]
    if data.get("due"):
        parts.append(_("by {date}").format(date=style.day(style.day_of(data["due"]))))
    return "\n".join(part for part in parts if part)
