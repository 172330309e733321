"""Says what can go wrong in a process, as findings."""

from __future__ import annotations

from dataclasses import dataclass

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.errors import Finding, ModelError, Severity
from resolute.net.compiler import compile
from resolute.net.net import GATEWAYS, ROOT, Kind, Net
from resolute.net.soundness.model import asides, entries, model_of, plays
from resolute.net.soundness.reduction import reduce
from resolute.net.soundness.search import Flaw, Search, search

_ = i18n.translator("net")

FULL = 3_000
"""Markings looked at before the model is reduced: within them, the witness is the shortest there is."""
REDUCED = 100_000
"""Markings looked at in the reduced model before the question is left open."""

_SEVERITY: dict[str, Severity] = {"deadlock": "error"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one scope."""

    scope: int
    flaws: tuple[Flaw, ...]
    complete: bool
    """Whether everything was looked at; if not, there may be more."""


def check(net: Net) -> tuple[Finding, ...]:
    """Deadlocks, lack of synchronisation, improper completion and dead activities, each with a shortest witness.

    Data is left aside: conditions may hold or not. Each sub-process is looked at by itself. Where something can be
    reached twice, what would happen after that is not looked at.
    """
    findings = []
    for verdict in verdicts(net):
        findings += [_finding(net, flaw) for flaw in verdict.flaws]
        if not verdict.complete:
            findings.append(_open(net, verdict.scope))
    return tuple(findings)


def check_document(document: Document) -> tuple[Finding, ...]:
    """The findings for all processes of a document: why one cannot be run, or what can go wrong in it."""
    findings: list[Finding] = []
    for process in document.processes:
        try:
            net = compile(document, process.id)
        except ModelError as error:
            findings += error.findings
            continue
        findings += net.findings
        findings += check(net)
    return tuple(findings)


def verdicts(net: Net, full: int = FULL, reduced: int = REDUCED) -> list[Verdict]:
    """What can go wrong in each scope; up to `full` markings as it stands, then up to `reduced` after reduction."""
    return [_verdict(net, scope, full, reduced) for scope, nodes in net.members.items() if nodes]


def _verdict(net: Net, scope: int, full: int, reduced: int) -> Verdict:
    beside = asides(net, scope)
    begins = [*entries(net, scope), *((boundary,) for boundary in sorted(beside))]
    found = [_searched(net, beside, begin, full, reduced) for begin in begins]
    flaws = list({(flaw.code, flaw.node): flaw for part in found for flaw in part.flaws.values()}.values())
    complete = all(part.complete for part in found)
    run_over = any(flaw.code in ("lack-of-synchronisation", "improper-completion") for flaw in flaws)
    if complete and not run_over:
        alive = set().union(*(part.alive for part in found))
        flaws += [
            Flaw("dead-activity", node)
            for node in sorted(set(net.members[scope]) - alive)
            if plays(net, node) and net.kinds[node] not in GATEWAYS and net.kinds[node] != Kind.START
        ]
    return Verdict(scope, tuple(flaws), complete)


def _searched(net: Net, beside: frozenset[int], begin: tuple[int, ...], full: int, reduced: int) -> Search:
    model = model_of(net, beside, begin)
    found = search(model, full)
    if not found.complete:
        reduce(model)
        found = search(model, reduced)
    found.complete = found.complete and not model.sampled
    return found


def _finding(net: Net, flaw: Flaw) -> Finding:
    messages = {
        "deadlock": _("deadlock: {element} waits for tokens that can never come"),
        "lack-of-synchronisation": _("{element} can be reached twice at the same time; join the branches before it"),
        "improper-completion": _("{element} can be reached more than once; join the branches before it"),
        "dead-activity": _("{element} can never be reached"),
    }
    message = messages[flaw.code].format(element=_name(net, flaw.node))
    if flaw.witness:
        way = " → ".join(_name(net, node) for node in _shortened(flaw.witness))
        message += _("; the shortest way there: {way}").format(way=way)
    return Finding(flaw.code, _SEVERITY.get(flaw.code, "warning"), message, element=net.ids[flaw.node])


def _shortened(witness: tuple[int, ...]) -> tuple[int, ...]:
    return witness if len(witness) <= 40 else witness[-40:]


def _name(net: Net, node: int) -> str:
    return f"«{net.names[node]}»" if net.names[node] else net.ids[node]


def _open(net: Net, scope: int) -> Finding:
    element = net.process if scope == ROOT else net.ids[scope]
    message = _("too many states to look at all of them; what was looked at is listed, there may be more")
    return Finding("not-proved", "info", message, element=element)
