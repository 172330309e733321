"""Names of bodies in the cases of Russian, against the reader, which goes the other way, and against a dictionary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocols.test_executors import BODIES
from resolute.protocols.declension import Name, declined
from resolute.protocols.morphology import parses
from resolute.protocols.parties import names_at

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
NAMES = sorted(
    {
        name
        for path in DATA.glob("*.truth.json")
        for point in json.loads(path.read_text("utf-8"))["points"]
        for name in point["responsible"]
    }
)


@pytest.mark.parametrize("case", ["datv", "ablt", "gent"])
@pytest.mark.parametrize("forms", BODIES, ids=lambda forms: forms[0][:30])
def test_bodies_are_declined_as_people_write_them(forms, case):
    wanted = forms[{"datv": 1, "ablt": 2, "gent": 3}[case]]
    assert declined(forms[0], case) in (wanted, None)


def test_a_guess_is_rare():
    assert len(NAMES) > 200
    unsure = [name for name in NAMES if declined(name, "gent") is None]
    assert len(unsure) < 0.05 * len(NAMES), unsure


@pytest.mark.parametrize("case", ["datv", "gent", "ablt"])
def test_the_reader_finds_the_name_again_in_what_was_made(case):
    lost = []
    for name in NAMES:
        made = declined(name, case)
        if made is not None:
            found, end = names_at(made, case)
            if [one.text for one in found] != [name] or end != len(made):
                lost.append((name, made, [one.text for one in found]))
    assert len(lost) <= 0.04 * len(NAMES), lost


def test_every_changed_word_can_stand_in_its_case():
    for name in NAMES:
        made = declined(name, "datv")
        for old, new in zip(name.split(), (made or name).split(), strict=True):
            if old != new and "." not in name:
                assert any(reading.tag.case == "datv" for reading in parses(new.strip("«»,").lower())), (name, made)


@pytest.mark.parametrize(
    ("name", "dative"),
    [
        ("Главное управление по труду", "Главному управлению по труду"),
        ("Государственная Дума", "Государственной Думе"),
        ("М.Ю. Ардашев", "М.Ю. Ардашеву"),
        ("заместитель министра Дроздецкий В.М.", "заместителю министра Дроздецкому В.М."),
        ("Титаренко В.И.", "Титаренко В.И."),
        ("МВД России", "МВД России"),
        ("Глава и Правительство области", "исполнителю (Глава и Правительство области)"),
        ("Acme Ltd", "исполнителю (Acme Ltd)"),
        ("Лебедь О.О.", "исполнителю (Лебедь О.О.)"),
        ("", "исполнителю ()"),
    ],
)
def test_a_template_asks_for_the_case(name, dative):
    assert f"{Name(name):datv}" == dative
    assert f"{Name(name)}" == name
