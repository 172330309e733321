"""BPMN 2.0 documents: read, check, compare, lay out, draw and write them."""

from __future__ import annotations

from resolute.bpmn.check import check, grade
from resolute.bpmn.diff import Change, diff
from resolute.bpmn.document import Document, Element
from resolute.bpmn.read import load, loads
from resolute.bpmn.sarif import sarif
from resolute.bpmn.write import dumps, save

__all__ = [
    "Change",
    "Document",
    "Element",
    "check",
    "diff",
    "dumps",
    "grade",
    "load",
    "loads",
    "sarif",
    "save",
]
