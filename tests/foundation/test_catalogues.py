"""What people read exists in Russian as well as in English."""

import subprocess
import sys
from pathlib import Path

from resolute import i18n

ROOT = Path(__file__).resolve().parents[2]


def test_every_string_has_its_russian_and_every_compiled_catalogue_is_fresh():
    check = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "catalogues.py"), "--check"], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_the_language_is_the_contexts_own():
    with i18n.use("ru"):
        assert i18n.language() == "ru"
        with i18n.use("en"):
            assert i18n.language() == "en"
        assert i18n.language() == "ru"


def test_russian_numbers_take_the_right_form():
    from resolute.reports import words

    with i18n.use("ru"):
        forms = [words.working_days(n) for n in (1, 2, 5, 11, 21, 112)]
    assert forms == [
        "1 рабочий день",
        "2 рабочих дня",
        "5 рабочих дней",
        "11 рабочих дней",
        "21 рабочий день",
        "112 рабочих дней",
    ]
