"""Settings shared by all tests: repeatable property tests, English unless a test says otherwise."""

import pytest
from hypothesis import settings

from resolute import i18n

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def english():
    """Messages in English, whatever the machine's locale."""
    with i18n.use("en"):
        yield
