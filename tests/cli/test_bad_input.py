"""Bad input gives one clear line and status 2, and nothing is written by halves."""

from pathlib import Path

import pytest

import commands
from commands import Done

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "workflows" / "chelyabinsk-2-2022"
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
{doctype}<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
<process id="p" isExecutable="true"><startEvent id="s"><outgoing>f</outgoing></startEvent>
<sequenceFlow id="f" sourceRef="s" targetRef="{target}"/>
{task}</process></definitions>"""
SCRIPT = '<scriptTask id="t" scriptFormat="python"><incoming>f</incoming><script>import os</script></scriptTask>'


def resolute(*arguments: object, folder: Path) -> Done:
    return commands.resolute(*arguments, "--lang", "en", folder=folder)


def refused(done: Done, *words: str) -> None:
    """Status 2, nothing on stdout, one line on stderr that holds all of `words`."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("resolute: error: ")
    for word in words:
        assert word in lines[0], lines[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.txt", None),
        ("empty.txt", b""),
        ("blank.txt", b" \n\n \n"),
        ("noise.txt", bytes(range(256)) * 40),
        ("noise.docx", b"PK\x03\x04" + bytes(range(256))),
        ("recipe.txt", "Блины\n\n1. Взбить яйца с сахаром.\n2. Влить молоко.\n3. Печь на сковороде.\n".encode()),
        ("terms.txt", b"Terms\n\n1. Definitions. The words below.\n2. Grant. Subject to the terms.\n"),
        ("letter.txt", "Уважаемый Иван Иванович! Поздравляем Вас с праздником.".encode()),
    ],
)
@pytest.mark.parametrize("command", [("read",), ("open",), ("model", "-o", "models"), ("graph", "-o", "g.svg")])
def test_what_is_no_protocol_is_refused_by_name(tmp_path, name, content, command):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = {path.name for path in tmp_path.iterdir()}
    refused(resolute(command[0], name, *command[1:], folder=tmp_path), name)
    assert {path.name for path in tmp_path.iterdir()} <= before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("number:", "nomer:", ["nomer"]),
        ("2022-04-21", "2022-04-31", ["2022-04-31"]),
    ],
)
def test_a_register_with_a_slip_is_refused_with_its_line(tmp_path, old, new, words):
    register = tmp_path / "register.yaml"
    text = (SEED / "register.yaml").read_text("utf-8")
    assert old in text
    register.write_text(text.replace(old, new, 1), "utf-8")
    refused(resolute("open", register, folder=tmp_path), "register.yaml:", *words)
    assert not (tmp_path / "resolute.db").exists()


@pytest.mark.parametrize(
    ("doctype", "target", "task", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>\n', "t", '<userTask id="t"/>', ["DOCTYPE"]),
        ("", "nowhere", '<userTask id="t"/>', ["nowhere"]),
        ("", "t", SCRIPT, ["script"]),
    ],
)
def test_a_model_that_cannot_run_is_refused_with_its_element(tmp_path, doctype, target, task, words):
    import resolute as library

    model = PROCESS.format(doctype=doctype, target=target, task=task).encode()
    with library.Engine("sqlite:///:memory:") as engine, pytest.raises(library.ResoluteError) as caught:
        engine.deploy(model)
    said = str(caught.value) + " ".join(finding.message for finding in caught.value.findings)
    for word in words:
        assert word in said


def test_a_doctype_is_refused_by_draw_and_check(tmp_path):
    file = tmp_path / "bad.bpmn"
    file.write_text(PROCESS.format(doctype="<!DOCTYPE x>\n", target="t", task='<userTask id="t"/>'))
    refused(resolute("draw", file, "-o", "x.svg", folder=tmp_path), "bad.bpmn", "DOCTYPE")
    refused(resolute("check", file, folder=tmp_path), "bad.bpmn", "DOCTYPE")
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("tick", "--now", "tomorrow"),
        ("tick", "--now", "0001-01-01"),
        ("worker", "--poll", "nan"),
        ("worker", "--poll", "inf"),
        ("extend", "1.3.1", "--due", "soon"),
        ("complete", "nothing"),
        ("complete", "1-1", "--data", "{"),
        ("send", "x", "--payload", "[1]"),
        ("accept", "1.3.1"),
        ("nonsense",),
        ("read",),
        ("tick", "--db", "nosuch://x"),
        ("tick", "--db", "sqlite:////no/such/folder/x.db"),
        ("graph", "-o", "graph.exe"),
    ],
)
def test_a_wrong_call_is_one_line(tmp_path, arguments):
    refused(resolute(*arguments, folder=tmp_path))
