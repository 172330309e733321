"""What scanners mistake: letters and digits that look alike, a space lost before a date."""

from __future__ import annotations

import re

_COUNTED = "дн|мес|нед|кв|раз|крат|час|этаж|ступ|комн"
_MISREAD = (
    (re.compile(rf"(?<![\w.,-])3(?=[а-яёaceopxy]{{4,}})(?=[aceopxy]{{0,3}}[а-яё])(?!{_COUNTED})"), "З"),
    (re.compile(r"(?<![\w.,-])0(?=[а-яё])"), "О"),
    (re.compile(r"(?<![\w.])О6(?=\s)"), "Об"),
    (re.compile(r"(?<=\d)[OОoо](?=\d)"), "0"),
    (re.compile(r"(?<=№)\s?З(?=\s|$)|(?<=\d\.)З(?=\.?\s|\)|$)"), "3"),
    (re.compile(r"^[l|](?=\.(?:\s|\d))"), "1"),
    (re.compile(r"(?<![\w-])(до|от|по|с|к|на)(?=\d{1,2}(?:\.\d\d?\.\d\d|\s[а-я]{3,}))"), r"\1 "),
)
_SUSPECT = re.compile(r"[\d№]|^[l|]")


def put_right(text: str) -> str:
    """`text` with what a scanner mistook put right: «3аместителю», «2.З.», «до01.07.2023»."""
    if not _SUSPECT.search(text):
        return text
    for pattern, right in _MISREAD:
        text = pattern.sub(right, text)
    return text
