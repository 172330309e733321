"""Remarks on the form of a protocol: spelling of names, numbering, broken sentences, text that was not read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from resolute import i18n
from resolute.errors import Finding
from resolute.protocols.directory import Directory, key_of
from resolute.protocols.structure import Structure
from resolute.protocols.values import Protocol

_ = i18n.translator("protocols")

_PREFIXED = re.compile(r"\b([А-ЯЁ]{2,8})\s+«([^«»]{4,})»")
_OUTSIDE = re.compile(
    r"\b(?:союз|ассоциаци[яи]|палат[аы]|общественн\w+|профсоюз\w*|объединени[ея]\s+работодателей|ООО|ОАО|ПАО|ЗАО|АО|АНО|РОО|ОО|СПК|ИП|[А-Я]*РОО|[А-Я]ОАР)\b",
)
_SHOWN = 120


def spellings(directory: Directory) -> Iterator[list[str]]:
    """Names of one party that differ in punctuation or letters (not only in capitals)."""
    for forms in directory.spellings.values():
        unlike = {" ".join(form.lower().replace("ё", "е").split()): form for form in forms}
        if len(unlike) > 1:
            yield sorted(unlike.values())


def prefixes(structure: Structure) -> Iterator[list[str]]:
    """Organisations with one quoted name under different letters: ЧРОО «Союз» and ЧОАР «Союз»."""
    names: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for text in structure.texts():
        for match in _PREFIXED.finditer(text):
            names[key_of(match[2])][f"{match[1]} «{match[2]}»"] = None
    for forms in names.values():
        if len({form.split(" ", 1)[0] for form in forms}) > 1:
            yield list(forms)


def is_outside(name: str) -> bool:
    """Whether a party is a union, a company or a town administration, which a regional body cannot order about."""
    return bool(_OUTSIDE.search(name)) or bool(
        re.match(r"администрация\s+\w+\s+(?:городского|муниципального)\s+округа", name, re.I)
    )


def on_form(structure: Structure, protocol: Protocol) -> list[Finding]:
    """Restarted numbering, broken sentences, double marks, text that stands in no point."""
    found = list(_restarts(structure, protocol))
    for line in structure.broken:
        found.append(
            Finding(
                "broken-sentence",
                "info",
                _("an empty line breaks a sentence: «{text}»").format(text=_cut(line.text)),
                line=line.number,
            )
        )
    if structure.dashed:
        message = _("items are marked twice («- 1)») in some lists and once in others")
        found.append(Finding("mixed-marks", "info", message, line=structure.dashed[0].number))
    for number, title in structure.undecided.items():
        message = _("no decision was found under question {number} («{title}»); look into the document")
        found.append(Finding("question-without-decision", "warning", message.format(number=number, title=_cut(title))))
    aside = (
        (
            "speeches",
            structure.spoken,
            _("lines of speeches and proposals, which decide nothing: {count}, from «{text}» on"),
        ),
        ("unread-text", structure.unread, _("lines that stand in no point: {count}, from «{text}» on")),
    )
    for code, lines, message in aside:
        if lines:
            shown = message.format(count=len(lines), text=_cut(lines[0].text))
            found.append(Finding(code, "info", shown, line=lines[0].number))
    return found


def _restarts(structure: Structure, protocol: Protocol) -> Iterator[Finding]:
    for decision in structure.decisions:
        for item in decision.outline.restarts:
            message = _("the numbering begins anew without a question before it")
            yield Finding("numbering-restarted", "warning", message, line=item.line)
    for point in protocol.points:
        if "-" in point.ref.rsplit(".", 1)[-1]:
            message = _("the number stands twice in the document; the second one is called {ref} here")
            yield Finding("repeated-number", "warning", message.format(ref=point.ref), ref=point.ref, line=point.line)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN].rstrip() + "…"
