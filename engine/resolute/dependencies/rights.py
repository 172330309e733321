"""The report for a reader who may not see everything: hidden roots are named as hidden, with their owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from resolute import i18n
from resolute.dependencies.values import Blocked, Impact, Root

_ = i18n.translator("dependencies")

HIDDEN = "hidden"
"""Stands for a step that the reader may not see."""


def for_reader(
    report: Iterable[Blocked], may_see: Callable[[str], bool], owner: Callable[[str], str | None]
) -> list[Blocked]:
    """`report` as a reader may see it. `may_see` decides by step id; `owner` says whom to ask about a hidden step.

    Hidden steps are left out of the list; as a root they stay, without name, party and dates, with their owner.
    """
    return [_shown(item, may_see, owner) for item in report if may_see(item.step)]


def _shown(item: Blocked, may_see: Callable[[str], bool], owner: Callable[[str], str | None]) -> Blocked:
    roots = tuple(root if may_see(root.step) else _hidden(root, owner(root.step)) for root in item.roots)
    if roots == item.roots and all(may_see(step) for step in item.chain):
        return replace(item, impact=_impact(item.impact, may_see))
    why = item.why
    if roots != item.roots:
        asked = ", ".join(dict.fromkeys(root.party for root in roots if root.step == HIDDEN and root.party))
        why = _("waits for something that you may not see; ask {owner}").format(owner=asked or _("its owner"))
    first = item.first_deadline_to_break
    return replace(
        item,
        roots=roots,
        why=why,
        headline=item.headline.removesuffix(item.why) + why,
        chain=tuple(step if may_see(step) else HIDDEN for step in item.chain),
        impact=_impact(item.impact, may_see),
        first_deadline_to_break=first if first and may_see(first.step) else None,
        unknowns=(),
        deadlock=replace(
            item.deadlock,
            steps=tuple(step if may_see(step) else HIDDEN for step in item.deadlock.steps),
            options=(),
        )
        if item.deadlock
        else None,
    )


def _hidden(root: Root, owner: str | None) -> Root:
    text = _("ask {owner}").format(owner=owner) if owner else _("ask its owner")
    return Root(HIDDEN, root.cls, text, owner)


def _impact(impact: Impact, may_see: Callable[[str], bool]) -> Impact:
    return replace(impact, deadlines_at_risk=tuple(risk for risk in impact.deadlines_at_risk if may_see(risk.step)))
