"""No line of a document is lost: it stands in a point, in the head, among what was said, or among what was not read."""

import re
from pathlib import Path

import pytest

from resolute.protocols import keywords, layouts, read
from resolute.protocols.convert import convert
from resolute.protocols.structure import structure_of

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
TEXTS = sorted(p for p in DATA.iterdir() if p.suffix in (".txt", ".md"))
WORD = re.compile(r"[А-Яа-яЁёA-Za-z]{4,}")


def lost(path: Path) -> list[str]:
    """The lines with a word that the structure of a document does not hold."""
    lines = layouts.regrouped(convert(path, None).lines)
    found = structure_of(lines)
    aside = (*found.signatures, *found.unread, *found.spoken)
    kept = " ".join((*found.texts(), *found.undecided.values(), *(line.text for line in aside)))
    words = set(WORD.findall(kept))
    missing, broken = [], False
    for line in lines:
        own = WORD.findall(line.text)[broken:]
        broken = line.text.endswith("-")
        own = own[: len(own) - broken]
        if line.cells is None and not is_keyword(line.text) and any(word not in words for word in own):
            missing.append(line.text)
    return missing


def is_keyword(text: str) -> bool:
    return bool(keywords.VOTING.match(text) or keywords.decided(text) or keywords.question(text))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_line_stands_somewhere(path):
    assert lost(path) == []


HEAD = "Протокол № 1\nзаседания комиссии\n1 апреля 2024 года\n\n"
DECIDED = "1. Принять к сведению.\n2. Минфину края до 1 мая 2024 года подготовить отчёт.\n"
KEYED = "СЛУШАЛИ: Белова А.А.\nРЕШИЛИ:\n" + DECIDED


@pytest.mark.parametrize("bare", range(3))
@pytest.mark.parametrize("title", ["О ремонте дорог", "Разное"])
def test_a_question_decided_without_a_keyword_is_read_beside_others_with_it(bare, title):
    parts = [f"{'I' * (n + 1)}. {title}\n(Белов)\n{DECIDED if n == bare else KEYED}" for n in range(3)]
    text = HEAD + "\n".join(parts)
    found = read(text.encode(), name="protocol.txt")
    assert [point.ref for point in found.points] == ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]


@pytest.mark.parametrize("rule", ["", "_" * 40 + "\n", "-" * 40 + "\n", "=" * 20 + "\n"])
@pytest.mark.parametrize("spoke", ["(Белов)", "(Белов, Лось, Ершова)", "(Белов А.А., Лось Б.Б.)"])
def test_titles_with_who_spoke_below_open_questions_whose_lists_begin_at_1(spoke, rule):
    parts = [f"{n}. О ремонте {what}\n{rule}{spoke}\n\n{DECIDED}" for n, what in ((1, "дорог"), (2, "мостов"))]
    found = read((HEAD + "\n".join(parts)).encode(), name="protocol.txt")
    assert [point.ref for point in found.points] == ["1.1", "1.2", "2.1", "2.2"]


def test_a_question_without_a_decision_is_told():
    text = f"{HEAD}I. О дорогах\n{KEYED}\nII. О мостах\nСЛУШАЛИ: Белова А.А.\n"
    found = read(text.encode(), name="protocol.txt")
    told = [finding.message for finding in found.findings if finding.code == "question-without-decision"]
    assert len(told) == 1
    assert "О мостах" in told[0]
