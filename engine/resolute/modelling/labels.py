"""Short names for pictures: what a point asks for, without its parties, cut at a word."""

from __future__ import annotations

import re

from resolute import i18n
from resolute.i18n import Language
from resolute.protocols.values import Point, Protocol

_ = i18n.translator("modelling")

LONGEST = 64
"""Letters of a name inside a shape."""

_DANGLING = re.compile(r"(?: \S{1,3})+$")
"""What a shortened name does not end with: short words, mostly prepositions and conjunctions."""
_OPEN = " ,;:.(«–—-"

_ASKS = frozenset({"assignment", "standing"})
_RECOMMEND = re.compile(r"^(?:рекомендовать|просить|предложить)\s+", re.IGNORECASE)
_RESPONSIBLE = re.compile(r"^.*?\bответственн\w+ (за .*)$", re.IGNORECASE)
"""«Определить Министерство … ответственным за сопровождение»: the duty is what stands at the end."""
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def language(protocol: Protocol) -> Language:
    """The language that the points are written in."""
    text = "".join(point.text for point in protocol.points)
    cyrillic = sum("а" <= letter <= "я" for letter in text.lower())
    latin = sum("a" <= letter <= "z" for letter in text.lower())
    return "ru" if cyrillic >= latin else "en"


def label(point: Point) -> str:
    """`1.3.1. Организовать работу по формированию…`: the ref and what is to be done, cut to fit a shape."""
    return f"{point.ref}. {shortened(deed(point))}"


def deed(point: Point) -> str:
    """What is to be done, without the parties that the point opens with and the deadline set apart at an end of it."""
    text = _without_term(" ".join(point.text.split()).lstrip("-–— ").rstrip(" ;.,:"), point.deadline.text)
    if point.kind == "recommendation":
        deed = _from_the_verb(_RECOMMEND.sub("", text))
        text = _("Recommended: {deed}").format(deed=deed[:1].lower() + deed[1:])
    elif point.kind in _ASKS:
        text = _from_the_verb(text)
    elif point.kind == "designation" and point.deadline.type != "none":
        text = _RESPONSIBLE.sub(_("Answer") + r" \1", text)
    return text[:1].upper() + text[1:]


def _without_term(text: str, term: str | None) -> str:
    """`text` without «… (срок – до 20 мая)», «… Срок исполнения: 20 мая», «До 20 мая …», where that is the deadline."""
    if not term:
        return text
    words = r"\s+".join(map(re.escape, term.split()))
    after = rf"[\s.,;(]+срок(?:\s+(?:исполнения|реализации|выполнения))?\s*[:–—−-]*\s*{words}[\s.)]*$"
    before = rf"^{words}\s+"
    return re.sub(before, "", re.sub(after, "", text, flags=re.IGNORECASE), flags=re.IGNORECASE) or text


def shortened(text: str, longest: int = LONGEST) -> str:
    """`text` cut at the last word that fits, with an ellipsis where something is left out."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest + 1].rpartition(" ")[0] or text[: longest - 1]
    return _DANGLING.sub("", cut.rstrip(_OPEN)).rstrip(_OPEN) + "…"


def _from_the_verb(text: str) -> str:
    """`text` from its first infinitive on: a point that opens with its parties names the deed after them."""
    from resolute.protocols.morphology import is_infinitive

    for word in _WORD.finditer(text):
        if word.group()[-2:] in ("ть", "ти", "чь", "ся") and is_infinitive(word.group()):
            return text[word.start() :]
    return text
