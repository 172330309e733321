"""What a rule is, and how the rules of a folder are found and run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.draw.words import kind_name
from resolute.errors import Finding, Severity

_ = i18n.translator("bpmn")

MOST = 1000
"""More findings of one rule than this are only counted: nobody reads them, and they would fill the memory."""
_LONGEST_LABEL = 60


class Problem(NamedTuple):
    """What a rule found: the element, and one sentence for people."""

    element: Element
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A question put to a document; `docs/rules/NAME.md` explains it."""

    name: str
    """Stable, kebab-case: the code of its findings."""
    severity: Severity
    """How grave its findings are unless the configuration says otherwise."""
    summary: str
    """What it forbids, in one English sentence."""
    find: Callable[[Document], Iterable[Problem]]
    reading: bool = False
    """Whether it is already asked when a document is read."""

    def findings(self, document: Document) -> Iterator[Finding]:
        """Its problems as findings with file, line and element; after the first `MOST` only their number."""
        problems = iter(self.find(document))
        for element, message in islice(problems, MOST):
            yield self._finding(document, message, element.id or None, element.line)
        more = sum(1 for _problem in problems)
        if more:
            yield self._finding(document, _("{count} more like these").format(count=more))

    def _finding(
        self, document: Document, message: str, element: str | None = None, line: int | None = None
    ) -> Finding:
        return Finding(self.name, self.severity, message, element=element, file=document.file, line=line)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the folder `rules`, one a module, by name."""
    from resolute.bpmn import rules

    modules = (
        importlib.import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules(rules.__path__)
    )
    return tuple(
        Rule(
            name=module.__name__.rpartition(".")[2].replace("_", "-"),
            severity=module.SEVERITY,
            summary=(module.__doc__ or "").partition("\n")[0],
            find=module.find,
            reading=getattr(module, "READING", False),
        )
        for module in modules
    )


def read_findings(document: Document) -> tuple[Finding, ...]:
    """What the reading rules find: the file is readable, but part of it means nothing."""
    return tuple(finding for rule in all_rules() if rule.reading for finding in rule.findings(document))


def label(element: Element) -> str:
    """How a message calls an element: its name, else its id, and what it is."""
    kind = kind_word(element.kind)
    words = element.name or element.id
    if len(words) > _LONGEST_LABEL:
        words = words[: _LONGEST_LABEL - 1].rstrip() + "…"
    return _('"{name}" ({kind})').format(name=words, kind=kind) if words else kind


def kind_word(kind: str) -> str:
    """What an element is, within a sentence in the language in force."""
    return _kind_word(kind, i18n.language())


@lru_cache(maxsize=512)
def _kind_word(kind: str, language: i18n.Language) -> str:
    with i18n.use(language):
        name = kind_name(kind)
    return name[:1].lower() + name[1:]
