"""Clipped names and acronyms: «Минсоцзащиты области», «КУГИ»."""

from __future__ import annotations

import re

from resolute.protocols.vocabulary import words_of

_SMALL = words_of(
    """
    и по в во на при за с со о об для из к от
    """
)
_CLIP = re.compile(r"^(?:Мин|Деп|Упр|Гос|Глав|Ком)[а-яё]{3,}$")
_ACRONYM = re.compile(r"^[А-ЯЁ]{3,8}$")
_FULL_WORDS = re.compile(r"^(?:минист|департ|управл|госуд|главн|комит|комис|комп|комб|комм)", re.I)


def is_short(name: str) -> bool:
    """Whether `name` begins with a clipped name or an acronym that stands for a longer one."""
    first = name.split(" ", 1)[0]
    return bool(_CLIP.match(first) and not _FULL_WORDS.match(first)) or (
        bool(_ACRONYM.match(first)) and "«" not in name
    )


def stands_for(short: str, full: str) -> bool:
    """Whether `short` abbreviates `full`; words after the abbreviation must stand in `full` too."""
    first, *rest = short.split()
    words = [word for word in re.findall(r"[а-я]+", full.lower().replace("ё", "е")) if word not in _SMALL]
    if not words or full.split()[0] == first:
        return False
    endings = [re.sub(r"\W", "", word).lower().replace("ё", "е")[:5] for word in rest]
    if not all(any(word.startswith(ending[:4]) for word in words) for ending in endings if ending):
        return False
    if _ACRONYM.match(first):
        return _is_acronym(first.lower(), full)
    low = first.lower().replace("ё", "е")
    return words[0].startswith(low[:3]) and _is_clip(low[3:], words[1:])


def _is_acronym(acronym: str, full: str) -> bool:
    words = re.findall(r"[а-яё]+", full.lower())
    initials = "".join(word[0] for word in words if word not in _SMALL)
    return initials.startswith(acronym) or "".join(word[0] for word in words).startswith(acronym)


def _is_clip(rest: str, words: list[str]) -> bool:
    """Whether `rest` is cut from the beginnings of `words` in their order, at least three letters each."""
    todo = [(rest, 0)]
    while todo:
        left, index = todo.pop()
        if not left:
            return True
        if index == len(words):
            continue
        todo.append((left, index + 1))
        size = _common(left, words[index])
        todo.extend((left[cut:], index + 1) for cut in range(3, size + 1))
        if size >= 3 and len(left) - size <= 2:
            return True
    return False


def _common(a: str, b: str) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return size
