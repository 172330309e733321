"""The labels that lines and brackets begin with: «Ответственный:», «Соисполнители:», «Срок:», «Контроль:»."""

from __future__ import annotations

import re

from resolute.protocols.deadlines import NAMED
from resolute.protocols.persons import PERSON
from resolute.protocols.source import DASH

_LABEL = (
    r"(?:ответственн(?:ый|ые|ая|ое)(?:\s+(?:исполнител[ьи]|лиц[оа]|за\s+исполнение))?|исполнител[ьи]"
    r"|отв\.(?:\s*исп\.)?|исп\.|ответств\.)"
)
RESPONSIBLE = re.compile(
    rf"\b{_LABEL}\s*[{DASH}:]+\s*|(?<!\()\b{_LABEL}\s+(?=(?-i:{PERSON.pattern}))"
    r"|(?<!\()\bотв\.\s+(?!секретар|исп|за\s)(?=[а-яё])",
    re.I,
)
"""«Ответственный: …», «отв. – …»; before a person and after «отв.» also without a dash, but not in brackets after a
body."""
CO_EXECUTOR = re.compile(rf"\bсоисполнител[ьи]\s*(?:[{DASH}:]+\s*)", re.I)
NOTE = re.compile(
    rf"^\(?\s*(?:{NAMED.pattern}|{RESPONSIBLE.pattern}|{CO_EXECUTOR.pattern}|(?:на\s+)?контрол[ья]\s*(?:за\s+исполнением)?\s*[{DASH}:]|сроки?\s*(?:исполнения)?\s*:?\s*$|ответственн\w+\s*$)",
    re.I,
)
"""A line that belongs to the point above it."""
