"""Names that models share: ids of processes and elements, the key of a protocol, names of messages."""

from __future__ import annotations

import re

from resolute.protocols.values import Protocol

_LATIN = dict(zip("абвгдеёзиклмнопрстуфыэ", "abvgdeeziklmnoprstufye", strict=True)) | {
    "ж": "zh",
    "й": "y",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}


def slug(text: str) -> str:
    """`text` as lower-case ASCII words joined by underscores; Cyrillic letters are transliterated."""
    latin = "".join(_LATIN.get(letter, letter) for letter in text.lower())
    return "_".join(re.findall(r"[a-z0-9]+", latin))


def process_id(protocol: Protocol, agenda: int | None) -> str:
    """The id of a decision's process: `decision_2_2022_1` for question 1 of protocol № 2/2022.

    A number without the year gets it from the date; a protocol without a number is named by its date.
    """
    words = ["decision", slug(protocol.number or "")]
    day = protocol.date
    if day is not None and not protocol.number:
        words.append(day.strftime("%Y_%m_%d"))
    elif day is not None and str(day.year) not in slug(protocol.number or "").split("_"):
        words.append(str(day.year))
    if agenda is not None:
        words.append(str(agenda))
    return "_".join(word for word in words if word)


def protocol_key(protocol: Protocol) -> str:
    """What tells this protocol from every other one: number, date and body. Messages are correlated by it."""
    day = protocol.date.isoformat() if protocol.date else ""
    return " · ".join(part for part in (protocol.number, day, protocol.body) if part) or "protocol"


def point_key(protocol: Protocol, ref: str) -> str:
    """What tells one point from every other one in a database: the correlation key of its messages."""
    return f"{protocol_key(protocol)} · {ref}"


def done_message(protocol: Protocol, ref: str, reader: int | None) -> str:
    """The message that tells the decision on question `reader` that point `ref` of another one is done."""
    return f"{protocol_key(protocol)} · {ref} → {'-' if reader is None else reader}"
