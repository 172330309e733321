"""BPMN 2.0 documents: read, check, compare, lay out, draw and write them."""

from __future__ import annotations

from resolute.bpmn.document import Document, Element
from resolute.bpmn.read import load, loads
from resolute.bpmn.write import dumps, save

__all__ = ["Document", "Element", "dumps", "load", "loads", "save"]
