"""The examples of docs/bpmn-documents.md print what stands below them."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from resolute import i18n

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```\n\n```text\n(?P<output>.*?)```", re.DOTALL)


def test_the_examples_print_what_stands_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "bpmn-documents.md").read_text(encoding="utf-8")
    examples = list(EXAMPLE.finditer(page))
    names: dict[str, object] = {}

    for example in examples:
        printed = io.StringIO()
        with i18n.use("en"), contextlib.redirect_stdout(printed):
            exec(example["code"], names)
        assert printed.getvalue() == example["output"]
    assert len(examples) == 2
