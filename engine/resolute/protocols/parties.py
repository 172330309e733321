"""Parties named in running text: finds the list of names, splits it, puts each name into the nominative."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from resolute.protocols import morphology, persons
from resolute.protocols.agreement import agree_clauses, put_in_nominative
from resolute.protocols.beginnings import ALL, can_start, head_at, starts_short
from resolute.protocols.bodies import SHORT_POST, is_post
from resolute.protocols.endings import UNDER, end_of, is_holder_inside
from resolute.protocols.tokens import Token, skip_separator, tokens_of

_LEADS = re.compile(r"созыв|свод\b|отв\.|ответственн|головн", re.I)
_MAX_TOKENS = 400
"""A longer list of names is cut."""
_LONGEST_BEGINNING = 24
"""How many pieces are looked at to see whether a name begins."""
_LONGEST_NAME = 40
"""A longer name is cut, in words and other pieces; the list ends with it."""
_ALIAS = re.compile(r"\(\s*далее\s*(?:по\s+тексту\s*)?[-–—:]?\s*(?:соответственно\s*[-–—:]?\s*)?([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Name:
    """A party as the text names it."""

    text: str
    """In the nominative."""
    group: bool = False
    lead: bool = False
    """Whether it is marked «созыв», «свод», «ответственный»."""
    alias: str | None = None
    """The short name introduced after it: «(далее – УЖКХ)»."""


def names_at(
    text: str, case: str, *, start: int = 0, loose: bool = False, known: bool = False, only: bool = False
) -> tuple[list[Name], int]:
    """The names in `case` that `text` lists from `start`, and where the list ends (`start` when there is none).

    `loose` takes any noun that can stand in `case` for the first name, `known` only words for bodies, posts and groups.
    `only` ends the list after its first name.
    """
    pieces = tokens_of(text, start)
    tokens = list(islice(pieces, _LONGEST_BEGINNING))
    if not can_start(tokens, 0, case, strict=False, under=known) and not (
        loose and head_at(tokens, 0, case) is not None
    ):
        return [], start
    tokens += islice(pieces, (_LONGEST_NAME if only else _MAX_TOKENS) - len(tokens))
    names: list[Name] = []
    index, end, whole = 0, start, True
    while index < len(tokens) and whole and not (only and names):
        if names and not can_start(tokens, index, case, strict=True):
            break
        longest = index + _LONGEST_NAME
        name, index = _read_name(text, tokens, index, case)
        if names and _is_post_of(names[-1], name):
            names[-1] = replace(names[-1], text=f"{name.text} {names[-1].text}")
        else:
            names.append(_with_shared_post(name, names))
        whole = index < longest
        end = tokens[index - 1].end
        index = skip_separator(tokens, index)
    return _each_with_post(names), end


def _is_post_of(person: Name, post: Name) -> bool:
    """Whether a post stands after its holder: «Орлов К.К., директор школы»."""
    if not persons.PERSON.fullmatch(person.text) or post.group or persons.PERSON.search(post.text):
        return False
    words = post.text.split()
    return len(words) > 1 and words[0].islower() and any(map(is_post, words[:3]))


def _with_shared_post(name: Name, before: Sequence[Name]) -> Name:
    """A person with the post that those named before share: «депутатам Орлову К.К., Лосеву Р.Р.»."""
    post = before and before[-1].group and persons.PERSON.sub("", before[-1].text).strip()
    if not post or post == before[-1].text or not persons.PERSON.fullmatch(name.text):
        return name
    return replace(name, text=f"{post} {name.text}", group=True)


def _each_with_post(names: Sequence[Name]) -> list[Name]:
    """`names`, where a post in the plural stands before a person: «депутаты Орлов К.К.» is «депутат Орлов К.К.»."""
    found = []
    for name in names:
        person = persons.PERSON.search(name.text) if name.group else None
        if person is None or person.end() < len(name.text):
            found.append(name)
            continue
        found.append(replace(name, text=f"{_singular(name.text[: person.start()])} {person[0]}", group=False))
    return found


def _singular(post: str) -> str:
    """A post in the singular: its adjectives and its noun change, not what they govern («члены комиссии»)."""
    words = post.split()
    noun = next((place for place, word in enumerate(words) if not morphology.is_adjective(word)), 0)
    for place in range(noun + 1):
        words[place] = (
            morphology.inflect(words[place], "nomn", frozenset({"nomn", "sing"}), number="plur") or words[place]
        )
    return " ".join(words)


def listed(text: str) -> list[Name]:
    """The names in a cell or after «Ответственный:», usually in the nominative."""
    names: list[Name] = []
    for part in re.split(r"\s*[;\n]\s*", text.strip(" ;,")):
        if part:
            names.extend(_listed_part(part))
    return names


def _listed_part(part: str) -> list[Name]:
    for case in ("nomn", "datv", "ablt"):
        names, end = names_at(part, case)
        if names and not part[end:].strip(" .,;)"):
            return names
    tokens = list(tokens_of(part, 0))
    starts = [0]
    for index, token in enumerate(tokens[:-1]):
        after_person = index > 0 and tokens[index - 1].kind == "person"
        if token.kind == "sep" and (after_person or can_start(tokens, index + 1, "nomn", strict=True)):
            starts.append(tokens[index + 1].start)
    pieces = [part[a:b] for a, b in zip(starts, [*starts[1:], len(part)], strict=True)]
    return [Name(_clean(piece)) for piece in pieces if _clean(piece)]


def _clean(piece: str) -> str:
    text = " ".join(re.sub(r"\([^()]*\)", " ", piece).split()).strip(" ,;–—-")
    return text if re.search(r"[А-ЯЁ]\.$", text) else text.strip(" .,;–—-")


def _read_name(text: str, tokens: list[Token], index: int, case: str) -> tuple[Name, int]:
    """The name at `index` and the index after it."""
    if tokens[index].text.lower() in ALL:
        index += 1
    first = tokens[index]
    if first.kind == "person":
        after, lead, alias = _brackets(tokens, index + 1)
        return Name(persons.nominative(first.text, case), lead=lead, alias=alias), after
    forms: dict[int, str] = {}
    head = index if starts_short(first) else head_at(tokens, index, case)
    if head is None:
        head = index
    group = False
    if first.kind == "word" and not (starts_short(first) and first.text.isupper()):
        group = put_in_nominative(tokens, index, head, case, forms)
    end = end_of(tokens[: index + _LONGEST_NAME], head + 1, case)
    if end > index and tokens[end - 1].kind == "person" and tokens[end - 2].text not in UNDER:
        forms[end - 1] = persons.nominative(tokens[end - 1].text, case)
    elif end - 1 > head and not group and is_post(tokens[head].text):
        forms[end - 1] = persons.surname_alone(tokens[end - 1].text, case)
    agree_clauses(tokens, head, end, case, forms)
    forms.update({place: "" for place in range(index, end) if is_holder_inside(tokens, place, case)})
    after, lead, alias = _brackets(tokens, end)
    name = _compose(text, tokens, index, end, forms)
    if not group and tokens[end - 1].kind != "person" and is_post(tokens[head].text):
        name = _with_holder(name, tokens[end].text if end < len(tokens) else "", case)
    return Name(_lowered(name, tokens[head].text, group), group, lead, alias), after


def _with_holder(post: str, bracket: str, case: str) -> str:
    """A post with the person in brackets after it, in the nominative or as the post: «министру (Егорычеву С.В.)»."""
    inside = bracket.strip("()")
    if not persons.PERSON.fullmatch(inside):
        return post
    return f"{post} {persons.nominative(inside, case if case in ('datv', 'ablt') else 'nomn')}"


def _brackets(tokens: list[Token], index: int) -> tuple[int, bool, str | None]:
    """Skips brackets after a name: the index after them, whether they mark the lead, the short name in them."""
    lead, alias = False, None
    while index < len(tokens) and tokens[index].kind == "bracket":
        inside = tokens[index].text
        lead = lead or bool(_LEADS.search(inside))
        found = _ALIAS.search(inside)
        alias = found[1].strip(" «»") if found else alias
        index += 1
    return index, lead, alias


def _compose(text: str, tokens: list[Token], start: int, end: int, forms: dict[int, str]) -> str:
    parts: list[str] = []
    position = tokens[start].start
    for index in range(start, end):
        token = tokens[index]
        parts.append(text[position : token.start])
        parts.append(forms.get(index, token.text))
        position = token.end
    return " ".join("".join(parts).split()).strip(" ,;").replace(" ,", ",")


def _lowered(name: str, head: str, group: bool) -> str:
    """Posts and groups begin with a small letter."""
    first = name.split(" ", 1)[0]
    if (group or is_post(head) or SHORT_POST.match(head)) and first[1:].islower():
        return name[0].lower() + name[1:]
    return name
