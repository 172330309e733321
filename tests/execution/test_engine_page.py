"""The examples of docs/engine.md run as they stand there."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

import resolute
from resolute import Engine, i18n
from resolute.bpmn.build import otherwise, process, timer, user, when

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "engine.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(word, **names):
    """Runs the one example with that word; returns what it printed and what the page says it prints."""
    (found,) = [block for block in BLOCKS if word in block[0]]
    printed = io.StringIO()
    with i18n.use("en"), contextlib.redirect_stdout(printed):
        exec(found[0], names)
    return printed.getvalue(), found[1]


def test_the_first_example_prints_what_stands_below_it():
    printed, said = run("engine.tick()")
    assert printed == said


def test_an_order_of_the_host_and_its_process_are_committed_together():
    host, tables = create_engine("sqlite:///host.db"), MetaData()
    orders = Table("orders", tables, Column("id", Integer))
    tables.create_all(host)
    with Engine("sqlite:///host.db") as engine:
        engine.deploy(process("order").start().user("pick").end().document())
    run("resolute.Engine(connection=connection)\n", host=host, orders=orders, insert=insert, resolute=resolute)
    with host.connect() as connection, Engine("sqlite:///host.db") as engine:
        assert connection.execute(select(orders.c.id)).all() == [(17,)]
        assert [instance.data for instance in engine.instances()] == [{"order": 17}]


def test_the_testing_kit_covers_the_model_of_its_example(folder):
    model = process("leave")
    model.start().user("decide").exclusive([when("granted"), user("record")], [otherwise(), user("explain")]).end()
    model.boundary("decide", "remind", timer(after="P3D"), interrupting=False)
    (folder / "leave.bpmn").write_bytes(model.document().xml)
    run("random_walk(engine")
