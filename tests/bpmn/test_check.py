"""Checking: the schema, the rules, severities by configuration, SARIF."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolute import bpmn, i18n
from resolute.bpmn.rule import all_rules
from resolute.bpmn.schema import MOST
from resolute.errors import Finding, InputError

FIXTURES = Path(__file__).resolve().parents[1] / "data" / "bpmn-rules"
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">\n'
GOOD = (
    HEAD
    + """<process id="P" name="Decision">
<laneSet id="L"><lane id="Ministry" name="Ministry"><flowNodeRef>S</flowNodeRef><flowNodeRef>T</flowNodeRef>
<flowNodeRef>E</flowNodeRef></lane></laneSet>
<startEvent id="S" name="Adopted"/>
<userTask id="T" name="Report" xmlns:resolute="urn:resolute:bpmn:1" resolute:due="2022-07-01"/>
<endEvent id="E" name="Done"/>
<sequenceFlow id="F1" sourceRef="S" targetRef="T"/>
<sequenceFlow id="F2" sourceRef="T" targetRef="E"/>
</process></definitions>"""
)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_good_model_is_only_told_that_it_has_no_diagram() -> None:
    assert codes(bpmn.check(bpmn.loads(GOOD))) == ["not-drawn"]


def test_findings_come_in_the_order_of_the_lines_with_file_and_element() -> None:
    document = bpmn.load(FIXTURES / "dangling-reference.bpmn")
    findings = bpmn.check(document)
    lines = [finding.line or 0 for finding in findings]

    assert lines == sorted(lines)
    assert all(finding.file == document.file for finding in findings)
    assert codes(findings).count("dangling-reference") == 3


@pytest.mark.parametrize("level", ["error", "warning", "info"])
def test_configuration_changes_the_severity_of_a_rule(level: str) -> None:
    (finding,) = bpmn.check(bpmn.loads(GOOD), config={"not-drawn": level})

    assert finding.severity == level


def test_configuration_turns_rules_and_the_schema_off() -> None:
    document = bpmn.loads(GOOD.replace('id="T"', 'id="T" colour="red"', 1))

    assert codes(bpmn.check(document)) == ["not-drawn", "schema"]
    assert bpmn.check(document, config={"not-drawn": "off", "schema": "off"}) == ()


def test_an_unknown_severity_is_refused() -> None:
    with i18n.use("en"), pytest.raises(InputError, match="expected one of error, warning, info, off"):
        bpmn.check(bpmn.loads(GOOD), config={"not-drawn": "fatal"})  # type: ignore[dict-item]


def test_severities_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("not-drawn: off\nno-deadline: error\ndeadlock: info\n", encoding="utf-8")

    assert bpmn.load_config(path) == {"not-drawn": "off", "no-deadline": "error", "deadlock": "info"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not-drawn: fatal", "expected one of error, warning, info, off"),
        ("not-drown: info", "did you mean not-drawn?"),
        ("- not-drawn", "holds no severities"),
        ("a: b\n c: [", ":2: cannot be used"),
        ("", "holds no severities"),
    ],
)
def test_a_wrong_file_of_severities_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    with i18n.use("en"), pytest.raises(InputError, match=words.replace("?", r"\?")):
        bpmn.load_config(path)


def test_a_missing_file_of_severities_is_refused(tmp_path: Path) -> None:
    with i18n.use("en"), pytest.raises(InputError, match="cannot be used"):
        bpmn.load_config(tmp_path / "missing.yaml")


def test_a_rule_from_outside_is_asked_beside_the_others() -> None:
    def find(document: bpmn.Document) -> list[bpmn.Problem]:
        return [bpmn.Problem(task, "do not shout") for task in document.elements("userTask") if task.name.isupper()]

    shouting = bpmn.Rule("shouting", "info", "A name in capitals.", find)
    document = bpmn.loads(GOOD.replace("Report", "REPORT"), file="loud.bpmn")

    findings = bpmn.check(document, rules=[*bpmn.all_rules(), shouting])

    assert Finding("shouting", "info", "do not shout", element="T", file="loud.bpmn", line=6) in findings
    assert codes(bpmn.check(document, rules=[shouting], config={"shouting": "error"})) == ["shouting"]


def test_findings_of_other_checks_are_graded_by_the_same_configuration() -> None:
    foreign = Finding("deadlock", "error", "stuck", element="J")

    assert bpmn.grade([foreign], {"deadlock": "off"}) == ()
    assert bpmn.grade([foreign], {"deadlock": "info"})[0].severity == "info"
    assert bpmn.grade([foreign], None) == (foreign,)


@pytest.mark.parametrize(
    ("old", "new", "line", "element", "words"),
    [
        (
            'id="T" name="Report"',
            'id="T" colour="red"',
            6,
            "T",
            "<userTask> may not have the attribute colour",
        ),
        ('id="E"', 'id="S"', 7, "S", 'the id "S" of <endEvent> is used twice'),
        ('sourceRef="S" ', "", 8, "F1", "<sequenceFlow> lacks the attribute sourceRef"),
        (
            '<endEvent id="E" name="Done"/>',
            "<lane/>",
            7,
            "P",
            "<lane> is not allowed here; expected one of: ",
        ),
        (
            'id="E"',
            'id="1 E"',
            7,
            "1 E",
            'the attribute id of <endEvent> is "1 E"; expected a value of the type',
        ),
        (
            "</process>",
            "</process><collaboration><messageFlow/></collaboration>",
            10,
            None,
            "lacks the attribute",
        ),
        (
            'name="Adopted"/>',
            "><timerEventDefinition>x</timerEventDefinition></startEvent>",
            5,
            "S",
            "not valid",
        ),
    ],
)
def test_violations_of_the_schema_name_line_element_and_what_was_expected(
    old: str, new: str, line: int, element: str | None, words: str
) -> None:
    with i18n.use("en"):
        found = [f for f in bpmn.check(bpmn.loads(GOOD.replace(old, new, 1))) if f.code == "schema"]

    assert (found[0].line, found[0].element) == (line, element)
    assert words in found[0].message
    assert "http://www.omg.org" not in found[0].message


def test_violations_of_the_schema_are_told_in_russian() -> None:
    with i18n.use("ru"):
        found = bpmn.check(bpmn.loads(GOOD.replace('sourceRef="S" ', "", 1)))

    assert any("нет обязательного атрибута sourceRef" in finding.message for finding in found)


def test_a_large_valid_file_has_no_violations_of_the_schema() -> None:
    many = "".join(f'<task id="T{i}" name="T"/>\n' for i in range(3 * MOST))
    document = bpmn.loads(f'{HEAD}<process id="P">{many}</process></definitions>')

    assert "schema" not in codes(bpmn.check(document))


def test_a_violation_below_a_prefix_of_its_own_still_has_its_line() -> None:
    inner = '<b:task xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" id="T" colour="red"/>'
    found = bpmn.check(bpmn.loads(f'{HEAD}<process id="P">\n{inner}</process></definitions>'))

    assert [finding.line for finding in found if finding.code == "schema"] == [3]


def test_long_names_are_cut_in_messages() -> None:
    long = "to organise the work of the regional council " * 3
    with i18n.use("en"):
        found = bpmn.check(bpmn.loads(GOOD.replace("Report", long).replace('resolute:due="2022-07-01"', "")))

    (deadline,) = (finding for finding in found if finding.code == "no-deadline")
    assert deadline.message.startswith('"to organise the work of the regional council to organise th…" (user task)')


def test_very_many_violations_of_the_schema_are_one_finding() -> None:
    many = "".join(f'<task id="T{i}" colour="red"/>\n' for i in range(3 * MOST))
    document = bpmn.loads(f'{HEAD}<process id="P">{many}</process></definitions>')

    with i18n.use("en"):
        (finding,) = (finding for finding in bpmn.check(document) if finding.code == "schema")

    assert f"in {3 * MOST} places" in finding.message


def test_what_was_repaired_after_reading_is_no_longer_found() -> None:
    document = bpmn.loads(GOOD.replace('targetRef="E"', 'targetRef="Gone"'))
    assert "dangling-reference" in codes(document.findings)
    document.ids["F2"].node.set("targetRef", "E")
    document.refresh()

    assert codes(bpmn.check(document)) == ["not-drawn"]


def test_the_rules_that_reading_asks_are_those_about_references_ids_and_tags() -> None:
    assert {rule.name for rule in all_rules() if rule.reading} == {
        "dangling-reference",
        "duplicate-id",
        "reference-kind",
        "unknown-element",
        "wrong-namespace",
    }


def test_sarif_carries_rule_level_place_and_words() -> None:
    document = bpmn.load(FIXTURES / "unreachable.bpmn")
    findings = bpmn.check(document, config={"no-owner": "off"})
    log = bpmn.sarif(findings)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert log["version"] == "2.1.0"
    assert len(run["results"]) == len(findings)
    for finding, result in zip(findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["level"] == {"error": "error", "warning": "warning", "info": "note"}[finding.severity]
        assert result["message"]["text"] == finding.message
        place = result["locations"][0]
        assert place["physicalLocation"]["region"]["startLine"] == finding.line
        assert place["physicalLocation"]["artifactLocation"]["uri"].endswith("unreachable.bpmn")


def test_sarif_of_a_finding_without_a_place_has_no_location() -> None:
    (result,) = bpmn.sarif([Finding("odd", "info", "odd")])["runs"][0]["results"]

    assert "locations" not in result
