"""Forms that a BPMN document carries: JSON Schemas by name, read from files and put into the document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN, RESOLUTE
from resolute.bpmn.read import loads
from resolute.errors import InputError

_ = i18n.translator("net")

MAX_BYTES = 256 * 1024
MAX_DEPTH = 50
"""How deep objects and lists of a form may stand in one another."""

_HOLDER = f"{{{BPMN}}}extensionElements"
_FORM = f"{{{RESOLUTE}}}form"

Schema = dict[str, Any]


def embedding(document: Document, sources: Iterable[str | Path | bytes]) -> Document:
    """A copy of a BPMN document that carries the forms of JSON files or their bytes; `document` stays as it is.

    A form is called by its `$id`, else by the name of its file up to the first dot. One of the same name that stands
    in the document is replaced. Raises InputError.
    """
    copy = loads(document.xml, file=document.file)
    root = copy.tree.getroot()
    holder = root.find(_HOLDER)
    if holder is None:
        holder = etree.Element(_HOLDER)
        root.insert(0, holder)
    for source in sources:
        name, schema = _named(source)
        for node in list(holder.iterchildren(_FORM)):
            if node.get("id") == name:
                holder.remove(node)
        node = etree.SubElement(holder, _FORM, id=name)
        node.text = json.dumps(schema, ensure_ascii=False, indent=1)
    return copy


def embedded(document: Document) -> dict[str, Schema]:
    """The forms that a BPMN document carries, by name. Raises InputError."""
    found = {}
    for holder in document.tree.getroot().iterchildren(_HOLDER):
        for node in holder.iterchildren(_FORM):
            name = node.get("id") or ""
            found[name] = _parsed((node.text or "").encode(), document.file, name)
    return found


def _named(source: str | Path | bytes) -> tuple[str, Schema]:
    if isinstance(source, bytes):
        content, file, name = source, None, ""
    else:
        path = Path(source)
        file, name = str(path), path.name.partition(".")[0]
        try:
            content = path.read_bytes()
        except OSError as error:
            message = _("cannot be opened ({reason}); expected the JSON Schema of a form")
            raise InputError(message.format(reason=error.strerror), file=file) from None
    schema = _parsed(content, file, name)
    own = schema.get("$id")
    name = own if isinstance(own, str) else name
    if not name or not name.isprintable():
        raise InputError(_("a form without a name; expected a $id that the tasks name"), file=file)
    return name, schema


def _parsed(content: bytes, file: str | None, name: str) -> Schema:
    """The schema. Raises InputError, with the line."""
    if len(content) > MAX_BYTES:
        raise InputError(
            _("form {name} is larger than {n} KB; make it smaller").format(name=name, n=MAX_BYTES >> 10), file=file
        )
    try:
        schema = json.loads(content)
    except json.JSONDecodeError as error:
        message = _("form {name} is no JSON ({reason}); expected a JSON Schema").format(name=name, reason=error.msg)
        raise InputError(message, file=file, line=error.lineno) from None
    except (UnicodeDecodeError, RecursionError) as error:
        message = _("form {name} is no JSON ({reason}); expected a JSON Schema")
        raise InputError(message.format(name=name, reason=type(error).__name__), file=file) from None
    if not isinstance(schema, dict):
        message = _("form {name}: found {found}, expected a JSON Schema, an object")
        raise InputError(message.format(name=name, found=type(schema).__name__), file=file)
    _check_depth(schema, file, name)
    return schema


def _check_depth(schema: Schema, file: str | None, name: str) -> None:
    level: list[Any] = [schema]
    for _depth in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    message = _("form {name} has more than {n} objects and lists in one another; make it flatter")
    raise InputError(message.format(name=name, n=MAX_DEPTH), file=file)
