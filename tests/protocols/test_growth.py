"""Reading grows with the size of a text, never with its square: counted in lines of code run."""

from collections.abc import Callable

import pytest

import resolute
from counting import lines_run
from resolute.protocols import keywords, outline, sentences
from resolute.protocols.items import Items
from resolute.protocols.outline import Outline
from resolute.protocols.source import Line

HEAD = """ПРОТОКОЛ № 7
заседания Совета

12 января 2026 г.

1. О плане работы
РЕШИЛИ:
1.1. Комитету финансов подготовить отчёт до 20 января 2026 г.
"""
TASK = "1.2. Комитету готовить отчёт "
LETTERS = "абвгдежзиклмнопрстуфхцчшэюя"
SIZES = 110, 220, 440


def word(number: int) -> str:
    """A word of its own for each number."""
    return "".join(LETTERS[number // 27**place % 27] for place in range(4))


def points(text: str) -> Callable[[int], str]:
    """Points that say `text`, where # stands for their number and @ for a word of their own."""

    def many(count: int) -> str:
        return "".join(f"1.{n}. {text}\n".replace("#", str(n)).replace("@", word(n)) for n in range(2, count + 2))

    return many


FAMILIES: dict[str, Callable[[int], str]] = {
    "a word": lambda n: TASK + "а" * 50 * n,
    "lines that a soft hyphen joins": lambda n: "слово¬\n" * n,
    "posts that sign": lambda n: "Председатель комиссии\n" * n,
    "posts before a person": lambda n: "1.2. Назначить ответственным за декана " + "декана " * n + "Орлова К.К.",
    "posts without a person": lambda n: "1.2. Назначить " + "ответственным за декана " * n,
    "drawn lines": lambda n: "____\n" * n,
    "days without a month": lambda n: TASK + "20 числа " * n,
    "events": lambda n: TASK + "по окончании " * n,
    "nested brackets": lambda n: TASK + "(а " * n + ")" * n,
    "quotes never closed": lambda n: TASK + "«а " * n,
    "lines of quotes never closed": lambda n: "«а\n" * n,
    "dashes": lambda n: TASK + "— " * n,
    "commas": lambda n: TASK + ", " * n,
    "parts of a number": lambda n: TASK + "1." * n,
    "initials": lambda n: TASK + "А.А. " * n,
    "pipes": lambda n: TASK + "|" * n,
    "rows": lambda n: "| Председатель | Иванов И.И. |\n" * n,
    "headings of columns": lambda n: "Примечание\n" * n,
    "who was present": lambda n: "Присутствовали:\n" + "Иванов И.И. — директор\n" * n,
    "questions": lambda n: "".join(f"{q}. О плане {q}\nРЕШИЛИ:\n{q}.1. Готовить отчёт.\n" for q in range(2, n // 3)),
    "short names introduced": lambda n: TASK + "Комитету (далее – К), " * n,
    "short names that no bracket closes": lambda n: TASK + "Комитету (далее " * n,
    "names": points("Комитету @ готовить отчёт."),
    "acronyms": points("ЖЭК@ готовить отчёт."),
    "clipped names": points("Мин@ готовить отчёт. Министерству @ готовить отчёт."),
    "bodies that are formed": points("Комитету создать рабочую группу по @."),
    "points that name a point": points("Комитету готовить отчёт согласно пункту 1."),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_reading_grows_with_the_size(family: str) -> None:
    def read(size: int) -> None:
        resolute.read((HEAD + FAMILIES[family](size) + "\n").encode(), name="protocol.txt")

    read(SIZES[-1])  # what is worked out once is known
    small, middle, large = (lines_run(lambda size=size: read(size)) for size in SIZES)
    early, late = (middle - small) / (SIZES[1] - SIZES[0]), (large - middle) / (SIZES[2] - SIZES[1])
    assert late < 1.3 * early + 50


def test_how_a_text_ends_is_told_from_its_end() -> None:
    far = " " * outline.ENDING
    assert not outline.announces("исполнить, срок :") and outline.announces(f"исполнить, срок{far}:")
    assert outline.is_finished("исполнить. »") and not outline.is_finished(f"исполнить.{far}»")


@pytest.mark.parametrize(("inside", "opens"), [("а", False), ("а" * outline.ENDING, True)])
def test_whether_a_number_goes_on_with_a_sentence_is_told_from_its_end(inside: str, opens: bool) -> None:
    items = Items(Outline(1, 1), [], [])
    items.take(Line(1, f"1. Исполнить в соответствии с пункт{inside}"))
    items.take(Line(2, "2. Настоящего решения"))
    assert (len(items.outline.root.children) == 2) == opens


@pytest.mark.parametrize(("filling", "points"), [(10, 3), (1_000, 1)])
def test_a_text_without_end_is_not_looked_through_for_points_at_each_line(filling: int, points: int) -> None:
    items = Items(Outline(1, 1), [], [])
    for text in ("1. Исполнить", *("и ещё исполнить," for _ in range(filling)), "и ещё. 2. Готовить. 3. Проверить"):
        items.take(Line(1, text))
    assert len(items.outline.root.children) == points


def test_a_broken_word_is_looked_for_at_the_end_alone() -> None:
    assert sentences.join("готовить меро-", "приятие") == "готовить мероприятие"
    endless = "меро" * 1_000
    assert sentences.join(f"{endless}-", "приятие") == f"{endless}- приятие"


def test_who_decided_is_looked_for_at_the_beginning_of_a_word_alone() -> None:
    assert keywords.decided("Заслушав, актив решил: готовить") == ("Заслушав,", "готовить")
    text = "актив решил: готовить"
    assert [place for place in range(len(text)) if any(p.match(text, place) for p in keywords._DECIDED)] == [0]
