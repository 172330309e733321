"""The marks that items of a list begin with: «1.», «1.3.1.», «2)», «а)», «IV.», «-»."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resolute.protocols.source import DASH

_LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя"
_BULLETS = rf"[{DASH}•·▪●○◦➢✓‣*§\uf0b7\uf0a7]"
_MARK = re.compile(
    rf"^(?P<bullet>{_BULLETS})?\s*(?:(?:[Пп]ункт|[Пп]\.)\s*)?(?:"
    r"(?P<path>\d{1,3}(?:\.\d{1,3}){1,5})(?:\.|\))?(?=\s|[А-ЯЁа-яё«])"
    r"|(?P<number>\d{1,4})(?P<end>\.|\))(?=\s|[А-ЯЁа-яё«])"
    r"|(?P<letter>[а-яa-z])\)(?=\s|[А-ЯЁа-яё«])"
    r"|(?P<roman>[IVXІХ]{1,6})(?:\.|\))(?=\s|[А-ЯЁ«])"
    r")\s*"
)
_BULLET = re.compile(rf"^{_BULLETS}\s*(?=\S)")
_NOT_NUMBERS = re.compile(
    r"^\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)(?!\d)|^\d{1,2}\.\d\d\s*(?:ч\b|час|[-–—]\s*\d{1,2}\.\d\d)|^\d{1,2}\.\d\d(?=\s*$)"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class Mark:
    """The number, letter or bullet of an item."""

    style: str
    """`path`, `dot`, `paren`, `letter`, `roman`, `bullet` or `bare` (no mark at all)."""
    numbers: tuple[int, ...] = ()
    label: str = ""
    """How the last number stands in a ref: «а», «3»."""

    @property
    def number(self) -> int:
        """The last number; 0 for bullets."""
        return self.numbers[-1] if self.numbers else 0


BARE = Mark("bare")


def parse(text: str) -> tuple[Mark, str] | None:
    """The mark that `text` begins with and the rest; None when there is none."""
    if _NOT_NUMBERS.match(text):
        return None
    match = _MARK.match(text)
    if match is None:
        bullet = _BULLET.match(text)
        if bullet is None or not text[bullet.end() :].strip():
            return None
        return Mark("bullet"), text[bullet.end() :].strip()
    rest = text[match.end() :].strip()
    if match["path"]:
        numbers = tuple(int(part) for part in match["path"].split("."))
        return Mark("path", numbers, str(numbers[-1])), rest
    if match["number"]:
        style = "dot" if match["end"] == "." else "paren"
        return Mark(style, (int(match["number"]),), str(int(match["number"]))), rest
    if match["letter"]:
        return Mark("letter", (letter_number(match["letter"]),), match["letter"]), rest
    number = roman_number(match["roman"])
    return Mark("roman", (number,), str(number)), rest


def letter_number(letter: str) -> int:
    """The place of a letter in a list; ё and й are left out, as lists do."""
    if letter in _LETTERS:
        return _LETTERS.index(letter) + 1
    return ord(letter) - ord("a") + 1 if "a" <= letter <= "z" else len(_LETTERS)


def roman_number(roman: str) -> int:
    """The value of a Roman numeral (Cyrillic look-alikes too)."""
    values = [_ROMAN[sign] for sign in roman.translate(str.maketrans("ІХ", "IX"))]
    return sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))


def inline(text: str, after: Mark | None = None) -> list[tuple[Mark | None, str]]:
    """Splits points that stand in one paragraph: «1. … 2. …», «а) …; б) …».

    `after` is the mark that the paragraph itself began with. The first part may have no mark of its own.
    """
    for style, pattern in _INLINE:
        if after is not None and after.style == style:
            expected = after.number + 1
        elif after is None or style != "dot":
            expected = 1
        else:
            continue
        cuts = _sequence(text, pattern, expected, need=1 if after is not None and after.style == style else 2)
        if cuts:
            parts: list[tuple[Mark | None, str]] = [(after, text[: cuts[0][0]].strip())]
            for (_start, begin, mark), end in zip(cuts, [*(cut[0] for cut in cuts[1:]), len(text)], strict=True):
                parts.append((mark, text[begin:end].strip()))
            return parts
    return [(after, text)]


_INLINE = (
    ("dot", re.compile(r"(?:(?<=[.;:!»)])\s*|^|(?<=[.;:,])\s*)(?<!\d\.)(?<!№ )(\d{1,4})\.\s?(?=[А-ЯЁ«])")),
    ("paren", re.compile(r"(?:(?<=[.;:,])\s*|^)(\d{1,2})\)\s?(?=[А-ЯЁа-яё«])")),
    ("letter", re.compile(r"(?:(?<=[.;:,])\s*|^)([а-я])\)\s?(?=[А-ЯЁа-яё«])")),
)


def _sequence(text: str, pattern: re.Pattern[str], expected: int, need: int) -> list[tuple[int, int, Mark]]:
    """The marks of a run of numbers that goes on from `expected`, at least `need` of them."""
    cuts: list[tuple[int, int, Mark]] = []
    for match in pattern.finditer(text):
        raw = match[1]
        number = int(raw) if raw.isdecimal() else letter_number(raw)
        if number != expected:
            continue
        style = "letter" if not raw.isdecimal() else "dot" if text[match.end(1)] == "." else "paren"
        cuts.append((match.start(), match.end(), Mark(style, (number,), raw)))
        expected += 1
    return cuts if len(cuts) >= need else []
