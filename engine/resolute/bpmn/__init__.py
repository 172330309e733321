"""BPMN 2.0 documents: read, check, compare, lay out, draw and write them."""

from __future__ import annotations

from resolute.bpmn.check import check, grade
from resolute.bpmn.config import load_config
from resolute.bpmn.diff import Change, diff
from resolute.bpmn.document import Document, Element
from resolute.bpmn.draw import Overlay, draw, png
from resolute.bpmn.layout import layout
from resolute.bpmn.read import load, loads
from resolute.bpmn.rule import Problem, Rule, all_rules
from resolute.bpmn.sarif import sarif
from resolute.bpmn.write import dumps, save

__all__ = [
    "Change",
    "Document",
    "Element",
    "Overlay",
    "Problem",
    "Rule",
    "all_rules",
    "check",
    "diff",
    "draw",
    "dumps",
    "grade",
    "layout",
    "load",
    "load_config",
    "loads",
    "png",
    "sarif",
    "save",
]
