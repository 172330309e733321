"""Event logs, tables and the calendar hold what has happened, in the form that their standards ask for."""

import csv
import gzip
import io
import json
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

import commands
from resolute.bpmn.build import process
from resolute.execution.core import Engine
from resolute.reports import export_ocel, export_tables, export_xes
from resolute.reports.event_log import traces
from resolute.testing import Clock

SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022"
XES = "{http://www.xes-standard.org/}"

ATTRIBUTE = '<element name="{0}"><ref name="key"/><attribute name="value"><data type="{1}"/></attribute></element>'
XES_GRAMMAR = f"""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.xes-standard.org/"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="log">
    <attribute name="xes.version" ns=""/><optional><attribute name="xes.features" ns=""/></optional>
    <zeroOrMore><element name="extension">
      <attribute name="name" ns=""><data type="NCName"/></attribute>
      <attribute name="prefix" ns=""><data type="NCName"/></attribute>
      <attribute name="uri" ns=""><data type="anyURI"/></attribute>
    </element></zeroOrMore>
    <zeroOrMore><element name="global">
      <attribute name="scope" ns=""><choice><value>trace</value><value>event</value></choice></attribute>
      <oneOrMore><ref name="attribute"/></oneOrMore>
    </element></zeroOrMore>
    <zeroOrMore><element name="classifier">
      <attribute name="name" ns=""/><attribute name="keys" ns=""/>
    </element></zeroOrMore>
    <zeroOrMore><ref name="attribute"/></zeroOrMore>
    <zeroOrMore><element name="trace">
      <zeroOrMore><ref name="attribute"/></zeroOrMore>
      <zeroOrMore><element name="event"><zeroOrMore><ref name="attribute"/></zeroOrMore></element></zeroOrMore>
    </element></zeroOrMore>
  </element></start>
  <define name="key"><attribute name="key" ns=""/></define>
  <define name="attribute"><choice>
    {ATTRIBUTE.format("string", "string")}{ATTRIBUTE.format("date", "dateTime")}{ATTRIBUTE.format("int", "long")}
    {ATTRIBUTE.format("float", "double")}{ATTRIBUTE.format("boolean", "boolean")}
  </choice></define>
</grammar>"""
"""The order and types of the standard's schema, without its nested attributes, which are not written."""

TYPES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "attributes"],
        "properties": {
            "name": {"type": "string"},
            "attributes": {
                "type": "array",
                "items": {
                    "required": ["name", "type"],
                    "properties": {"type": {"enum": ["string", "time", "integer", "float", "boolean"]}},
                },
            },
        },
    },
}
LINKS = {
    "type": "array",
    "items": {
        "required": ["objectId", "qualifier"],
        "properties": {"objectId": {"type": "string"}, "qualifier": {"type": "string"}},
    },
}


def listed(*fields, attribute):
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": [*fields],
            "additionalProperties": False,
            "properties": {
                **{field: {"type": "string"} for field in fields},
                "time": {"type": "string", "format": "date-time"},
                "attributes": {"type": "array", "items": {"required": list(attribute)}},
                "relationships": LINKS,
            },
        },
    }


OCEL_SCHEMA = {
    "type": "object",
    "required": ["objectTypes", "eventTypes", "objects", "events"],
    "additionalProperties": False,
    "properties": {
        "objectTypes": TYPES,
        "eventTypes": TYPES,
        "objects": listed("id", "type", attribute=("name", "time", "value")),
        "events": listed("id", "type", "time", attribute=("name", "value")),
    },
}
"""What the standard asks of a log in JSON."""


@pytest.fixture
def engine():
    clock = Clock()
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(
            process("p", name="Закупка").start().user("a", "Write", party="Office").user("b").end().document()
        )
        first, second = engine.start("p"), engine.start("p")
        clock.advance(days=1)
        engine.assign(engine.tasks()[0].id, "Ann\x01")
        engine.complete(engine.tasks(instance=first.id)[0].id, by="Ann\x01")
        engine.terminate(second.id)
        yield engine


def xes(engine):
    stream = io.BytesIO()
    export_xes.write(traces(engine), stream)
    return etree.fromstring(stream.getvalue())


def facts(node):
    return {child.get("key"): child.get("value") for child in node if child.get("key")}


def test_a_xes_log_holds_every_step_with_time_person_and_party(engine):
    log = xes(engine)
    etree.RelaxNG(etree.fromstring(XES_GRAMMAR)).assertValid(log)
    first, second = log.findall(f"{XES}trace")
    assert facts(first)["resolute:process"] == "p"
    steps = [
        (event["concept:name"], event["lifecycle:transition"], event.get("org:resource"), event.get("org:group"))
        for event in map(facts, first.findall(f"{XES}event"))
        if event["resolute:element"] in ("a", "b")
    ]
    assert steps == [
        ("Write", "start", None, "Office"),
        ("Write", "schedule", None, "Office"),
        ("Write", "assign", None, "Office"),
        ("Write", "complete", "Ann\ufffd", "Office"),
        ("b", "start", "Ann\ufffd", None),
        ("b", "schedule", "Ann\ufffd", None),
    ]
    times = [facts(event)["time:timestamp"] for event in first.findall(f"{XES}event")]
    assert times == sorted(times)
    assert times[-1].startswith("2022-01-02T09:00:00.000+00:00")
    assert "withdraw" in [facts(event)["lifecycle:transition"] for event in second.findall(f"{XES}event")]


def ocel(engine):
    stream = io.BytesIO()
    export_ocel.write(engine.openings(), traces(engine), stream)
    return json.loads(stream.getvalue())


def check_ocel(log):
    """The schema, and what it cannot say: types and objects that are named are there, ids are given once."""
    jsonschema.Draft202012Validator(OCEL_SCHEMA).validate(log)
    for kind in ("object", "event"):
        types = {item["name"]: {each["name"] for each in item["attributes"]} for item in log[f"{kind}Types"]}
        assert len(types) == len(log[f"{kind}Types"])
        ids = [item["id"] for item in log[f"{kind}s"]]
        assert len(set(ids)) == len(ids)
        for item in log[f"{kind}s"]:
            assert {each["name"] for each in item["attributes"]} <= types[item["type"]]
    known = {item["id"] for item in log["objects"]}
    for item in (*log["objects"], *log["events"]):
        assert {link["objectId"] for link in item["relationships"]} <= known


def test_an_object_centric_log_ties_events_to_instances_tasks_and_parties(engine):
    log = ocel(engine)
    check_ocel(log)
    (done,) = [
        e
        for e in log["events"]
        if e["type"] == "Write" and {"name": "lifecycle", "value": "complete"} in e["attributes"]
    ]
    assert {link["qualifier"]: link["objectId"] for link in done["relationships"]} == {
        "in": "instance:1",
        "task": "task:1-2",
        "party": "party:Office",
    }


def test_what_was_erased_is_in_no_log(engine):
    engine.erase("2", "asked to")
    _first, second = xes(engine).findall(f"{XES}trace")
    assert second.findall(f"{XES}event") == []
    check_ocel(ocel(engine))


def test_a_long_log_is_read_page_by_page_and_holds_every_instance_once():
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        for _ in range(1_201):
            engine.start("p")
        assert [trace.instance.id for trace in traces(engine)] == [str(n) for n in range(1, 1_202)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("opened")
    for arguments in (("open", SEED / "register.yaml"), ("report", "1.3.2", "--text", "ready", "--by", "Ann")):
        done = commands.resolute(*arguments, "--now", "2022-04-21T12:00+05:00", folder=folder)
        assert done.returncode == 0, done.stderr
    return folder


def export(folder, name, *arguments, status=0):
    done = commands.resolute(
        "export", *arguments, "-o", name, "--now", "2022-05-16T12:00+05:00", "--lang", "en", folder=folder
    )
    assert done.returncode == status, done.stderr
    return folder / name if not status else done.stderr


def test_the_command_writes_the_logs_of_a_protocol(opened):
    plain = export(opened, "log.xes").read_bytes()
    etree.RelaxNG(etree.fromstring(XES_GRAMMAR)).assertValid(etree.fromstring(plain))
    assert gzip.decompress(export(opened, "log.xes.gz").read_bytes()) == plain
    log = json.loads(export(opened, "log.jsonocel", "--protocol", "1").read_text("utf-8"))
    check_ocel(log)
    touched = {link["objectId"] for event in log["events"] for link in event["relationships"]}
    assert touched == {item["id"] for item in log["objects"]}, "readers forget objects that no event touches"
    assert "no protocol 9" in export(opened, "none.xes", "--protocol", "9", status=2)
    assert "no file" in export(opened, "none.xes", SEED / "register.yaml", status=2)
    assert not (opened / "none.xes").exists()


def test_the_points_stand_in_every_kind_of_table(opened):
    import docx
    import openpyxl

    with export(opened, "points.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:5] == ["Point", "What", "Who", "Due", "State"]
    (row,) = [row for row in rows if row[0] == "1.3.2"]
    assert row[3:5] == ["2022-09-01", "in work"]
    assert row[5]
    sheet = openpyxl.load_workbook(export(opened, "points.xlsx")).active
    assert [[plain(cell.value) for cell in line] for line in sheet.iter_rows()] == rows
    document = docx.Document(export(opened, "points.docx"))
    (table,) = document.tables
    told = [[cell.text for cell in line.cells] for line in table.rows]
    assert told[0] == rows[0][:-1]
    headings = [line[0] for line in told if len(set(line)) == 1]
    assert headings == list(dict.fromkeys(row[-1] for row in rows[1:]))
    points = [line for line in told[1:] if len(set(line)) > 1]
    assert [(line[0], line[1]) for line in points] == [(row[0], row[1]) for row in rows[1:]]
    assert next(line[3] for line in points if line[0] == "1.3.2") == "1 Sep 2022"
    assert document.paragraphs[1].text == "As of 16 May 2022"


def plain(value):
    """A cell of a sheet as it stands in CSV."""
    return value.date().isoformat() if isinstance(value, datetime) else value or ""


def test_the_points_stand_in_the_order_of_the_protocol(opened):
    with export(opened, "points.csv").open(encoding="utf-8-sig", newline="") as file:
        refs = [row[0] for row in csv.reader(file)][1:]
    assert refs == sorted(refs, key=lambda ref: [int(part) for part in ref.split(".")])


def test_a_table_of_one_protocol(opened):
    assert export(opened, "one.csv", "--protocol", "1").read_bytes() == export(opened, "points.csv").read_bytes()
    assert "no protocol 9" in export(opened, "none.csv", "--protocol", "9", status=2)


LONG = "Отвечать за организационно-техническое сопровождение деятельности регионального наблюдательного совета " * 3


def test_a_sheet_is_laid_out_to_be_read_and_printed():
    import openpyxl

    sheet = export_tables.Sheet("t", ["Срок", "Что"], [[date(2022, 7, 1), LONG], [None, "x"]], [1, 4])
    stream = io.BytesIO()
    export_tables.write_xlsx(sheet, stream)
    page = openpyxl.load_workbook(stream).active
    assert page["A2"].is_date and page["A2"].value.date() == date(2022, 7, 1)
    assert page["A3"].value is None
    assert page.freeze_panes == "A2" and page.print_title_rows == "$1:$1" and page.auto_filter.ref == "A1:B3"
    assert (page.page_setup.orientation, page.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    lines = len(LONG) / page.column_dimensions["B"].width
    assert page.row_dimensions[2].height > 11 * lines > page.row_dimensions[3].height


def test_a_document_repeats_its_titles_and_keeps_rows_and_widths():
    import docx
    from docx.oxml.ns import qn

    sheet = export_tables.Sheet("t", ["a", "b", "d"], [["1", LONG, "one"], ["2", "y", "two"]], [1, 4, 9], headings=2)
    stream = io.BytesIO()
    export_tables.write_docx(sheet, stream)
    (table,) = docx.Document(stream).tables
    assert [row.cells[0].text for row in table.rows] == ["a", "one", "1", "two", "2"]
    narrow, wide = (column.width for column in table.columns)
    assert wide == pytest.approx(4 * narrow, rel=0.01)
    first, *others = (row._tr.trPr for row in table.rows)
    assert first.find(qn("w:tblHeader")) is not None
    assert all(row is None or row.find(qn("w:tblHeader")) is None for row in others)
    assert others[1].find(qn("w:cantSplit")) is not None


def test_open_tasks_and_registers_are_written_as_well(opened):
    tasks = export(opened, "tasks.csv", "--tasks").read_text("utf-8-sig").splitlines()
    listed = json.loads(commands.resolute("tasks", "--json", folder=opened).stdout)
    assert len(tasks) == len(listed) + 1
    rows = export(opened, "plan.csv", SEED / "register.yaml").read_text("utf-8-sig").splitlines()
    assert any(row.startswith("1.3.2,") for row in rows)


def test_the_calendar_holds_a_day_for_every_deadline_that_is_still_open(opened):
    import icalendar

    calendar = icalendar.Calendar.from_ical(export(opened, "due.ics").read_bytes())
    events = {str(e["summary"]).split()[0]: e for e in calendar.walk("VEVENT")}
    assert events["1.3.2"].decoded("dtstart") == date(2022, 9, 1)
    assert "1.1" not in events
    assert len({str(event["uid"]) for event in events.values()}) == len(events)
    assert export(opened, "again.ics").read_bytes() == export(opened, "due.ics").read_bytes()


def test_another_ending_is_refused_with_those_that_are_known(opened):
    assert ".xes, .xes.gz" in export(opened, "log.pdf", status=2)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+7", "-1", "plain", "\tx"])
def test_no_cell_is_a_formula(text):
    import openpyxl

    sheet = export_tables.Sheet("t", ["a"], [[text]], [1])
    stream = io.BytesIO()
    export_tables.write_csv(sheet, stream)
    cell = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))[1][0]
    assert cell == text if text == "plain" else cell == "'" + text
    book = io.BytesIO()
    export_tables.write_xlsx(sheet, book)
    written = openpyxl.load_workbook(io.BytesIO(book.getvalue())).active["A2"]
    assert (written.value, written.data_type) == (text, "s")


def test_nothing_is_left_half_written(opened, monkeypatch):
    def breaks(*_arguments):
        raise KeyboardInterrupt

    (opened / "kept.csv").write_text("old")
    monkeypatch.setattr(export_tables, "write_csv", breaks)
    with pytest.raises((KeyboardInterrupt, AssertionError)):
        export(opened, "kept.csv")
    assert (opened / "kept.csv").read_text() == "old"
    assert not list(opened.glob("*.tmp"))
