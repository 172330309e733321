"""Single points as secretaries word them: kind, parties, deadline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resolute import protocols

HEAD = """ПРОТОКОЛ № 5
заседания комиссии по ремонту Озёрского района

24 мая 2024 года

СЛУШАЛИ: Иванова П.П.
РЕШИЛИ:
1. Информацию принять к сведению.
"""
SENTENCES = Path(__file__).resolve().parents[1] / "data" / "points.txt"
"""The point, its kind, the parties, the type of the deadline and the due date, for a protocol of 24 May 2024."""


def folded(names: list[str]) -> list[list[str]]:
    return [re.findall(r"\w+", name.lower().replace("ё", "е")) for name in names]


@pytest.mark.parametrize("part", range(4))
def test_a_point_says_who_does_what_by_when(part):
    wrong = []
    for row in SENTENCES.read_text("utf-8").splitlines()[part::4]:
        text, kind, parties, deadline, due = row.split("|")
        points = protocols.read(f"{HEAD}2. {text}\n\nПредседатель      В.И. Зотов\n".encode()).points[1:]
        found = [
            (p.kind, folded([party.name for party in p.responsible]), p.deadline.type, str(p.deadline.due or ""))
            for p in points
        ]
        if found != [(kind, folded([name for name in parties.split(";") if name]), deadline, due)]:
            wrong.append((text, found))
    assert wrong == []
