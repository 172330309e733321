"""Marks for tests that need a tool of the machine: skipped with the reason, unless RESOLUTE_REQUIRE names the tool."""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str, *commands: str) -> pytest.MarkDecorator:
    """Skips when none of `commands` (default: `name`) is on the PATH; fails instead where the tool is required."""
    present = any(shutil.which(command) for command in commands or (name,))
    required = name in os.environ.get("RESOLUTE_REQUIRE", "").split(",")
    return pytest.mark.skipif(not present and not required, reason=f"{name} is not installed")


chromium = tool("chromium", "chromium", "chromium-browser", "google-chrome")
node = tool("node")
graphviz = tool("graphviz", "dot")
