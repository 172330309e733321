"""Measures and wraps text without any font at hand, by the advance widths of Arial and its metric twins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LINE = 1.25
"""Height of a line as a multiple of the font size."""

_WIDTHS = {
    191: "'",
    222: "ijlіј‘’",
    260: "|¦",
    278: " !,./:;I[\\]ft\xa0·ÌÍÎÏìíîïІЇї",
    333: "()-`r¡¨\xad²³´¸¹“”„{}•",
    365: '"ºгѓª',
    400: "*°ґ",
    438: "кќ",
    458: "зт^",
    500: "JcksvxyzçýÿЈсухѕўэєҐ",
    527: "чьв",
    545: "¶ЃГпя±÷¯нџ",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»àáâãäåèéêëðñòóôõöùúûüþаеорѐёђћ–€ийѝ",
    583: "бцµЌКдл+<=>~¬×−",
    611: "ЗFTZ¿ßøТъ",
    656: "ЎУБЛЬ",
    667: "&ABEKPSVXYÀÁÂÃÄÅÈÉÊËÝÞЀЁЅАВЕРХЧжД",
    688: "м",
    722: "ЄЏИЙПЭыCDHNRUwÇÐÑÙÚÛÜЍНСЯ©®Ц",
    778: "юФGOQÒÓÔÕÖØОЪ",
    823: "шњфщmМM¼½¾",
    889: "ЋЂЫ%æљ",
    938: "ШЖЩW",
    1015: "Æ—…™←→ЊЮ@",
    1073: "ЉЏ№",
}
"""Thousandths of the font size: the characters at most so wide (Liberation Sans, rounded up)."""

_WIDTH = {character: width for width, characters in _WIDTHS.items() for character in characters}
_OTHER = 640
_BREAK = re.compile(r"[^\s-]*-+(?=[^\W\d])|\S+\s*|\s+")
_WIDE = 1000
_FIRST_WIDE = 0x2E80


@dataclass(frozen=True, slots=True)
class Text:
    """A label broken into lines for a place of a given size."""

    lines: tuple[str, ...]
    size: float
    cut: bool = False
    """True when the end did not fit; the last line then ends with an ellipsis."""

    @property
    def width(self) -> float:
        """Width of the longest line in pixels."""
        return max((text_width(line, self.size) for line in self.lines), default=0.0)

    @property
    def height(self) -> float:
        """Height of all lines in pixels."""
        return len(self.lines) * self.size * LINE


def text_width(text: str, size: float) -> float:
    """The width of `text` in pixels at a font size in pixels."""
    total = 0
    for character in text:
        width = _WIDTH.get(character)
        if width is None:
            width = _WIDE if ord(character) >= _FIRST_WIDE else _OTHER
        total += width
    return total * size / 1000


def longest_word(text: str, size: float) -> float:
    """The width of the longest part of `text` that holds no space or hyphen to break at."""
    return max((text_width(piece.rstrip(), size) for piece in _BREAK.findall(text)), default=0.0)


def _pieces(word: str, width: float, size: float) -> list[str]:
    """A word cut into pieces no wider than `width`; hyphens are added where it is cut."""
    if text_width(word.rstrip(), size) <= width:
        return [word]
    pieces: list[str] = []
    piece = ""
    for character in word:
        if piece and text_width(piece + character + "-", size) > width:
            pieces.append(piece if piece.endswith("-") else piece + "-")
            piece = ""
        piece += character
    pieces.append(piece)
    return pieces


@lru_cache(maxsize=4096)
def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """Breaks `text` into lines at most `width` pixels wide, at spaces and hyphens; its line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        room = width
        for piece in _BREAK.findall(paragraph.strip()):
            needed = text_width(piece.rstrip(), size)
            if needed <= room:
                line += piece
                room -= text_width(piece, size)
                continue
            if line:
                lines.append(line.rstrip())
            *full, line = _pieces(piece, width, size)
            lines.extend(full)
            room = width - text_width(line, size)
        if line:
            lines.append(line.rstrip())
    return tuple(lines)


def fit(text: str, width: float, height: float, sizes: tuple[float, ...] = (12, 11, 10, 9)) -> Text:
    """Wraps `text` in the largest of `sizes` that fits; what the smallest cannot hold is cut off.

    A smaller size is better than a broken word, a broken word better than a cut text.
    """
    for whole in (True, False):
        for size in sizes:
            lines = wrap(text, width, size)
            if len(lines) * size * LINE <= height and not (whole and longest_word(text, size) > width):
                return Text(lines, size)
    size = sizes[-1]
    lines = wrap(text, width, size)
    room = max(1, int(height // (size * LINE)))
    last = lines[room - 1]
    while last and text_width(last + "…", size) > width:
        last = last[:-1]
    return Text((*lines[: room - 1], last.rstrip(" -,;") + "…"), size, cut=True)
