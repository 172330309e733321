"""Who is who in one protocol: short names, clipped names, acronyms and other spellings come to one party."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from resolute.protocols import clips, morphology, parties
from resolute.protocols.parties import Name
from resolute.protocols.points import Draft
from resolute.protocols.roles import SELF

_QUOTES = re.compile(r"[«»\"“”„]")
_BODY = re.compile(
    r"\b(?:Министерств|Департамент|Комитет|Управлени|Агентств|Инспекци|Служб|Комисси|Отдел|Центр|Палат|Фонд|Администраци)[а-я]*",
    re.I,
)
_CASES = ("nomn", "datv", "accs", "gent", "ablt")

_Keyed = tuple[tuple[str, ...], str]
"""A name after the words that it is known by."""
_INTRODUCING = re.compile(r"\(далее[^()]{0,295}\)")
_MOST_BRACKETS = 200
"""How many short names are looked for where the text introduces them."""
_MOST_ALIKE = 100
"""A short name that may stand for more than so many stands for none."""


class Directory:
    """The names used in a protocol."""

    def __init__(self, texts: Sequence[str], drafts: Sequence[Draft], signer: str | None) -> None:
        self._texts = texts
        self._signer = signer
        self._shorts: dict[str, str | None] = {}
        self._by_letter: dict[str, list[str]] = {}
        self._begun: dict[str, dict[str, list[str]]] = {}
        self._wholes: dict[tuple[str, ...], str | None] = {}
        self._aliases: dict[tuple[str, ...], str] = {}
        self._full: dict[tuple[str, ...], str] = {}
        self.spellings: dict[tuple[str, ...], Counter[str]] = {}
        """How often each spelling of a name is written, by the name without punctuation and endings.

        A name that a head hands down to its items is written once.
        """
        handed_down = {id(name): name for draft in drafts for name in draft.names}
        self._note(handed_down.values())
        self._note(_introduced(texts))
        self._owned = {"": _by_owned(self._full.items())}
        """Names by the shorter one to which they add an owner: those noted, and by letter those in the text."""

    def _note(self, names: Iterable[Name]) -> None:
        for name in names:
            key = key_of(name.text)
            self._full.setdefault(key, name.text)
            self.spellings.setdefault(key, Counter())[name.text] += 1
            if name.alias:
                self._aliases[key_of(name.alias)] = name.text

    def resolved(self, names: Sequence[Name]) -> list[Name]:
        """`names` as the full names of parties, each once."""
        found: dict[tuple[str, ...], Name] = {}
        for name in names:
            text = self._resolve(name)
            found.setdefault(key_of(text), replace(name, text=text))
        return list(found.values())

    def _resolve(self, name: Name) -> str:
        if name.text == SELF:
            return self._signer or name.text
        key = key_of(name.text)
        if key in self._aliases:
            return self._aliases[key]
        if clips.is_short(name.text):
            return self._unfolded(name.text) or name.text
        whole = self._extended(key) if not name.group else None
        return whole or self._usual(key) or name.text

    def _usual(self, key: tuple[str, ...]) -> str | None:
        """The spelling used most; among equals the one with more commas, then the longer one."""
        forms = self.spellings.get(key)
        return max(forms, key=lambda form: (forms[form], form.count(","), len(form))) if forms else None

    def _extended(self, key: tuple[str, ...]) -> str | None:
        """The one longer name in the document that adds whose body it is: «… администрации города Тихоборска»."""
        if key and key not in self._wholes:
            longer = {full: name for full, name in self._candidates(key) if _is_one(name, key)}
            longest = max(longer, key=len, default=())
            one = all(full == longest[: len(full)] for full in longer)
            self._wholes[key] = (self._usual(longest) or longer[longest]) if longer and one else None
        return self._wholes.get(key)

    def _candidates(self, key: tuple[str, ...]) -> Iterator[_Keyed]:
        """The longer names that add an owner to `key`."""
        letter = key[0][0]
        if letter not in self._owned:
            self._owned[letter] = _by_owned((key_of(name), name) for name in self._in_text(letter))
        yield from self._owned[""].get(key, ())
        yield from self._owned[letter].get(key, ())

    def _unfolded(self, short: str) -> str | None:
        """The one full name in the document that `short` abbreviates."""
        if short not in self._shorts:
            self._shorts[short] = self._search(short)
        return self._shorts[short]

    def _search(self, short: str) -> str | None:
        for alike in (self._alike("", short), self._alike(short[0].lower(), short)):
            fits = {key_of(full): full for full in alike if clips.stands_for(short, full)}
            if len(fits) == 1:
                return next(iter(fits.values()))
        return None

    def _alike(self, letter: str, short: str) -> list[str]:
        """The names that `short` may stand for: those noted, or those in the text with this first letter."""
        if letter not in self._begun:
            names = self._in_text(letter) if letter else self._full.values()
            begun: dict[str, list[str]] = defaultdict(list)
            for name in names:
                for beginning in clips.beginnings(name):
                    begun[beginning].append(name)
            self._begun[letter] = begun
        alike = self._begun[letter].get(clips.beginning(short), [])
        return alike if len(alike) <= _MOST_ALIKE else []

    def _in_text(self, letter: str) -> list[str]:
        """The names of bodies with this first letter that stand anywhere in the text."""
        if letter not in self._by_letter:
            found: dict[str, None] = {}
            for text in self._texts:
                for match in _BODY.finditer(text):
                    if match[0][0].lower() == letter:
                        found.update((name, None) for name in _names_in_any_case(text, match))
            self._by_letter[letter] = list(found)
        return self._by_letter[letter]


def _by_owned(names: Iterable[_Keyed]) -> dict[tuple[str, ...], list[_Keyed]]:
    """Names by each beginning of theirs after which words say whose it is."""
    found: dict[tuple[str, ...], list[_Keyed]] = {}
    for full, name in names:
        for size in range(2, len(full)):
            if _is_owner(full[size : size + 2]):
                found.setdefault(full[:size], []).append((full, name))
    return found


def _is_owner(words: tuple[str, ...]) -> bool:
    """Whether words say whose a body is: an administration, or a region by its name."""
    return words[0] == "админ" or (len(words) > 1 and words[1] in _PLACES)


def _is_one(name: str, key: tuple[str, ...]) -> bool:
    """Whether no comma, which could begin another name, stands in what `name` adds to `key`."""
    return "," not in " ".join(name.split()[max(len(key) - 1, 0) :])


_PLACES = frozenset(word[:5] for word in ("области", "края", "района", "города", "округа", "республики"))


def _names_in_any_case(text: str, match: re.Match[str]) -> Iterator[str]:
    for case in _CASES:
        if case in morphology.cases(match[0]):
            yield from (name.text for name in parties.names_at(text, case, start=match.start(), only=True)[0])


def _introduced(texts: Sequence[str]) -> list[Name]:
    """Names with a short name in brackets anywhere in the text: «… (далее – Комитет)»."""
    brackets = (bracket for text in texts for bracket in _INTRODUCING.finditer(text))
    return [name for bracket in islice(brackets, _MOST_BRACKETS) for name in _before_bracket(bracket)]


def _before_bracket(bracket: re.Match[str]) -> list[Name]:
    """The longest name that ends at the bracket."""
    window = max(0, bracket.start() - 250)
    text = bracket.string[window : bracket.end()]
    for match in re.finditer(r"(?<![^\s,;(«])[^\s,;(«]", text[: bracket.start() - window]):
        for case in _CASES:
            names, _end = parties.names_at(text, case, start=match.start())
            hits = [name for name in names if name.alias]
            if hits:
                return hits
    return []


def key_of(name: str) -> tuple[str, ...]:
    """A name with quotes, punctuation, case endings and ё left out."""
    text = _QUOTES.sub(" ", name.lower().replace("ё", "е"))
    return tuple(word[:5] for word in re.findall(r"\w+", text))
