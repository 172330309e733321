"""Protocols made from the hand-made truth, so that modelling is tested apart from reading."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol

TRUTHS = Path(__file__).parents[1] / "data" / "protocols"


def truth(name: str) -> Protocol:
    """The protocol of `NAME.truth.json`; texts are the first words that the truth keeps."""
    given = json.loads((TRUTHS / f"{name}.truth.json").read_text(encoding="utf-8"))
    head = given["protocol"]
    return Protocol(
        number=head["number"],
        date=_day(head["date"]),
        body=head["body"],
        points=tuple(_point(point) for point in given["points"]),
    )


def names() -> list[str]:
    return sorted(path.name.removesuffix(".truth.json") for path in TRUTHS.glob("*.truth.json"))


def _point(given: dict[str, Any]) -> Point:
    deadline = given["deadline"]
    return Point(
        ref=given["ref"],
        agenda=given["agenda"],
        text=given["text_starts"],
        kind=given["kind"],
        responsible=tuple(Party(name) for name in given["responsible"]),
        deadline=Deadline(
            deadline["text"],
            deadline["type"],
            _day(deadline["due"]),
            then=deadline["then"],
            recurring=deadline["recurring"],
        ),
        after=tuple(Dependency(ref) for ref in given["after"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
