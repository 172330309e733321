"""Clipped names and acronyms: «Минсоцзащиты области», «КУГИ»."""

from __future__ import annotations

import re

from resolute.protocols.vocabulary import words_of

_SMALL = words_of(
    """
    и по в во на при за с со о об для из к от
    """
)
_CLIP = re.compile(r"^(?:Мин|Деп|Упр|Гос|Глав|Ком)[а-яё]{3,40}$")
_ACRONYM = re.compile(r"^[А-ЯЁ]{3,8}$")
_FULL_WORDS = re.compile(r"^(?:минист|департ|управл|госуд|главн|комит|комис|комп|комб|комм)", re.I)


def is_short(name: str) -> bool:
    """Whether `name` begins with a clipped name or an acronym that stands for a longer one."""
    first = name.split(" ", 1)[0]
    return bool(_CLIP.match(first) and not _FULL_WORDS.match(first)) or (
        bool(_ACRONYM.match(first)) and "«" not in name
    )


def beginning(short: str) -> str:
    """The letters of `short` by which the names that it may stand for are found."""
    first = short.split(" ", 1)[0]
    return first.lower()[:3] if _ACRONYM.match(first) else first.lower().replace("ё", "е")[:6]


def beginnings(full: str) -> set[str]:
    """The beginnings of all that may abbreviate `full`."""
    words = _words(full)
    found = {initials[:3] for initials in _initials(full)}
    return found | {words[0][:3] + word[:3] for word in words[1:]}


def stands_for(short: str, full: str) -> bool:
    """Whether `short` abbreviates `full`; words after the abbreviation must stand in `full` too."""
    first, *rest = short.split()
    words = _words(full)
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
    return any(initials.startswith(acronym) for initials in _initials(full))


def _words(full: str) -> list[str]:
    return [word for word in re.findall(r"[а-я]+", full.lower().replace("ё", "е")) if word not in _SMALL]


def _initials(full: str) -> tuple[str, str]:
    """The first letters of the words of `full`, without the small ones and with them."""
    words = re.findall(r"[а-яё]+", full.lower())
    return "".join(word[0] for word in words if word not in _SMALL), "".join(word[0] for word in words)


def _is_clip(rest: str, words: list[str]) -> bool:
    """Whether `rest` is cut from the beginnings of `words` in their order, at least three letters each."""
    todo = [(rest, 0)]
    seen: set[tuple[str, int]] = set()
    while todo:
        left, index = todo.pop()
        if not left:
            return True
        if index == len(words) or (left, index) in seen:
            continue
        seen.add((left, index))
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
