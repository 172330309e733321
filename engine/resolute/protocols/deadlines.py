"""Deadlines of points: finds the wording, keeps it, and counts the days by the profile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from resolute import calendars, i18n
from resolute.protocols.meanings import Context, Meaning, after
from resolute.protocols.periods import MONTH
from resolute.protocols.profile import Profile, Term
from resolute.protocols.recurrence import how_often
from resolute.protocols.source import DASH
from resolute.protocols.values import Deadline, Then
from resolute.protocols.wordings import RULES, Rule

_ = i18n.translator("protocols")

NAMED = re.compile(
    rf"(?:(?<![а-яё]\s)|(?=(?-i:[А-ЯЁ])))\b(?:срок(?:и|ом)?(?:\s+(?:исполнения|выполнения|реализации|представления|проведения|завершения"
    rf"|доклада|отч[её]та|сдачи))?|доклад|дата(?:\s+исполнения)?|контрольный\s+срок)"
    rf"\s*(?:[{DASH}:]+|(?=\s(?:до|не\s+позднее|постоянно|еже[а-я]+)\s))\s*",
    re.I,
)
"""The label of a deadline: «Срок —», «Срок исполнения:», «Доклад - до»."""

_NO_DEADLINE = re.compile(
    rf"по\s+состоянию\s+на\s+[^.,;()]{{0,30}}?\d{{4}}|\bот\s+[«\"]?\d{{1,2}}[»\"]?[.\s][^,;()]{{0,25}}?(?:№|\d{{4}}(?:\s*(?:г\.|года))?)"
    rf"|(?:проведенн|состоявш|утвержденн|принят|подписанн|назначенн|намеченн|заключенн|произошедш|прошедш)[а-я]*\s+(?:в\s+)?[^,;()]{{0,12}}?\d{{1,2}}[.\s][^,;()]{{0,20}}?\d{{4}}"
    rf"|\bна\s+(?:период|срок)\s+[^.,;()]*|\bна\s+\d{{4}}\s*(?:[{DASH}/и,]\s*\d{{2,4}}\s*)*(?:учебн[а-я]+\s+)?(?:год|гг)[а-я]*"
    rf"|\bна\s+(?:плановый|отопительный|учебный)[^.,;()]*?год[а-я]*"
    rf"|\bза\s+(?!отчетным\s)(?:период\s+)?(?:\d{{1,2}}\s+месяц[а-я]*|[^.,;()]{{0,20}}?(?:квартал|полугоди|{MONTH})[а-я]*|\d{{4}}\s*[{DASH}]?\s*\d{{0,4}})\s*(?:\d{{4}}\s*)?(?:год[а-я]*|г\.)?"
    rf"|\bс\s+начала\s+[^.,;()]*|\bв\s+(?:ред|редакции)\b[^;()]*|\b\d{{4}}/\d{{2,4}}\s*(?:учебн[а-я]+\s+)?год[а-я]*"
    r"|\(далее\s[^)]*\)"
)
_MAX_TEXT = 4_000
"""A deadline stands in the first so many characters of a point."""
_NO_BASE = date(2000, 1, 1)
_QUOTED = re.compile(r"«(?!\d{1,2}»)[^«»]{0,250}(?:«[^«»]{0,250}»[^«»]{0,250}){0,2}»")
_THEN = re.compile(
    rf"\s*[,;(]?\s*(?:и\s+)?(?:далее|затем|потом|в\s+дальнейшем|впоследствии|в\s+последующем|последующ[а-я]+)\s*(?:[{DASH}:,]\s*)?(?P<then>[^.;()]*)"
)


def words(text: str) -> str:
    """`text` in lower case and without ё, letter for letter, for the grammar."""
    return text.lower().replace("ё", "е")


def find(
    text: str, base: date | None, profile: Profile, *, labelled: bool = False
) -> tuple[Deadline, tuple[int, int]] | None:
    """The deadline in `text` and where its wording stands; None when it names none.

    `labelled` says that `text` is what follows «Срок:» or a cell of the column of dates.
    """
    anchor = base or _NO_BASE
    low = words(text[:_MAX_TEXT])
    if not labelled:
        low = _hide(low)
    best = _best(low, Context(anchor, profile, labelled))
    if best is None:
        return None
    match, meaning = best
    start, end = match.start(), match.end()
    then, recurring, end = _then(low, end)
    if low[start:end].count("(") > low[start:end].count(")") and low[end : end + 1] == ")":
        end += 1
    deadline = Deadline(
        text=text[start:end].strip(" ,;–—-"),
        type=meaning.type,
        due=meaning.due if base is not None or _stands_alone(meaning, low[start:end]) else None,
        then=then,
        recurring=meaning.recurring or recurring,
    )
    return with_effective(deadline, base, profile), (start, end)


def _stands_alone(meaning: Meaning, wording: str) -> bool:
    """Whether a date needs no base: its year is written."""
    return (
        meaning.due is not None and meaning.type != "relative" and bool(re.search(r"(?:19|20)\d\d|\.\d\d\b", wording))
    )


def _hide(low: str) -> str:
    """`low` with dates that are no deadlines, and quoted names, blanked out letter for letter."""
    for pattern in (_QUOTED, _NO_DEADLINE):
        low = pattern.sub(lambda match: "_" * len(match[0]), low)
    return low


def _best(low: str, context: Context) -> tuple[re.Match[str], Meaning] | None:
    """The match of the best rank, then the earliest, then of the most particular rule."""
    found: tuple[tuple[int, int, int], re.Match[str], Meaning] | None = None
    for index, rule in enumerate(RULES):
        if rule.place == "label" and not context.labelled:
            continue
        hit = _first(rule, low, context)
        if hit is None:
            continue
        rank = 0 if context.labelled else rule.rank
        key = (rank, hit[0].start(), index)
        if found is None or key < found[0]:
            found = (key, *hit)
    return None if found is None else (found[1], found[2])


def _first(rule: Rule, low: str, context: Context) -> tuple[re.Match[str], Meaning] | None:
    for match in rule.pattern.finditer(low):
        meaning = rule.meaning(match, context)
        if meaning is not None and not _is_past(meaning, rule, context):
            return match, meaning
    return None


def _is_past(meaning: Meaning, rule: Rule, context: Context) -> bool:
    """Whether a bare date or period in running text lies before the meeting, so that it tells of the past."""
    return not context.labelled and rule.rank == 1 and meaning.due is not None and meaning.due < context.base


def _then(low: str, end: int) -> tuple[Then | None, str | None, int]:
    """What follows a first date («и далее ежегодно»), how often, and where that wording ends."""
    match = _THEN.match(low, end)
    if match is None:
        return None, None, end
    rest = match["then"]
    if re.search(r"по\s+мере|при\s+|в\s+случае|необходимост", rest):
        return "as_needed", None, match.end()
    if often := how_often(rest):
        return "recurring", often, match.end()
    return "standing", None, match.end()


def with_effective(deadline: Deadline, base: date | None, profile: Profile) -> Deadline:
    """`deadline` with its effective date, and the rule that made it, in words."""
    due, rules = deadline.due, []
    if due is None:
        return _urgent(deadline, base, profile) if deadline.type == "immediate" else deadline
    if deadline.type == "relative":
        rules.append(_("counted from the date of the protocol"))
    if not profile.inclusive and re.match(r"(?:в\s+срок\s+)?(?:до|к)\s", words(deadline.text or "")):
        due -= timedelta(days=1)
        rules.append(_("the named day is not included"))
    effective = move(due, profile)
    if effective != due:
        rules.append(
            _("moved to the previous working day")
            if profile.day_off == "previous"
            else _("moved to the next working day")
        )
    return replace(deadline, effective=effective, rule="; ".join(rules) or None)


def move(day: date, profile: Profile) -> date:
    """`day` by the day-off rule."""
    if profile.day_off == "keep":
        return day
    calendar = calendars.production_calendar(profile.country)
    step = calendars.previous_working if profile.day_off == "previous" else calendars.next_working
    return step(calendar, day)


def by_default(deadline: Deadline, base: date | None, profile: Profile) -> Deadline:
    """An assignment without a deadline with the day that the profile's default term gives, marked as derived."""
    if base is None or profile.default_term is None or deadline.type != "none" or deadline.text:
        return deadline
    day = move(add(base, profile.default_term, profile), profile)
    return replace(deadline, effective=day, rule=_("no deadline: the default term of the profile"))


def _urgent(deadline: Deadline, base: date | None, profile: Profile) -> Deadline:
    """An urgent deadline with the day that the profile's term gives, marked as derived."""
    wording = words(deadline.text or "")
    term = next((term for start, term in profile.urgency.items() if start in wording or _short(start, wording)), None)
    if base is None or term is None:
        return deadline
    rule = _("«{wording}»: {count} days by the profile").format(wording=deadline.text, count=term.count)
    return replace(deadline, effective=move(add(base, term, profile), profile), rule=rule)


def _short(start: str, wording: str) -> bool:
    return start == "кратчайший срок" and "срок" in wording


def add(base: date, term: Term, profile: Profile) -> date:
    """The day a term after `base`."""
    unit = {"days": "сут", "working_days": "дн", "weeks": "недел", "months": "мес"}[term.unit]
    return after(base, term.count, unit, term.unit == "working_days", profile)
