"""Proposes which points wait for which, each with a reason in words and a confidence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from resolute import i18n
from resolute.protocols import morphology
from resolute.protocols.references import References
from resolute.protocols.values import Dependency, Point, Protocol
from resolute.protocols.vocabulary import words_of

_ = i18n.translator("protocols")

_WINDOW = 60
"""How many points back in the same question are compared word by word."""
_MOST_FORMED = 100
"""How many bodies that a protocol forms are looked for in its other points."""
_SETTLED = 0.6
"""The confidence of «approves what another develops»."""
_SURE = 0.8
"""Dependencies below are left out where others imply them."""
_FORMING = words_of(
    """
    сформировать создать образовать организовать формирование создание образование
    """
)
_DEVELOPING = words_of(
    """
    разработать подготовить составить сформировать разработка подготовка составление актуализация
    актуализировать
    """
)
_VAGUE = words_of(
    """
    завершить провести принять указать предусмотреть обеспечить осуществить установить
    """
)
_CARRYING_OUT = words_of("завершение окончание начало проведение получение")
"""Nouns that do not say what is done."""
_SETTLING = words_of(
    """
    согласование согласовать утверждение утвердить рассмотрение рассмотреть одобрение внести
    """
)
_TAKES_UP = re.compile(r"^\W*[а-яё]+(?:ть|ти|ться|чь)\s+(?:его|её|ее|их|указанн\w+|данн\w+)\b", re.I)
_REPORTING = re.compile(
    r"\b(?:представ\w+|доложить|проинформировать|информировать|направить|подготовить|заслушать)\b[^.;]{0,80}?\b(?:информаци\w+|отч[её]т\w*|доклад\w*|сведени\w+)?\s*"
    r"\b(?:о|об|по)\s+(?:ходе\s+|результатах\s+|итогах\s+)?(?P<what>[^.;]+)",
    re.I,
)
_FOLLOWS = re.compile(
    r"\b(?:по\s+(?:результатам|итогам|завершении|окончании)|после|на\s+основании)\s+(?P<what>[а-яё]+(?:\s+[а-яё]+){0,2})",
    re.I,
)
"""What a point comes after: «по результатам обследования», «после проведения субботника»."""
_JUDGES = re.compile(r"^\W*(?:признать|снять|выразить|объявить|считать)\b", re.I)
"""An act of the decision itself that makes nothing to report on: «Признать работу удовлетворительной»."""
_STAGES = (
    (
        1,
        words_of(
            """
    определить выявить изучить проанализировать обследовать инвентаризация анализ сформировать
    """
        ),
    ),
    (
        2,
        words_of(
            """
    разработать подготовить составить разработка
    """
        ),
    ),
    (
        3,
        words_of(
            """
    согласовать утвердить
    """
        ),
    ),
    (
        4,
        words_of(
            """
    внедрить реализовать трансляция распространить обобщить тиражировать
    """
        ),
    ),
)
_EMPTY = words_of(
    """
    год срок область край округ район город республика работа вопрос мера решение пункт протокол совет заседание
    реализация обеспечение организация проведение информация рамка соответствие деятельность образование
    развитие управление министерство департамент комитет администрация муниципальный областной районный
    государственный российский данный который настоящий отчёт доклад число месяц квартал цель лицо проект
    территория орган
    """
)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a point is about."""

    nouns: frozenset[str]
    """Nouns and adjectives that tell points apart."""
    all_nouns: frozenset[str]
    actions: frozenset[str]
    participles: tuple[tuple[str, str], ...]
    """Participles of what has been done, each with the noun after it: («подготовить», «план»)."""
    stage: int | None


@dataclass(frozen=True, slots=True)
class _Proposal:
    """One point waits for another, by position."""

    later: int
    earlier: int
    reason: str
    confidence: float


def proposed(protocol: Protocol) -> Protocol:
    """`protocol` with the dependencies that its text suggests; none of them closes a circle."""
    points = protocol.points
    best: dict[tuple[int, int], _Proposal] = {}
    for proposal in _proposals(points):
        key = (proposal.later, proposal.earlier)
        if proposal.later != proposal.earlier and (key not in best or best[key].confidence < proposal.confidence):
            best[key] = proposal
    chosen = _acyclic(sorted(best.values(), key=lambda p: (-p.confidence, p.later, -p.earlier)))
    after: dict[int, list[_Proposal]] = defaultdict(list)
    for proposal in chosen:
        after[proposal.later].append(proposal)
    return replace(protocol, points=tuple(_with(point, after[i], points) for i, point in enumerate(points)))


def mutual(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Pairs that wait for each other in the wording, of which one direction was proposed: both settle one thing."""
    by_ref = {point.ref: point for point in points}
    for point in points:
        for dependency in point.after:
            other = by_ref[dependency.ref]
            if dependency.confidence == _SETTLED and _words(other.text).actions & _SETTLING:
                yield point, other


def _with(point: Point, proposals: Sequence[_Proposal], points: Sequence[Point]) -> Point:
    if not proposals:
        return point
    ordered = sorted(proposals, key=lambda proposal: proposal.earlier)
    after = tuple(Dependency(points[p.earlier].ref, p.reason, p.confidence, confirmed=False) for p in ordered)
    return replace(point, after=after)


def _acyclic(proposals: Sequence[_Proposal]) -> list[_Proposal]:
    """The proposals, the surest first, without those that would close a circle and those that others imply."""
    waiters: dict[int, list[int]] = defaultdict(list)
    before: dict[int, int] = defaultdict(int)
    through: dict[int, int] = defaultdict(int)
    kept = []
    for proposal in proposals:
        later, earlier = proposal.later, proposal.earlier
        if before[earlier] >> later & 1:
            continue
        waiters[earlier].append(later)
        kept.append(proposal)
        _add(before, waiters, later, before[earlier] | 1 << earlier)
    for proposal in kept:
        through[proposal.later] |= before[proposal.earlier]
    return [p for p in kept if p.confidence >= _SURE or not through[p.later] >> p.earlier & 1]


def _add(before: dict[int, int], waiters: dict[int, list[int]], later: int, more: int) -> None:
    """Puts `more` before a point and before all that waits for it; sets of points are the bits of numbers."""
    todo = [later]
    while todo:
        point = todo.pop()
        if before[point] | more != before[point]:
            before[point] |= more
            todo.extend(waiters[point])


def _proposals(points: Sequence[Point]) -> Iterator[_Proposal]:
    """All that speaks for a dependency."""
    yield from _named(points)
    words = [_words(point.text) for point in points]
    yield from _formed(points, words)
    for later, point in enumerate(points):
        if point.kind in ("information", "control", "rejection"):
            continue
        reported = _reported(point.text)
        for earlier in range(max(0, later - _WINDOW), later):
            if points[earlier].agenda == point.agenda and points[earlier].kind not in (
                "information",
                "control",
                "rejection",
            ):
                yield from _by_words(points, words, later, earlier, reported)
        yield from _next_step(points, words, later)
        yield from _following(points, words, later)
    yield from _settled(points, words)


def _named(points: Sequence[Point]) -> Iterator[_Proposal]:
    """Points that name another point."""
    references = References([point.ref for point in points])
    index = {point.ref: i for i, point in enumerate(points)}
    for later, point in enumerate(points):
        if point.kind in ("control", "approval", "information", "rejection"):
            continue
        for target, wording in references.of(point.ref, point.text, point.agenda):
            reason = _("names point {ref}: «{wording}»").format(ref=target, wording=wording)
            yield _Proposal(later, index[target], reason, 0.95)


def _formed(points: Sequence[Point], words: Sequence[_Words]) -> Iterator[_Proposal]:
    """A body that one point forms and another needs."""
    told = [" ".join(party.name for party in point.responsible) for point in points]
    for earlier, name in islice(_formed_bodies(points, words), _MOST_FORMED):
        point = points[earlier]
        pattern = re.compile(r"\W+".join(rf"{re.escape(stem)}\w*" for stem in name), re.I)
        for later, other in enumerate(points):
            if later == earlier or other.kind in ("information", "control", "rejection", "designation", "approval"):
                continue
            if pattern.search(other.text) or pattern.search(told[later]):
                shown = pattern.search(point.text)
                reason = _("needs a body that point {ref} forms: «{body}»")
                reason = reason.format(ref=point.ref, body=shown[0] if shown else " ".join(name))
                yield _Proposal(later, earlier, reason, 0.8)


def _formed_bodies(points: Sequence[Point], words: Sequence[_Words]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The points that form a body, by position, each with the stems of its name."""
    for earlier, point in enumerate(points):
        if words[earlier].actions & _FORMING and point.kind not in ("information", "control", "rejection"):
            name = _formed_body(point.text)
            if name is not None:
                yield earlier, name


def _formed_body(text: str) -> tuple[str, ...] | None:
    """The stems of the name of the body that is formed: adjectives and a noun, or a noun and what it is for."""
    match = re.search(
        r"\b(?:сформировать|создать|образовать|формировани\w+|создани\w+)\s+(?P<name>(?:[а-яё-]+\s+){0,3}(?:совет|комисси|групп|штаб|комитет|центр|компани)\w*(?:\s+по\s+[а-яё]+(?:\s+[а-яё]+)?)?)",
        text,
        re.I,
    )
    if match is None:
        return None
    parts = match["name"].split()
    return tuple(part[: max(4, len(part) - 3)] for part in parts) if len(parts) > 1 else None


def _by_words(
    points: Sequence[Point], words: Sequence[_Words], later: int, earlier: int, reported: _Words | None
) -> Iterator[_Proposal]:
    """What the words of two points of one question say; `reported` is what the later one reports on."""
    mine, other = words[later], words[earlier]
    ref = points[earlier].ref
    for action, noun in mine.participles:
        if action in other.actions and action not in _VAGUE and noun in other.all_nouns:
            reason = _("uses what point {ref} makes («{action}» → «{noun}»)").format(ref=ref, action=action, noun=noun)
            yield _Proposal(later, earlier, reason, 0.85)
    if reported is not None:
        common = reported.nouns & other.nouns
        if len(common) >= 2 and points[earlier].kind != "designation" and not _JUDGES.match(points[earlier].text):
            reason = _("reports on what point {ref} does ({words})")
            yield _Proposal(later, earlier, reason.format(ref=ref, words=_shown(common)), 0.7)
    elif points[earlier].kind == "designation" and (named := _designated(points[earlier], points[later])):
        reason = _("works with what point {ref} designates ({words})")
        yield _Proposal(later, earlier, reason.format(ref=ref, words=named), 0.5)


def _shown(common: frozenset[str]) -> str:
    return ", ".join(sorted(common)[:3])


def _designated(earlier: Point, later: Point) -> str | None:
    """The name that a designation gives a role and a later point takes up («Южноуральский»)."""
    if earlier.responsible:
        return None
    told = " ".join(party.name for party in later.responsible).lower()
    for word in re.findall(r"(?<=\s)[А-ЯЁ][а-яё]{4,}", re.sub(r"«[^»]*»", "", earlier.text)):
        stem = word[: max(5, len(word) - 3)]
        hit = re.search(rf"\b{stem}\w*", later.text)
        if hit and (stem.lower() not in told or len(re.findall(rf"\b{stem}", later.text)) > told.count(stem.lower())):
            return str(word)
    return None


def _next_step(points: Sequence[Point], words: Sequence[_Words], later: int) -> Iterator[_Proposal]:
    """The nearest earlier item of the same group that prepares this one: determine → develop → settle → spread."""
    mine = words[later]
    for earlier in range(later - 1, max(-1, later - _WINDOW), -1):
        if not _same_group(points[later], points[earlier]):
            return
        other, ref = words[earlier], points[earlier].ref
        if earlier == later - 1 and _TAKES_UP.match(points[later].text):
            yield _Proposal(later, earlier, _("takes up what point {ref} makes").format(ref=ref), 0.7)
            return
        shared = mine.nouns & other.nouns
        enough = 2 if other.actions & _FORMING else 3
        if mine.stage and other.stage and mine.stage > other.stage and len(shared) >= enough:
            reason = _("the step after point {ref} in the same group ({words})")
            yield _Proposal(later, earlier, reason.format(ref=ref, words=_shown(shared)), 0.5)
            return


def _does(words: _Words, done: frozenset[str]) -> bool:
    """Whether a point makes what is named `done`, as a noun or as the verb of it: «обследовать», «обследование»."""
    stems = {action[:6] for action in words.actions if len(action) > 6}
    return all(noun in words.nouns or noun[:6] in stems for noun in done)


def _following(points: Sequence[Point], words: Sequence[_Words], later: int) -> Iterator[_Proposal]:
    """The nearest earlier point of the question that does what this one comes after («по результатам обследования»)."""
    match = _FOLLOWS.search(f"{points[later].text} {points[later].deadline.text or ''}")
    done = _words(match["what"]).nouns - _CARRYING_OUT if match else frozenset()
    if match is None or not done:
        return
    for earlier in range(later - 1, max(-1, later - _WINDOW), -1):
        other = points[earlier]
        if other.agenda == points[later].agenda and other.kind == "assignment" and _does(words[earlier], done):
            reason = _("comes after what point {ref} does: «{wording}»").format(ref=other.ref, wording=match[0])
            yield _Proposal(later, earlier, reason, 0.7)
            return


def _settled(points: Sequence[Point], words: Sequence[_Words]) -> Iterator[_Proposal]:
    """A point that approves or monitors what another one, also a later one, develops."""
    for later, point in enumerate(points):
        if point.kind not in ("assignment", "standing") or not words[later].actions & _SETTLING:
            continue
        objects = _objects(point.text)
        for earlier in range(max(0, later - _WINDOW), min(len(points), later + _WINDOW)):
            other = points[earlier]
            if earlier == later or other.agenda != point.agenda or not words[earlier].actions & _DEVELOPING:
                continue
            if words[later].actions & _DEVELOPING and words[earlier].actions & _SETTLING:
                continue
            common = objects & words[earlier].all_nouns
            if len(common) >= 3:
                reason = _("approves or monitors what point {ref} develops ({words})")
                yield _Proposal(later, earlier, reason.format(ref=other.ref, words=_shown(common)), _SETTLED)


def _objects(text: str) -> frozenset[str]:
    match = re.search(r"\b(?:согласован|согласов|утвержд|утверд|рассмотр|одобр)\w*\s+(?P<what>[^;.]+)", text, re.I)
    return _words(match["what"]).all_nouns if match else frozenset()


def _reported(text: str) -> _Words | None:
    """What a point reports on, when it is a report."""
    match = _REPORTING.search(text)
    return _words(match["what"]) if match else None


def _same_group(a: Point, b: Point) -> bool:
    return "." in a.ref and a.ref.rpartition(".")[0] == b.ref.rpartition(".")[0] and a.ref.count(".") >= 2


@lru_cache(maxsize=4096)
def _words(text: str) -> _Words:
    nouns: set[str] = set()
    everything: set[str] = set()
    actions: list[str] = []
    participles: list[tuple[str, str]] = []
    pending: str | None = None
    last_noun = ""
    for word in re.findall(r"[а-яё]+(?:-[а-яё]+)*", text.lower()):
        if len(word) < 3:
            continue
        parse = morphology.parses(word)[0]
        if parse.tag.POS == "PRTF" and "pssv" in parse.tag and "past" in parse.tag:
            participles.append((parse.normal_form, last_noun))
            pending = parse.normal_form
        elif parse.tag.POS == "INFN":
            actions.append(parse.normal_form)
        elif parse.tag.POS in ("NOUN", "ADJF"):
            if parse.tag.POS == "NOUN":
                actions.append(parse.normal_form)
                last_noun = parse.normal_form
                if pending is not None:
                    participles.append((pending, parse.normal_form))
                    pending = None
            everything.add(parse.normal_form)
            if parse.normal_form not in _EMPTY:
                nouns.add(parse.normal_form)
    stage = next((rank for action in actions[:3] for rank, verbs in _STAGES if action in verbs), None)
    kept = tuple((action, noun) for action, noun in participles if noun)
    return _Words(frozenset(nouns), frozenset(everything), frozenset(actions), kept, stage)
