"""A zipped document (.docx, .odt) opened with limits, so that a small file cannot fill the memory."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("protocols")

MAX_PART = 60_000_000
MAX_PARTS = 5_000


class Package:
    """The parts of a zipped document."""

    def __init__(self, data: bytes, name: str | None) -> None:
        self.name = name
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise self._damaged() from None
        self._names = frozenset(self._archive.namelist())
        if len(self._names) > MAX_PARTS:
            raise self._damaged()

    def has(self, part: str) -> bool:
        """Whether the package holds `part`."""
        return part in self._names

    def read(self, part: str) -> bytes:
        """The bytes of `part`, at most `MAX_PART` of them; raises `InputError` beyond that."""
        try:
            with self._archive.open(part) as stream:
                data = stream.read(MAX_PART + 1)
        except RuntimeError:
            raise InputError(_("the document has a password; save it without one"), file=self.name) from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, KeyError):
            raise self._damaged() from None
        if len(data) > MAX_PART:
            message = _("the document unpacks to more than {limit} MB; it is damaged or hostile, save it anew")
            raise InputError(message.format(limit=MAX_PART // 1_000_000), file=self.name)
        return data

    def xml(self, part: str) -> Any:
        """The root element of `part`, parsed without DTD, entities or network."""
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
        )
        try:
            root = etree.fromstring(self.read(part), parser)
        except etree.XMLSyntaxError:
            raise self._damaged() from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise self._damaged()
        return root

    def _damaged(self) -> InputError:
        return InputError(_("the document is damaged; open it in a word processor and save it anew"), file=self.name)
