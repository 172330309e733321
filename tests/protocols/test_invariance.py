"""What is read does not depend on how the text is set: wrapping, dashes, spaces, brackets, numbering, encoding."""

from __future__ import annotations

import random
import re
import textwrap
from pathlib import Path

import pytest

from resolute import protocols
from resolute.protocols import morphology, parties

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
NAMES = ("open-01.txt", "open-02.txt", "open-04.txt", "open-06.txt", "own-03.txt", "own-08.txt", "own-12.txt")


def points_of(text: str | bytes) -> list[tuple[object, ...]]:
    data = text.encode() if isinstance(text, str) else text
    return [
        (p.ref, p.agenda, p.kind, p.responsible, p.deadline.type, p.deadline.due, p.deadline.then, p.deadline.recurring)
        for p in protocols.read(data).points
    ]


def wrapped(text: str, source: random.Random) -> str:
    lines = (textwrap.wrap(line, source.randint(55, 90), break_on_hyphens=False) or [""] for line in text.splitlines())
    return "\n".join(part for line in lines for part in line)


def other_dashes(text: str, source: random.Random) -> str:
    return re.sub(r"(?<= )[–—−](?= )", lambda _match: source.choice("–—"), text)


def other_spaces(text: str, source: random.Random) -> str:
    return re.sub(r"(?<=\S) (?=\S)", lambda _match: source.choice((" ", "  ", "\u00a0", " ")), text)


def soft_hyphens(text: str, source: random.Random) -> str:
    return re.sub(r"(?<=[а-яё]{3})(?=[а-яё]{3})", lambda _match: source.choice(("", "", "", "\u00ad")), text)


def label_forms(text: str, source: random.Random) -> str:
    forms = ("(срок – {})", "(Срок: {})", "Срок – {}", "Срок исполнения: {}")
    return re.sub(r"\([Сс]рок\s?[–—:-]\s?([^()]+)\)", lambda match: source.choice(forms).format(match[1]), text)


def straight_quotes(text: str, _source: random.Random) -> str:
    return re.sub("[«»]", '"', text)


def german_quotes(text: str, _source: random.Random) -> str:
    return text.replace("«", "„").replace("»", "“")


def english_quotes(text: str, _source: random.Random) -> str:
    return text.replace("«", "“").replace("»", "”")


def windows_line_ends(text: str, _source: random.Random) -> str:
    return text.replace("\n", "\r\n")


def scanned(text: str, source: random.Random) -> str:
    """Letters and digits that look alike, and the space before a date lost."""
    text = re.sub(r"\bЗ(?=[а-яё]{4})", lambda _match: source.choice("З3"), text)
    text = re.sub(r"\bдо (?=\d\d\.\d\d\.\d{4})", lambda _match: source.choice(("до ", "до")), text)
    latin = str.maketrans("аеосрхАВЕКМНОРСТХ", "aeocpxABEKMHOPCTX")
    return re.sub(
        r"(?<=[а-яё])[аеосрх](?=[а-яё])",
        lambda match: match[0].translate(latin) if source.random() < 0.05 else match[0],
        text,
    )


def broken_words(text: str, source: random.Random) -> str:
    breaks = [""] * 60 + ["¬\n", "\u00ad\n"]
    return re.sub(r"(?<=[а-яё]{4})(?=[а-яё]{4})", lambda _match: source.choice(breaks), text)


@pytest.mark.parametrize(
    "change",
    [
        scanned,
        broken_words,
        wrapped,
        other_dashes,
        other_spaces,
        soft_hyphens,
        label_forms,
        straight_quotes,
        german_quotes,
        english_quotes,
        windows_line_ends,
    ],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("name", NAMES)
def test_typesetting_does_not_change_what_is_read(name, change):
    text = (DATA / name).read_text("utf-8")
    expected = points_of(text)
    for seed in range(3):
        assert points_of(change(text, random.Random(seed))) == expected


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8-sig"])
def test_the_encoding_does_not_change_what_is_read(name, encoding):
    text = (DATA / name).read_text("utf-8").replace("−", "–")
    assert points_of(text.encode(encoding)) == points_of(text)


def test_another_style_of_numbers_gives_the_same_points():
    text = (DATA / "open-06.txt").read_text("utf-8")
    dotted = re.sub(r"^(\d)\) ", r"\1. ", text, flags=re.M)
    assert points_of(dotted) == points_of(text)


def test_points_moved_to_another_question_take_its_number():
    text = (DATA / "open-06.txt").read_text("utf-8")
    shifted = re.sub(r"^(\d)(?=\. СЛУШАЛИ)", lambda match: str(int(match[1]) + 4), text, flags=re.M)
    assert [point[0].split(".", 1)[1] for point in points_of(shifted)] == [
        p[0].split(".", 1)[1] for p in points_of(text)
    ]
    assert {point[1] for point in points_of(shifted)} == {5, 6, 7}


BODIES = [
    "Министерство образования и науки Заозёрской области",
    "Главное управление по труду и занятости населения края",
    "Комитет по управлению муниципальным имуществом администрации города",
    "администрация Озёрского муниципального округа",
    "Межрайонная инспекция ФНС России № 12",
    "Департамент топлива, энергетики и связи области",
    "Приреченский краевой совет профсоюзов",
    "ООО «Тепло, свет и вода»",
    "Отдел МВД России по городу Старолесску",
    "Союз «Торгово-промышленная палата»",
]


def inflected(name: str, case: str) -> str:
    """`name` with its adjectives and head noun in `case`."""
    words = name.split()
    for index, word in enumerate(words):
        if word.isupper():
            return name
        adjective = word.endswith(("ое", "ый", "ий", "ая", "ой"))
        part = "ADJF" if adjective else "NOUN"
        parse = next(p for p in morphology.parses(word.lower()) if p.tag.case == "nomn" and part == p.tag.POS)
        words[index] = morphology.recapitalised(parse.inflect({case}).word, word)
        if not adjective:
            break
    return " ".join(words)


@pytest.mark.parametrize("case", ["datv", "ablt"])
def test_every_case_of_a_list_of_bodies_gives_the_nominatives(case):
    source = random.Random(5)
    for _ in range(40):
        wanted = source.sample(BODIES, source.randint(1, 3))
        listed = ", ".join(inflected(name, case) for name in wanted)
        names, end = parties.names_at(f"{listed}: подготовить", case)
        assert [name.text for name in names] == wanted
        assert end == len(listed)
