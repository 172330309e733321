"""An engine for each executor, on a clock that the test sets."""

import itertools

import pytest

from execution.postgres import server
from resolute.execution.core import Engine
from resolute.testing import Clock


@pytest.fixture(params=["net", "spiff"])
def executor(request):
    return request.param


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(executor, clock):
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        yield engine


@pytest.fixture(scope="session")
def cluster():
    """The URL of a PostgreSQL server that all tests share."""
    with server() as url:
        yield url


_numbers = itertools.count()


@pytest.fixture
def new_database(cluster):
    """Makes empty databases on the server; gives their URLs."""
    import psycopg

    def make(name=""):
        database = f"t{next(_numbers)}"
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}")
        return f"{cluster.rpartition('/')[0]}/{database}"

    return make
