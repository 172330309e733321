"""The automatic numbers of a Word document, as Word prints them."""

from __future__ import annotations

import re
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MAX_LEVEL = 9


class Numbering:
    """Counts the numbered paragraphs of a document in their order."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._abstract_of: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()
        self._styles: dict[str, tuple[str | None, int]] = {}
        self._headings: set[str] = set()
        if numbering is not None:
            self._read(numbering)
        if styles is not None:
            self._read_styles(styles)

    def _read(self, root: Any) -> None:
        for abstract in root.iter(f"{W}abstractNum"):
            self._levels[abstract.get(f"{W}abstractNumId", "")] = {
                _integer(level.get(f"{W}ilvl")): (
                    _value(level, "numFmt", "decimal"),
                    _value(level, "lvlText", ""),
                    _integer(_value(level, "start", "1")),
                )
                for level in abstract.iterchildren(f"{W}lvl")
            }
        for num in root.iterchildren(f"{W}num"):
            key = num.get(f"{W}numId", "")
            self._abstract_of[key] = _value(num, "abstractNumId", "")
            for override in num.iterchildren(f"{W}lvlOverride"):
                start = override.find(f"{W}startOverride")
                if start is not None:
                    level = _integer(override.get(f"{W}ilvl"))
                    self._starts[key, level] = _integer(start.get(f"{W}val"))

    def _read_styles(self, root: Any) -> None:
        for style in root.iter(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            if _value(style, "name", "").lower().startswith(("heading", "title")):
                self._headings.add(name)
            properties = style.find(f"{W}pPr/{W}numPr")
            if properties is not None:
                self._styles[name] = (
                    _value(properties, "numId", "") or None,
                    _integer(_value(properties, "ilvl", "0")),
                )

    def is_heading(self, paragraph: Any) -> bool:
        """Whether the paragraph has a heading style."""
        return _style(paragraph) in self._headings

    def label(self, paragraph: Any) -> str:
        """The number that Word prints before `paragraph` ("" for none); advances the count."""
        num, level = self._place(paragraph)
        levels = self._levels.get(self._abstract_of.get(num or "", ""))
        if num is None or levels is None or level not in levels:
            return ""
        counters = self._advance(num, level, levels)
        form, text, _start = levels[level]
        if form == "bullet":
            return "-"
        if form == "none":
            return ""

        def shown(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            value = counters[index] if 0 <= index < _MAX_LEVEL else None
            own_form = levels[index][0] if index in levels else "decimal"
            return shown_as(value if value is not None else 1, own_form)

        return re.sub(r"%(\d)", shown, text)

    def _place(self, paragraph: Any) -> tuple[str | None, int]:
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        num, level = self._styles.get(_style(paragraph), (None, 0))
        if properties is not None:
            num = _value(properties, "numId", num or "") or None
            level = _integer(_value(properties, "ilvl", str(level)))
        return (None if num == "0" else num), min(max(level, 0), _MAX_LEVEL - 1)

    def _advance(self, num: str, level: int, levels: dict[int, tuple[str, str, int]]) -> list[int | None]:
        counters = self._counters.setdefault(self._abstract_of[num], [None] * _MAX_LEVEL)
        start = self._starts.get((num, level))
        if start is not None and (num, level) not in self._restarted:
            self._restarted.add((num, level))
            counters[level] = start
        else:
            value = counters[level]
            counters[level] = levels[level][2] if value is None else value + 1
        for deeper in range(level + 1, _MAX_LEVEL):
            counters[deeper] = None
        for higher in range(level):
            if counters[higher] is None:
                counters[higher] = levels[higher][2] if higher in levels else 1
        return counters


def shown_as(value: int, form: str) -> str:
    if form in ("russianLower", "russianUpper"):
        letter = _RUSSIAN[(value - 1) % len(_RUSSIAN)]
        return letter.upper() if form == "russianUpper" else letter
    if form in ("lowerLetter", "upperLetter"):
        letter = _LATIN[(value - 1) % len(_LATIN)]
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and value < 40:
        roman = ""
        for size, sign in _ROMAN:
            roman += sign * (value // size)
            value %= size
        return roman.upper() if form == "upperRoman" else roman
    return str(value)


def _value(element: Any, tag: str, default: str) -> str:
    child = element.find(f"{W}{tag}")
    return default if child is None else str(child.get(f"{W}val", default))


def _integer(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 7 else 0


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else str(style.get(f"{W}val", ""))
