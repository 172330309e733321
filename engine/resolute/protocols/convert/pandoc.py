"""HTML, OpenDocument and RTF by way of Pandoc, whose document tree becomes lines."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.protocols.convert.numbering import shown_as as shown
from resolute.protocols.convert.package import Package
from resolute.protocols.convert.text import decode
from resolute.protocols.source import Line, Source, gathered, row, tidy

_ = i18n.translator("protocols")

TIMEOUT = 20
_FORMS = {
    "LowerAlpha": "lowerLetter",
    "UpperAlpha": "upperLetter",
    "LowerRoman": "lowerRoman",
    "UpperRoman": "upperRoman",
}
_ENDS = {"OneParen": ")", "TwoParens": ")"}
_CODED = re.compile(rb"(?:\\'[0-9a-fA-F]{2})+")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)
_RUSSIAN_RTF = re.compile(rb"\\ansicpg1251|\\fcharset204")


def from_html(data: bytes, name: str | None) -> Source:
    """The lines of a web page; scripts and styles are left out."""
    charset = _CHARSET.search(data[:4096])
    try:
        text = data.decode(charset[1].decode("ascii")) if charset else decode(data, name)
    except (LookupError, UnicodeDecodeError):
        text = decode(data, name)
    text = re.sub(r"<(script|style|svg)\b.*?(?:</\1\s*>|\Z)", " ", text, flags=re.I | re.S)
    return _convert(text.encode(), "html", name)


def from_rtf(data: bytes, name: str | None) -> Source:
    """The lines of a .rtf; letters of windows-1251 are recoded, which Pandoc does not do."""
    if _RUSSIAN_RTF.search(data[:65536]):
        data = _CODED.sub(_unicode, data)
    return _convert(data, "rtf", name)


def from_odt(package: Package, data: bytes, name: str | None) -> Source:
    """The lines of a .odt; its parts are unpacked once with limits before Pandoc may see them."""
    package.xml("content.xml")
    return _convert(data, "odt", name)


def _unicode(match: re.Match[bytes]) -> bytes:
    letters = bytes.fromhex(match[0].replace(b"\\'", b"").decode()).decode("cp1251", errors="replace")
    return b"".join(b"\\u%d\\'3f" % ord(letter) for letter in letters)


def _convert(data: bytes, form: str, name: str | None) -> Source:
    try:
        import pypandoc

        command = pypandoc.get_pandoc_path()
    except (ImportError, OSError):
        message = _("reading this format needs Pandoc; pip install 'resolute[documents]', or save it as .docx")
        raise InputError(message, file=name) from None
    try:
        result = subprocess.run(
            [command, "+RTS", "-M1g", "-RTS", "--sandbox", "-f", form, "-t", "json"],
            input=data,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
        blocks = json.loads(result.stdout)["blocks"]
    except subprocess.TimeoutExpired:
        message = _("the document took longer than {seconds} s to convert; save it as .docx or text")
        raise InputError(message.format(seconds=TIMEOUT), file=name) from None
    except (subprocess.CalledProcessError, RecursionError, ValueError, KeyError):
        message = _("the document is damaged; open it in a word processor and save it anew")
        raise InputError(message, file=name) from None
    return gathered(_numbered(blocks))


def _numbered(blocks: list[Any]) -> Iterator[Line]:
    number = 0
    for content, heading in _walk(blocks):
        if isinstance(content, tuple):
            number += 1
            yield row(number, content)
            continue
        for part in content.split("\n"):
            if tidied := tidy(part):
                number += 1
                yield Line(number, tidied, gap=True, heading=heading)


def _walk(blocks: list[Any]) -> Iterator[tuple[str | tuple[str, ...], bool]]:
    """Paragraphs (with the mark of their list item) and rows, in the order of the document."""
    todo: list[tuple[Any, str]] = [(block, "") for block in reversed(blocks)]
    while todo:
        block, mark = todo.pop()
        kind, content = block["t"], block.get("c")
        if kind in ("Para", "Plain"):
            yield f"{mark} {_text(content)}", False
        elif kind == "Header":
            yield f"{mark} {_text(content[2])}", True
        elif kind in ("BlockQuote", "Div", "Figure", "LineBlock", "CodeBlock"):
            yield from _other(kind, content, mark, todo)
        elif kind in ("BulletList", "OrderedList"):
            todo.extend(reversed(list(_items(kind, content))))
        elif kind == "DefinitionList":
            inner = [block for _term, parts in content for part in parts for block in part]
            todo.extend((block, "") for block in reversed(inner))
        elif kind == "Table":
            for cells in _rows(content):
                yield cells, False


def _other(kind: str, content: Any, mark: str, todo: list[tuple[Any, str]]) -> Iterator[tuple[str, bool]]:
    if kind == "LineBlock":
        yield from ((_text(line), False) for line in content)
    elif kind == "CodeBlock":
        yield content[1], False
    else:
        inner = {"BlockQuote": lambda: content, "Div": lambda: content[1], "Figure": lambda: content[2]}[kind]()
        todo.extend((block, mark if i == 0 else "") for i, block in reversed(list(enumerate(inner))))


def _items(kind: str, content: Any) -> Iterator[tuple[Any, str]]:
    attributes, items = (None, content) if kind == "BulletList" else content
    for index, item in enumerate(items):
        mark = "-"
        if attributes is not None:
            start, form, end = attributes
            lettered = form["t"] in _FORMS and end["t"] == "DefaultDelim"
            mark = shown(start + index, _FORMS.get(form["t"], "decimal")) + (
                ")" if lettered else _ENDS.get(end["t"], ".")
            )
        for i, block in enumerate(item):
            yield block, mark if i == 0 else ""


def _rows(table: list[Any]) -> Iterator[tuple[str, ...]]:
    """Rows of a table; a cell that spans rows is repeated."""
    _attributes, _caption, _columns, head, bodies, foot = table
    rows = [*head[1], *(line for body in bodies for line in (*body[2], *body[3])), *foot[1]]
    carried: dict[int, tuple[int, str]] = {}
    for _attr, cells in rows:
        texts: list[str] = []
        for _cell_attr, _align, height, width, content in cells:
            while len(texts) in carried:
                texts.append(_carry(carried, len(texts)))
            text = "; ".join(text for text, _h in _walk(content) if isinstance(text, str) and text.strip())
            if height > 1:
                carried[len(texts)] = (height - 1, text)
            texts.extend([text.replace("\n", "; ").strip(), *[""] * (min(width, 30) - 1)])
        while len(texts) in carried:
            texts.append(_carry(carried, len(texts)))
        yield tuple(texts)


def _carry(carried: dict[int, tuple[int, str]], column: int) -> str:
    left, text = carried.pop(column)
    if left > 1:
        carried[column] = (left - 1, text)
    return text


def _text(inlines: Any) -> str:
    """The text of inline elements, walked without recursion."""
    parts: list[str] = []
    todo = [iter(inlines)]
    while todo:
        element = next(todo[-1], None)
        if element is None:
            todo.pop()
            continue
        kind, content = element["t"], element.get("c")
        if kind == "Str":
            parts.append(content)
        elif kind in ("Space", "SoftBreak"):
            parts.append(" ")
        elif kind == "LineBreak":
            parts.append("\n")
        elif kind == "Quoted":
            todo.append(iter([_quote("«"), *content[1], _quote("»")]))
        elif kind in ("Code", "Math"):
            parts.append(content[1])
        elif kind in ("Span", "Link", "Cite"):
            todo.append(iter(content[1]))
        elif kind in ("Emph", "Strong", "Underline", "Superscript", "Subscript", "SmallCaps"):
            todo.append(iter(content))
    return "".join(parts)


def _quote(sign: str) -> dict[str, str]:
    return {"t": "Str", "c": sign}
