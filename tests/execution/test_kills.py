"""Processes killed at any moment under a load of every kind of work: nothing is lost, nothing happens twice."""

import os

import pytest

from execution import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = int(os.environ.get("RESOLUTE_KILLS", "12"))
"""How many processes are killed; 1,000 take some minutes."""


def killed(url, folder):
    figures = kills.run(url, folder, KILLS)
    assert figures["kills"] >= KILLS
    assert figures["orders"] >= 2 * kills.OPEN_ORDERS


def test_on_sqlite(tmp_path):
    killed(f"sqlite:///{tmp_path}/store.db", tmp_path)


def test_on_postgresql(new_database, tmp_path):
    killed(new_database("kills"), tmp_path)
