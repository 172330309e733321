"""Pictures: every element is drawn with its own symbol, words stay inside, state shows, golden pictures stay."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generated_models import collaboration, structured, tangled
from resolute import bpmn, i18n
from resolute.bpmn.document import Document
from resolute.bpmn.draw.icons import EVENTS, GATEWAYS, MARKERS, TASKS
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, read
from resolute.bpmn.measure import LINE, fit, text_width, wrap
from resolute.bpmn.names import BPMN
from resolute.errors import InputError, NotFoundError

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = Path(__file__).parents[1] / "data" / "pictures"
GOLDEN = ("decision.svg", "decision-live.svg", "decision-dark.svg", "notation.svg", "pools.svg")
seeds = st.integers(0, 10_000)


def document(*elements: str) -> Document:
    xml = f'<definitions xmlns="{BPMN}" targetNamespace="urn:test"><process id="p" name="Проба">{"".join(elements)}'
    return Document(etree.ElementTree(etree.fromstring(xml + "</process></definitions>")))


def picture(source: Document, **options: object) -> etree._Element:
    return etree.fromstring(bpmn.draw(source, **options).encode())


def drawn(source: Document, key: str, **options: object) -> str:
    """The SVG of one element."""
    return etree.tostring(group(picture(source, **options), key), encoding="unicode")


def group(root: etree._Element, key: str) -> etree._Element:
    return next(node for node in root.iter(f"{SVG}g") if node.get("data-element") == key)


def words(node: etree._Element) -> str:
    return " ".join("".join(span.itertext()) for span in node.iter(f"{SVG}tspan"))


# --- faithful to the notation ---


@pytest.mark.parametrize("kind", sorted(TASKS))
def test_every_typed_task_carries_its_symbol(kind: str) -> None:
    assert TASKS[kind] in drawn(document(f'<{kind} id="t" name="Дело"/>'), "t")


@pytest.mark.parametrize("kind", sorted(GATEWAYS))
def test_every_gateway_carries_its_symbol(kind: str) -> None:
    assert GATEWAYS[kind] in drawn(document(f'<{kind} id="g"/>'), "g")


@pytest.mark.parametrize("definition", sorted(set(EVENTS) - {"multiple", "parallelMultiple"}))
def test_every_caught_event_is_outlined_and_every_thrown_one_filled(definition: str) -> None:
    caught = drawn(document(f'<intermediateCatchEvent id="e"><{definition}/></intermediateCatchEvent>'), "e")
    thrown = drawn(document(f'<endEvent id="e"><{definition}/></endEvent>'), "e")
    assert EVENTS[definition] in caught
    assert caught.count("<circle") == 2
    assert thrown.count("<circle") == 1
    assert caught != thrown


def test_several_event_definitions_make_a_pentagon_or_a_plus() -> None:
    two = "<messageEventDefinition/><signalEventDefinition/>"
    assert EVENTS["multiple"] in drawn(document(f'<startEvent id="e">{two}</startEvent>'), "e")
    parallel = f'<startEvent id="e" parallelMultiple="true">{two}</startEvent>'
    assert EVENTS["parallelMultiple"] in drawn(document(parallel), "e")


def test_an_event_that_does_not_interrupt_is_dashed() -> None:
    event = '<boundaryEvent id="e" attachedToRef="t" cancelActivity="{0}"><timerEventDefinition/></boundaryEvent>'
    assert "dasharray" in drawn(document('<task id="t"/>', event.format("false")), "e")
    assert "dasharray" not in drawn(document('<task id="t"/>', event.format("true")), "e")


@pytest.mark.parametrize(
    ("marker", "xml"),
    [
        ("loop", '<task id="t"><standardLoopCharacteristics/></task>'),
        ("parallel", '<task id="t"><multiInstanceLoopCharacteristics/></task>'),
        ("sequential", '<task id="t"><multiInstanceLoopCharacteristics isSequential="true"/></task>'),
        ("compensation", '<task id="t" isForCompensation="true"/>'),
        ("collapsed", '<callActivity id="t"/>'),
        ("adhoc", '<adHocSubProcess id="t"/>'),
    ],
)
def test_activities_carry_their_markers(marker: str, xml: str) -> None:
    assert MARKERS[marker] in drawn(document(xml), "t")


def test_default_and_conditional_flows_are_marked_at_their_start() -> None:
    flow = '<sequenceFlow id="f" sourceRef="t" targetRef="u">{0}</sequenceFlow>'
    plain = drawn(document('<task id="t"/><task id="u"/>', flow.format("")), "f")
    default = drawn(document('<task id="t" default="f"/><task id="u"/>', flow.format("")), "f")
    condition = flow.format("<conditionExpression>x</conditionExpression>")
    conditional = drawn(document('<task id="t"/><task id="u"/>', condition), "f")
    assert (plain.count("<path"), default.count("<path")) == (1, 2)
    assert (plain.count("<polygon"), conditional.count("<polygon")) == (1, 2)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seeds)
def test_every_shape_and_edge_of_the_diagram_is_in_the_picture(seed: int) -> None:
    source = bpmn.layout(collaboration(seed, 3, 8, 4))
    keys = {node.get("data-element") for node in picture(source).iter(f"{SVG}g")}
    (diagram,) = read(source)[:1]
    assert keys >= set(diagram.shapes) | set(diagram.edges)


# --- words ---


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя .,-–№«»1234567890MWiJ", max_size=200), st.floats(20, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = wrap(text, width, 12)
    assert all(text_width(line, 12) <= width for line in lines)
    bare = re.compile(r"[\s-]+")
    assert bare.sub("", "".join(lines)) == bare.sub("", text)


def test_a_text_too_long_for_its_shape_is_cut_with_an_ellipsis_and_said_in_full() -> None:
    name = "Разработать и утвердить план мероприятий по реализации " * 12
    source = document(f'<userTask id="t" name="{name.strip()}"/>')
    node = group(picture(source), "t")
    assert words(node).endswith("…")
    assert node.findtext(f"{SVG}title", "").endswith(name.strip())


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.text("абвгд ежзик", max_size=300), st.floats(30, 200), st.floats(15, 150))
def test_fitted_text_is_never_larger_than_its_place(text: str, width: float, height: float) -> None:
    block = fit(text, width, height)
    assert block.width <= width
    assert block.height <= max(height, 9 * LINE)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(seeds)
def test_the_words_of_every_task_stand_inside_it(seed: int) -> None:
    source = bpmn.layout(structured(seed, 20))
    root = picture(source)
    for key, shape in read(source)[0].shapes.items():
        if shape.element.kind not in sizes.TASKS or not shape.element.name:
            continue
        for span in group(root, key).iter(f"{SVG}tspan"):
            size = float(span.getparent().get("font-size", "0"))
            half = text_width(span.text or "", size) / 2
            x, y = float(span.get("x", "0")), float(span.get("y", "0"))
            assert shape.box.holds(Box(x - half, y - size * 0.8, 2 * half, size * 0.8))


# --- state, themes, people who do not see the picture ---


def test_every_state_differs_by_more_than_its_colour() -> None:
    source = document('<userTask id="t" name="Дело"/>')
    seen = set()
    for state in ("done", "active", "overdue", "blocked", "incident"):
        root = picture(source, overlay=bpmn.Overlay(states={"t": state}))
        for node in root.iter():
            for name in ("fill", "stroke"):
                if name in node.attrib:
                    del node.attrib[name]
        seen.add("".join(sorted(node.get("d", "") for node in root.iter(f"{SVG}path"))))
    assert len(seen) == 5


def test_state_counts_heat_and_notes_are_written_in_words_and_figures() -> None:
    source = document('<userTask id="t" name="Дело"/>')
    overlay = bpmn.Overlay(states={"t": "overdue"}, counts={"t": 17}, heat={"t": 0.256}, notes={"t": "до 01.07"})
    with i18n.use("ru"):
        root = picture(source, overlay=overlay)
    text = "".join(root.itertext())
    for expected in ("просрочено", "17", "26 %", "до 01.07", "Задача пользователя: Дело — просрочено"):
        assert expected in text


def test_a_picture_says_what_it_shows() -> None:
    with i18n.use("ru"):
        root = picture(document('<startEvent id="s"/>'))
    assert root.findtext(f"{SVG}title") == "Проба"
    assert root.findtext(f"{SVG}desc") == "Схема BPMN: фигур — 1, связей — 0."
    assert root.get("role") == "graphics-document"
    assert group(root, "s").get("aria-label") == "Стартовое событие"


def test_the_themes_differ_in_colours_only() -> None:
    source = structured(4, 15, lanes=2)
    light, dark = bpmn.draw(source), bpmn.draw(source, theme="dark")
    colour = re.compile(r"#[0-9a-f]{6}")
    assert light != dark
    assert colour.sub("", light) == colour.sub("", dark)


# --- the document ---


def test_drawing_leaves_the_document_as_it_was() -> None:
    source = structured(4, 15)
    before = source.xml
    bpmn.draw(source)
    assert source.xml == before


def test_a_process_can_be_chosen_and_a_missing_one_is_named() -> None:
    xml = f'<definitions xmlns="{BPMN}"><process id="a" name="А"/><process id="b" name="Б"/></definitions>'
    source = Document(etree.ElementTree(etree.fromstring(xml)))
    assert picture(source, process="b").findtext(f"{SVG}title") == "Б"
    with pytest.raises(NotFoundError, match="process c"):
        bpmn.draw(source, process="c")


def test_markup_in_names_stays_text() -> None:
    source = document('<task id="t" name="&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;"/>')
    root = picture(source)
    assert root.findall(f".//{SVG}script") == []


@settings(max_examples=20, derandomize=True, deadline=None)
@given(seeds, st.integers(0, 20), st.integers(0, 40))
def test_any_model_makes_a_well_formed_picture(seed: int, nodes: int, flows: int) -> None:
    assert picture(tangled(seed, nodes, flows, lanes=1)).tag == f"{SVG}svg"


def test_a_png_has_the_size_of_the_svg_times_the_scale() -> None:
    pytest.importorskip("resvg_py", reason="the extra `pictures` is not installed")
    svg = bpmn.draw(document('<task id="t" name="Дело"/>'))
    png = bpmn.png(svg, scale=3.0)
    root = etree.fromstring(svg.encode())
    assert png.startswith(b"\x89PNG")
    width = int.from_bytes(png[16:20], "big")
    assert abs(width - 3 * float(root.get("width", "0"))) <= 3


def test_a_broken_svg_is_refused_with_the_reason() -> None:
    pytest.importorskip("resvg_py", reason="the extra `pictures` is not installed")
    with pytest.raises(InputError, match="cannot be drawn"):
        bpmn.png("<svg")


# --- golden pictures ---


def golden() -> dict[str, str]:
    """The pictures that are kept: refresh them with RESOLUTE_REFRESH_PICTURES=1 and look at each."""
    overlay = bpmn.Overlay(
        states={"decide": "done", "plan": "overdue", "programmes": "blocked", "report": "incident", "start": "done"},
        counts={"plan": 3},
        heat={"report": 0.7},
        notes={"plan": "до 01.07.2022"},
    )
    decision = bpmn.load(PICTURES / "decision.bpmn")
    notation = bpmn.load(PICTURES / "notation.bpmn")
    return {
        "decision.svg": bpmn.draw(decision),
        "decision-live.svg": bpmn.draw(decision, overlay=overlay),
        "decision-dark.svg": bpmn.draw(decision, overlay=overlay, theme="dark"),
        "notation.svg": bpmn.draw(notation),
        "pools.svg": bpmn.draw(bpmn.load(PICTURES / "pools.bpmn")),
    }


@pytest.mark.parametrize(
    "name", ["decision.svg", "decision-live.svg", "decision-dark.svg", "notation.svg", "pools.svg"]
)
def test_golden_pictures_stay_as_they_were_looked_at(name: str) -> None:
    with i18n.use("ru"):
        svg = golden()[name]
    path = PICTURES / name
    if os.environ.get("RESOLUTE_REFRESH_PICTURES"):
        path.write_text(svg + "\n", encoding="utf-8")
    assert svg + "\n" == path.read_text(encoding="utf-8")
