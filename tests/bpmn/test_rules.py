"""Every rule finds exactly the bad elements of its fixture, and has its page."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest

from resolute import bpmn, i18n
from resolute.bpmn import rules
from resolute.bpmn.rule import Rule, all_rules

TESTS = Path(__file__).resolve().parents[1]
FIXTURES = TESTS / "data" / "bpmn-rules"
PAGES = TESTS.parent / "docs" / "rules"

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)


@each_rule
def test_finds_exactly_the_elements_of_its_fixture_that_are_called_bad(rule: Rule) -> None:
    document = bpmn.load(FIXTURES / f"{rule.name}.bpmn")
    bad = {element.id for element in document.elements() if element.id.startswith("Bad")}
    bad |= {str(key) for key in document.tree.xpath("//@id[starts-with(., 'Bad')]")}

    found = list(rule.findings(document))

    assert bad
    assert {finding.element for finding in found} == bad
    assert len(found) == len(bad)
    assert all(finding.code == rule.name and finding.line and finding.file for finding in found)


@each_rule
def test_says_it_in_both_languages(rule: Rule) -> None:
    document = bpmn.load(FIXTURES / f"{rule.name}.bpmn")

    with i18n.use("en"):
        english = [finding.message for finding in rule.findings(document)]
    with i18n.use("ru"):
        russian = [finding.message for finding in rule.findings(document)]

    assert all(a != b for a, b in zip(english, russian, strict=True))
    assert not any("{" in message for message in (*english, *russian))


@each_rule
def test_has_a_page_that_shows_its_default_severity(rule: Rule) -> None:
    page = (PAGES / f"{rule.name}.md").read_text(encoding="utf-8")

    assert page.startswith(f"# {rule.name}\n")
    assert f"Severity: {rule.severity}" in page
    assert rule.summary in page


def test_every_module_of_the_folder_is_a_rule() -> None:
    modules = {found.name.replace("_", "-") for found in pkgutil.iter_modules(rules.__path__)}

    assert {rule.name for rule in all_rules()} == modules
    assert {path.stem for path in FIXTURES.glob("*.bpmn")} == modules


@each_rule
def test_finds_nothing_in_an_empty_document(rule: Rule) -> None:
    empty = bpmn.loads('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:empty"/>')

    assert list(rule.findings(empty)) == []
