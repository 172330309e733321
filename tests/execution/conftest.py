"""An engine for each executor, on a clock that the test sets."""

import pytest

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
