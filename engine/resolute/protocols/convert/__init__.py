"""Turns a file of any supported format into numbered lines of text; understands nothing of what they say."""

from __future__ import annotations

import os
from pathlib import Path

from resolute import i18n
from resolute.errors import InputError
from resolute.protocols.convert.text import from_text
from resolute.protocols.source import Source

_ = i18n.translator("protocols")

MAX_BYTES = 50_000_000
"""Larger files are refused: no protocol is so long."""

_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8", b"BM")


def convert(source: str | os.PathLike[str] | bytes, name: str | None = None) -> Source:
    """The lines of the document at `source` (a path, or its bytes). Raises `InputError` when there are none."""
    data, name = _load(source, name)
    if not data.strip():
        raise InputError(_("the file is empty; give a document with the text of a protocol"), file=name)
    return _converter(data, name)


def _load(source: str | os.PathLike[str] | bytes, name: str | None) -> tuple[bytes, str | None]:
    if isinstance(source, bytes):
        _refuse_long(len(source), name)
        return source, name
    path = Path(source)
    name = name or str(path)
    try:
        _refuse_long(path.stat().st_size, name)
        return path.read_bytes(), name
    except FileNotFoundError:
        raise InputError(_("there is no such file; check the path"), file=name) from None
    except IsADirectoryError:
        raise InputError(_("this is a folder; name a file in it"), file=name) from None
    except OSError as error:
        raise InputError(
            _("the file cannot be read ({reason}); check its permissions").format(reason=error.strerror), file=name
        ) from error
    except ValueError:
        raise InputError(_("this is not a path to a file; check it")) from None


def _refuse_long(size: int, name: str | None) -> None:
    if size > MAX_BYTES:
        message = _("the file has {size} MB, at most {limit} MB are read; give the protocol alone")
        raise InputError(message.format(size=size // 1_000_000, limit=MAX_BYTES // 1_000_000), file=name)


def _converter(data: bytes, name: str | None) -> Source:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF"):
        from resolute.protocols.convert.pdf import from_pdf

        return from_pdf(data, name)
    if start.startswith(b"PK\x03\x04"):
        return _from_zip(data, name)
    if start.startswith(b"{\\rtf"):
        from resolute.protocols.convert.pandoc import from_rtf

        return from_rtf(data, name)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(_("this is an old .doc file; save it as .docx and read that"), file=name)
    if start.startswith(_IMAGES):
        raise InputError(_("this is a picture; recognise its text (OCR) and read that"), file=name)
    if _is_html(start):
        from resolute.protocols.convert.pandoc import from_html

        return from_html(data, name)
    return from_text(data, name)


def _is_html(start: bytes) -> bool:
    lowered = start.lower()
    return lowered.startswith(
        (
            b"<!doctype html",
            b"<html",
            b"<head",
            b"<body",
            b"<meta",
            b"<div",
            b"<p>",
            b"<p ",
            b"<table",
            b"<h1",
            b"<h2",
            b"<ol",
            b"<ul",
            b"<!--",
        )
    ) or (lowered.startswith(b"<?xml") and b"<html" in lowered)


def _from_zip(data: bytes, name: str | None) -> Source:
    from resolute.protocols.convert.package import Package

    package = Package(data, name)
    if package.has("word/document.xml"):
        from resolute.protocols.convert.docx import from_docx

        return from_docx(package, name)
    if package.has("content.xml"):
        from resolute.protocols.convert.pandoc import from_odt

        return from_odt(package, data, name)
    raise InputError(_("this archive is neither .docx nor .odt; give the document itself"), file=name)
