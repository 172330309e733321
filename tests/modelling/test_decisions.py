"""Decisions as processes: every point stands once, every dependency is enforced, the file is sound BPMN."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelling.made_up import protocols
from modelling.truths import names, truth
from modelling.walk import REF, Walk
from resolute import bpmn
from resolute.bpmn.names import RESOLUTE
from resolute.errors import InputError
from resolute.modelling import model, needed_patterns
from resolute.modelling.patterns import called
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
DONE = f"{{{RESOLUTE}}}done"


def protocol(*points: Point, **given: object) -> Protocol:
    return replace(Protocol("2/2022", None, "Совет", points), **given)  # type: ignore[arg-type]


def assignment(ref: str, *after: str, lead: str = "Министерство") -> Point:
    return Point(
        ref,
        int(ref.split(".")[0]),
        "обеспечить работу",
        "assignment",
        (Party(lead),),
        after=tuple(Dependency(other) for other in after),
    )


@SETTINGS
@given(protocols())
def test_every_point_stands_exactly_once_in_the_decision_of_its_question(made: Protocol) -> None:
    documents = model(made)
    for document, (_agenda, points) in zip(documents, made.decisions(), strict=True):
        refs = [node.get(REF) for node in document.processes[0].flow_nodes if node.get(REF)]
        assert sorted(refs) == sorted(point.ref for point in points)


@SETTINGS
@given(protocols())
def test_every_dependency_is_enforced_by_flows_and_messages(made: Protocol) -> None:
    walk = Walk(model(made))
    assert not walk.unmatched and not walk.shared
    documents = {d.process_id: d for d in model(made)}
    for point in made.points:
        for dependency in point.after:
            start, goal = walk.of_ref[dependency.ref][0], walk.of_ref[point.ref][0]
            settled = documents[start[0]].ids[start[1]].get(DONE) == "true"
            assert walk.leads(start, goal) or (settled and start[0] != goal[0])


@SETTINGS
@given(protocols())
def test_a_token_game_passes_every_node_and_never_a_point_before_what_it_waits_for(made: Protocol) -> None:
    walk = Walk(model(made))
    passed = {node: number for number, node in enumerate(walk.runs())}
    nodes = [node for ref in walk.of_ref for node in walk.of_ref[ref]]
    assert set(passed) == set(nodes)
    documents = {d.process_id: d for d in model(made)}
    for point in made.points:
        for dependency in point.after:
            before, after = walk.of_ref[dependency.ref][0], walk.of_ref[point.ref][0]
            at_once = documents[before[0]].ids[before[1]].get(DONE) == "true" and before[0] != after[0]
            assert passed[before] < passed[after] or at_once


@SETTINGS
@given(protocols())
def test_a_model_passes_the_schema_and_our_rules(made: Protocol) -> None:
    for document in model(made):
        found = [f for f in bpmn.check(bpmn.loads(document.xml)) if f.severity != "info"]
        assert found == []


@SETTINGS
@given(protocols())
def test_the_same_protocol_gives_the_same_bytes(made: Protocol) -> None:
    assert [d.xml for d in model(made)] == [d.xml for d in model(made)]


@SETTINGS
@given(protocols())
def test_every_called_process_ships(made: Protocol) -> None:
    documents = model(made)
    shipped = {pattern.process_id for pattern in needed_patterns(documents)}
    assert {name for document in documents for name in called(document)} <= shipped


@SETTINGS
@given(protocols())
def test_the_documentation_carries_the_text_and_the_line(made: Protocol) -> None:
    nodes = {node.get(REF): node for document in model(made) for node in document.processes[0].flow_nodes}
    for point in made.points:
        assert " ".join(point.text.split()) in nodes[point.ref].documentation
        assert str(point.line) in nodes[point.ref].documentation.splitlines()[-1]


@pytest.mark.parametrize("name", names())
def test_every_protocol_with_a_truth_is_modelled_without_remarks(name: str) -> None:
    for document in model(truth(name)):
        assert [f for f in bpmn.check(bpmn.loads(document.xml)) if f.severity != "info"] == []


def test_the_seed_becomes_three_decisions_with_a_lane_a_lead_party() -> None:
    documents = model(truth("chelyabinsk-2-2022"))
    assert [d.process_id for d in documents] == [
        "decision_2_2022_1", "decision_2_2022_2", "decision_2_2022_3",
    ]  # fmt: skip
    assert [lane.name for lane in documents[2].processes[0].lanes] == [
        "областной Совет по кадровой политике",
        "Министерство образования и науки Челябинской области",
        "Министерство промышленности, новых технологий и природных ресурсов Челябинской области",
    ]


def test_a_dependency_that_follows_from_others_is_not_drawn() -> None:
    (document,) = model(protocol(assignment("1.1"), assignment("1.2", "1.1"), assignment("1.3", "1.1", "1.2")))
    flows = {(f.get("sourceRef"), f.get("targetRef")) for f in document.elements("sequenceFlow")}
    assert flows == {
        ("start", "point_1_1"), ("point_1_1", "point_1_2"), ("point_1_2", "point_1_3"), ("point_1_3", "end"),
    }  # fmt: skip


def test_points_that_wait_for_the_same_share_one_join() -> None:
    points = [
        assignment("1.1"),
        assignment("1.2"),
        assignment("1.3", "1.1", "1.2"),
        assignment("1.4", "1.1", "1.2"),
    ]
    (document,) = model(protocol(*points))
    joins = [gateway.id for gateway in document.elements("parallelGateway") if len(gateway.incoming) > 1]
    assert joins == ["join_1_3", "all_done"]


def test_a_dependency_between_decisions_is_a_message_that_names_the_protocol() -> None:
    first, second = model(protocol(assignment("1.1"), assignment("2.1", "1.1")))
    (thrown,) = first.elements("intermediateThrowEvent")
    (caught,) = second.elements("intermediateCatchEvent")
    names = [next(document.elements("message")).name for document in (first, second)]
    assert names == ["2/2022 · Совет · 1.1 → 2"] * 2
    correlation = f"{{{RESOLUTE}}}correlation"
    assert thrown.get(correlation) == caught.get(correlation) == "2/2022 · Совет"


def test_two_readers_in_two_decisions_get_a_message_each() -> None:
    first, *_others = model(protocol(assignment("1.1"), assignment("2.1", "1.1"), assignment("3.1", "1.1")))
    assert [event.id for event in first.elements("intermediateThrowEvent")] == ["tell_1_1_2", "tell_1_1_3"]


def test_a_flow_says_why_one_point_waits_for_another() -> None:
    later = replace(assignment("1.2"), after=(Dependency("1.1", "по утверждённому плану"),))
    (document,) = model(protocol(replace(assignment("1.1"), kind="approval"), later))
    flow = document.ids["flow_point_1_1_point_1_2"]
    assert flow.get(f"{{{RESOLUTE}}}link") == "approval"
    assert flow.get(f"{{{RESOLUTE}}}reason") == "по утверждённому плану"


def test_a_proposed_circle_is_broken_at_its_least_certain_link_with_a_finding() -> None:
    weak, strong = Dependency("1.2", confidence=0.4, confirmed=False), Dependency("1.1", confirmed=False)
    (document,) = model(
        protocol(replace(assignment("1.1"), after=(weak,)), replace(assignment("1.2"), after=(strong,)))
    )
    assert [(f.code, f.ref) for f in document.findings] == [("dependency-cycle", "1.1")]
    assert Walk([document]).leads(("decision_2_2022_1", "point_1_1"), ("decision_2_2022_1", "point_1_2"))


def test_a_confirmed_circle_is_refused_with_the_points_on_it() -> None:
    with pytest.raises(InputError, match=r"1\.1 → 1\.2 → 1\.1"):
        model(protocol(assignment("1.1", "1.2"), assignment("1.2", "1.1")))


def test_a_dependency_on_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"1\.9"):
        model(protocol(assignment("1.1", "1.9")))


def test_refs_that_look_alike_in_latin_letters_get_ids_of_their_own() -> None:
    points = [replace(assignment("1.1"), ref="1.а"), replace(assignment("1.1"), ref="1.a")]
    (document,) = model(protocol(*points))
    assert {"point_1_a", "point_1_a_v2"} <= set(document.ids)


def test_text_that_looks_like_an_expression_stays_text() -> None:
    (document,) = model(protocol(replace(assignment("1.1"), text='=due + "x"', responsible=(Party("${lead}"),))))
    given = {
        node.get("name"): node.get("value") for node in document.ids["point_1_1"].extensions(f"{{{RESOLUTE}}}input")
    }
    assert given["text"] == '="=due + \\"x\\""'
    assert given["lead"] == document.ids["point_1_1"].get(f"{{{RESOLUTE}}}party") == '="${lead}"'


@SETTINGS
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_and_any_name_can_be_modelled(wording: str, name: str) -> None:
    odd = replace(assignment("1.1"), text=wording, responsible=(Party(name), Party(wording)))
    (document,) = model(protocol(odd, replace(assignment("1.2"), after=(Dependency("1.1", wording),)), body=name))
    again = bpmn.loads(document.xml)
    assert [f for f in bpmn.check(again) if f.severity == "error"] == []
    assert again.xml == document.xml


def test_a_large_protocol_is_modelled_whole() -> None:
    points = [
        assignment(
            f"{question}.{number}",
            *([f"{question}.{number - 3}"] if number > 3 else []),
            lead=f"Орган {number % 7}",
        )
        for question in range(1, 7)
        for number in range(1, 31)
    ]
    documents = model(protocol(*points))
    assert sum(bool(node.get(REF)) for d in documents for node in d.processes[0].flow_nodes) == 180


def test_names_are_in_the_language_of_the_protocol() -> None:
    (russian,) = model(protocol(assignment("1.1")))
    (english,) = model(protocol(replace(assignment("1.1"), text="Provide the plan to the council by May")))
    assert russian.ids["end"].name == "Решение исполнено"
    assert english.ids["end"].name == "Decision carried out"


def test_a_report_day_that_follows_from_a_rule_says_so() -> None:
    monthly = Deadline("ежемесячно", "recurring", recurring="monthly")
    (document,) = model(protocol(replace(assignment("1.1"), kind="standing", deadline=monthly), date=date(2022, 4, 21)))
    node = document.ids["point_1_1"]
    assert "Первый отчёт: 2022-05-10 (по обычному правилу" in node.documentation
    assert node.get(f"{{{RESOLUTE}}}due") is None


def test_a_deadline_reaches_the_element_and_the_called_process() -> None:
    due = Deadline("4 квартал 2022 года", "quarter", date(2022, 12, 31), date(2022, 12, 30))
    (document,) = model(protocol(replace(assignment("1.1"), deadline=due), date=date(2022, 4, 21)))
    node = document.ids["point_1_1"]
    given = {item.get("name"): item.get("value") for item in node.extensions(f"{{{RESOLUTE}}}input")}
    assert node.get(f"{{{RESOLUTE}}}due") == given["due"] == "2022-12-30"
    assert given["half_term"] == "2022-08-25"


@pytest.mark.parametrize(
    ("text", "cancelled"),
    [
        (
            "Снять с контроля пункт 2.4 протокола штаба от 26.02.2024 № 2 в связи с исполнением.",
            ["2 · 2024-02-26 · Совет · 2.4"],
        ),
        (
            "Снять с контроля предусмотренные пунктами 3 и 4.1 протокола от 30 мая 2024 года № 5/ПР.",
            ["5/ПР · 2024-05-30 · Совет · 3", "5/ПР · 2024-05-30 · Совет · 4.1"],
        ),
        (
            "Считать утратившим силу пункт 4 решения Комиссии от 17.03.2023 № 9.",
            ["9 · 2023-03-17 · Совет · 4"],
        ),
        ("Признать утратившим силу пункт 5 протокола № 9.", []),
        ("Признать утратившим силу распоряжение от 10.11.2021 № 198-р.", []),
        ("Утвердить пункт 5 протокола от 17.03.2023 № 9.", []),
    ],
)
def test_a_repeal_cancels_the_assignments_of_the_earlier_protocol(text: str, cancelled: list[str]) -> None:
    (document,) = model(protocol(Point("1", None, text, "approval")))
    thrown = list(document.elements("intermediateThrowEvent"))
    assert [event.get(f"{{{RESOLUTE}}}correlation") for event in thrown] == cancelled
    assert {message.name for message in document.elements("message")} <= {"assignment cancelled"}


def test_the_key_of_a_repeal_is_the_key_that_the_earlier_assignment_listens_to() -> None:
    earlier = protocol(assignment("1.1"), number="7", date=date(2023, 3, 17))
    repeal = Point("1", None, "Отменить пункт 1.1 протокола от 17.03.2023 № 7", "approval")
    (before,), (after,) = model(earlier), model(protocol(repeal))
    given = {n.get("name"): n.get("value") for n in before.ids["point_1_1"].extensions(f"{{{RESOLUTE}}}input")}
    assert after.ids["repeal_1_1"].get(f"{{{RESOLUTE}}}correlation") == given["key"]
