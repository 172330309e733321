"""Reads BPMN 2.0 files from strangers: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import cast
from xml.parsers import expat

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document, line_of
from resolute.bpmn.names import BPMN
from resolute.bpmn.rule import read_findings
from resolute.errors import Finding, InputError

_ = i18n.translator("bpmn")

MAX_BYTES = 64 * 1024 * 1024
"""The largest file that is read; 100,000 drawn tasks with their flows take about 45 MB."""
MAX_MARKS = 5_000_000
"""The most tags and attributes together, by their `<` and `=`; 100,000 drawn tasks have 4 million."""
MAX_DEPTH = 256
"""The deepest nesting that is read; libxml2 enforces it while `huge_tree` is off."""
MAX_ATTRIBUTES = 1000
"""The most attributes that one element may have; lxml looks them up one after the other."""
_CROWDED = etree.XPath("descendant-or-self::*[count(@*) > $most]")


def load(source: str | Path | bytes) -> Document:
    """Reads a BPMN 2.0 file, or its bytes; what is odd but readable stands in `.findings`.

    Raises InputError, with file and line, for what is not XML, has a DOCTYPE, is too big or too deep, or
    whose root is not `definitions` of BPMN 2.0.
    """
    if isinstance(source, bytes):
        return loads(source)
    return loads(_bytes_of(Path(source)), file=str(source))


def loads(content: bytes | str, *, file: str | None = None) -> Document:
    """Like `load`, for a document in memory; `file` is the name that findings and errors give it."""
    document = parse(content, file=file)
    document.findings = (*document.findings, *read_findings(document))
    return document


def parse(content: bytes | str, *, file: str | None = None) -> Document:
    """Like `loads`, without asking the reading rules: for documents that are only run, or were read before."""
    encoding = None
    if isinstance(content, str):
        content, encoding = content.encode("utf-8", "surrogatepass"), "utf-8"
    if len(content) > MAX_BYTES:
        raise _too_big(len(content), file)
    if content.count(b"<") + content.count(b"=") > MAX_MARKS:
        message = _("more than {limit} tags and attributes; split the model into several files")
        raise InputError(message.format(limit=MAX_MARKS), file=file)
    _refuse_doctype(content, file, encoding)
    root, findings = _parse(content, file, encoding)
    _require_definitions(root, file)
    _refuse_crowded(root, file)
    return Document(root.getroottree(), findings, file)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
            size = path.stat().st_size
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            _("cannot be opened ({reason}); expected a readable BPMN 2.0 file").format(reason=reason),
            file=str(path),
        ) from error
    if len(content) > MAX_BYTES:
        raise _too_big(size, str(path))
    return content


def _too_big(size: int, file: str | None) -> InputError:
    message = _("{size} MB; expected at most {limit} MB; split the model into several files")
    return InputError(message.format(size=size >> 20, limit=MAX_BYTES >> 20), file=file)


def _refuse_doctype(content: bytes, file: str | None, encoding: str | None) -> None:
    """Raises when a DOCTYPE stands before the root; looks no further than the first tag, expands nothing."""
    scanner = expat.ParserCreate(encoding)
    lines: list[int] = []

    def doctype(*_ignored: object) -> None:
        lines.append(scanner.CurrentLineNumber)
        raise _PrologEndError

    def first_tag(*_ignored: object) -> None:
        raise _PrologEndError

    scanner.StartDoctypeDeclHandler = doctype
    scanner.StartElementHandler = first_tag
    with suppress(_PrologEndError, expat.ExpatError, LookupError, ValueError):  # lxml says what else is wrong
        scanner.Parse(content, True)
    if lines:
        raise _has_doctype(file, lines[0])


def _has_doctype(file: str | None, line: int | None = None) -> InputError:
    message = _("has a DOCTYPE; expected plain BPMN 2.0 XML; remove the DOCTYPE and its entities")
    return InputError(message, file=file, line=line)


class _PrologEndError(Exception):
    """A DOCTYPE or the first tag is reached: nothing else needs to be looked at."""


def _parse(content: bytes, file: str | None, encoding: str | None) -> tuple[etree._Element, tuple[Finding, ...]]:
    """The root of well-formed XML; a namespace name that is no URI is a finding: nothing depends on it."""
    parser = _hardened_parser(encoding)
    try:
        return etree.fromstring(content, parser), ()
    except etree.XMLSyntaxError as error:
        complaints = list(cast("Iterable[etree._LogEntry]", parser.error_log))
        if any(entry.type != etree.ErrorTypes.WAR_NS_URI for entry in complaints):
            raise _not_xml(error, file) from error
    odd = tuple(_odd_namespace(entry, file) for entry in complaints)
    return etree.fromstring(content, _hardened_parser(encoding, recover=True)), odd


def _hardened_parser(encoding: str | None, *, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        strip_cdata=False,
        recover=recover,
        encoding=encoding,
    )


def _odd_namespace(entry: etree._LogEntry, file: str | None) -> Finding:
    message = _("{reason}; rename the namespace without blanks").format(reason=entry.message)
    return Finding("namespace-not-uri", "warning", message, file=file, line=entry.line)


def _not_xml(error: etree.XMLSyntaxError, file: str | None) -> InputError:
    line = error.lineno or 1
    if "Excessive depth" in (error.msg or ""):
        message = _("elements are nested deeper than {limit}; expected a flatter model")
        return InputError(message.format(limit=MAX_DEPTH), file=file, line=line)
    message = _("not well-formed XML ({reason}); expected a BPMN 2.0 file; export it again from the modeler")
    return InputError(message.format(reason=(error.msg or "").partition(", line")[0]), file=file, line=line)


def _refuse_crowded(root: etree._Element, file: str | None) -> None:
    crowded = cast("list[etree._Element]", _CROWDED(root, most=MAX_ATTRIBUTES))
    if crowded:
        message = _("an element has more than {limit} attributes; expected fewer")
        raise InputError(message.format(limit=MAX_ATTRIBUTES), file=file, line=line_of(crowded[0]))


def _require_definitions(root: etree._Element, file: str | None) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise _has_doctype(file)
    if root.tag == f"{{{BPMN}}}definitions":
        return
    name = etree.QName(root)
    message = _('the root is <{tag}> in the namespace "{found}"; expected <definitions> in {expected}')
    text = message.format(tag=name.localname, found=name.namespace or "", expected=BPMN)
    raise InputError(text, file=file, line=line_of(root))
