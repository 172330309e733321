"""Words that name a body, a post or a group, also clipped ones («Минфин»)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from resolute.protocols import morphology
from resolute.protocols.vocabulary import HEADS, POSTS

HEAD_WORDS = frozenset(word.replace("ё", "е") for word in HEADS)
POST_WORDS = frozenset(word.replace("ё", "е") for word in POSTS)
_CLIPPED = re.compile(r"^(?:Мин|Рос|Гос|Глав|Обл|Гор|Край|Рай|Деп|Упр|Ком|Гостех|Фин)[а-яё]{3,}$")
SHORT_POST = re.compile(
    r"(?:(?:зам|зав|нач|гл|пред|и\.\s?о|доц|проф|ст|преп|асс|акад|инж|секр|вед|спец)\.|врио)(?!\w)", re.I
)
"""A post cut short, which does not decline: «зам.», «и.о.»."""
_CLIP_ENDINGS = (("ом$", ("ablt",)), ("у$", ("datv",)), ("[бвгдзклмнпрстфхцчшщ]$", ("nomn", "accs")))


@lru_cache(maxsize=20_000)
def is_clipped(word: str) -> bool:
    """Whether `word` is a clipped name of a body («Минтруд»)."""
    if not _CLIPPED.match(word) or any(p.is_known and p.tag.POS in ("ADJF", "PRTF") for p in morphology.parses(word)):
        return False
    return not any(parse.normal_form.replace("ё", "е") in HEAD_WORDS for parse in morphology.parses(word.lower()))


def clip_fits(word: str, case: str) -> bool:
    """Whether a clipped name stands in `case`: «Минфин» declines, «Минэкономразвития» does not."""
    for ending, fits in _CLIP_ENDINGS:
        if re.search(ending, word):
            return case in fits
    return True


@lru_cache(maxsize=20_000)
def is_head(word: str, case: str) -> bool:
    """Whether `word` can be the head of a body, post or group in `case`."""
    for parse in morphology.parses(word.lower()):
        if parse.tag.POS in ("NOUN", "ADJF", "PRTF") and parse.tag.case == case and base_form(parse) in HEAD_WORDS:
            return True
    tail = word.rpartition("-")[2]
    return tail != word and len(tail) > 3 and is_head(tail, case)


@lru_cache(maxsize=20_000)
def is_post(word: str) -> bool:
    """Whether `word` names a post, in any case."""
    return any(
        parse.tag.POS in ("NOUN", "PRTF") and base_form(parse) in POST_WORDS
        for parse in morphology.parses(word.lower())
    )


def base_form(parse: Any) -> str:
    """The dictionary form of a word; of a participle used as a noun its own («управляющий», not «управлять»)."""
    form = parse.inflect({"nomn", "masc", "sing"}) if parse.tag.POS == "PRTF" else None
    base: str = form.word if form is not None else parse.normal_form
    return base.replace("ё", "е")
