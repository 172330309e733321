"""Validates a document against the OMG's XML schemas of BPMN 2.0, which ship with the package."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import cast

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN, BPMNDI, DC, DI
from resolute.errors import Finding

_ = i18n.translator("bpmn")

RULE = "schema"
MOST = 1000
"""More violations than this are told as one finding; libxml2 finds their places in quadratic time."""

_PREFIXES = {f"{{{BPMN}}}": "", f"{{{BPMNDI}}}": "bpmndi:", f"{{{DC}}}": "dc:", f"{{{DI}}}": "di:"}


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "xsd" / "BPMN20.xsd"))


def schema_findings(document: Document) -> Iterator[Finding]:
    """Every violation of the schema, with its line and the nearest id."""
    if sum(1 for _node in document.tree.iter()) > MOST:
        violations = _count(document)
        if violations > MOST:
            yield _too_many(document, violations)
            return
    schema = _schema()
    if not schema.validate(document.tree):
        for entry in cast("Iterable[etree._LogEntry]", schema.error_log):
            yield _finding(document, entry)


def _count(document: Document) -> int:
    """How many violations there are, in linear time and without their places."""
    ids = Counter(element.id for element in document.elements())
    repeated = sum(times - 1 for key, times in ids.items() if key)
    parser = etree.XMLParser(schema=_schema(), resolve_entities=False, no_network=True)
    try:
        etree.fromstring(etree.tostring(document.tree), parser)
    except etree.XMLSyntaxError:
        return repeated + len(parser.error_log)
    return repeated


def _too_many(document: Document, violations: int) -> Finding:
    message = _("breaks the BPMN 2.0 schema in {count} places; export it again from a modeler")
    return Finding(RULE, "error", message.format(count=violations), file=document.file, line=1)


def _finding(document: Document, entry: etree._LogEntry) -> Finding:
    message = _("not valid by the BPMN 2.0 schema: {reason}").format(reason=_reason(entry.message))
    element = _nearest_id(document, entry.path)
    return Finding(RULE, "error", message, element=element, file=document.file, line=entry.line)


def _nearest_id(document: Document, path: str | None) -> str | None:
    """The id of the node at an XPath of libxml2, or of the nearest node around it that has one."""
    prefixes = {key: value for key, value in document.tree.getroot().nsmap.items() if key}
    try:
        nodes = cast("list[etree._Element]", document.tree.xpath(path, namespaces=prefixes) if path else [])
    except etree.XPathEvalError:
        return None
    found = nodes[0].xpath("string(ancestor-or-self::*[@id][1]/@id)") if nodes else ""
    return str(found) or None


def _reason(message: str) -> str:
    """What libxml2 says, with the usual prefixes instead of namespaces, in the language in force."""
    for namespace, prefix in _PREFIXES.items():
        message = message.replace(namespace, prefix)
    for pattern, wording in _wordings():
        match = pattern.fullmatch(message)
        if match:
            return wording.format(*match.groups())
    return message


def _wordings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """How libxml2's commonest sentences are worded for people."""
    element = "Element '(.*?)'"
    attribute = f"{element}, attribute '(.*?)'"
    return (
        (
            re.compile(rf"{element}: This element is not expected\. Expected is(?: one of)? \( (.*?) \)\."),
            _("<{0}> is not allowed here; expected one of: {1}"),
        ),
        (re.compile(rf"{element}: This element is not expected\."), _("<{0}> is not allowed here")),
        (
            re.compile(rf"{element}: Missing child element\(s\)\. Expected is(?: one of)? \( (.*?) \)\."),
            _("<{0}> is not complete; expected inside it: {1}"),
        ),
        (
            re.compile(rf"{element}: The attribute '(.*?)' is required but missing\."),
            _("<{0}> lacks the attribute {1}"),
        ),
        (
            re.compile(rf"{attribute}: The attribute '.*?' is not allowed\."),
            _("<{0}> may not have the attribute {1}"),
        ),
        (
            re.compile(rf"{attribute}: '([^\W\d][\w.-]*)' is not a valid value of the atomic type 'xs:ID'\."),
            _('the {1} "{2}" of <{0}> is used twice'),
        ),
        (
            re.compile(rf"{attribute}: '(.*?)' is not a valid value of the (?:atomic|union) type '(.*?)'\."),
            _('the attribute {1} of <{0}> is "{2}"; expected a value of the type {3}'),
        ),
        (
            re.compile(rf"{element}: '(.*?)' is not a valid value of the (?:atomic|union) type '(.*?)'\."),
            _('<{0}> contains "{1}"; expected a value of the type {2}'),
        ),
    )
