"""Writes BPMN documents: bytes, or a file that is never left half written."""

from __future__ import annotations

import os
from pathlib import Path

from resolute.bpmn.document import Document


def dumps(document: Document) -> bytes:
    """The document as UTF-8 XML, with every comment, extension and id, in the order it had."""
    return document.xml


def save(document: Document, path: str | Path) -> None:
    """Writes the document to `path`, through a file beside it that is renamed when complete."""
    target = Path(path)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(document.xml)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
