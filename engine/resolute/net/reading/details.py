"""Reads what a node says beyond its place in the net: our extension, and what Camunda and Zeebe have for it."""

from __future__ import annotations

from functools import lru_cache

from resolute import i18n
from resolute.bpmn.document import Element
from resolute.bpmn.names import RESOLUTE
from resolute.net.expressions import ExpressionError, compile_script
from resolute.net.net import ACTIVITIES, NO_DETAILS, Details, Kind
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_OURS = f"{{{RESOLUTE}}}"
_CAMUNDA = f"{{{CAMUNDA}}}"
_ZEEBE = f"{{{ZEEBE}}}"

SCRIPT_LANGUAGES = frozenset({"", "resolute", "urn:resolute:expression", "feel"})
"""What `scriptFormat` may say; anything else is a foreign language and refused."""


_PLAIN = frozenset({"id", "name", "default", "cancelActivity", "isInterrupting", "attachedToRef", "parallelMultiple"})
"""Attributes that say nothing of what `Details` holds."""
_ALWAYS_SAID = frozenset({Kind.SERVICE, Kind.SCRIPT, Kind.CALL})
"""Kinds that have details even where the model gives none."""


@lru_cache(maxsize=256)
def _of_party(lane: str | None) -> Details:
    return NO_DETAILS if lane is None else Details(party=lane)


def read_details(element: Element, kind: Kind, lane: str | None, problems: Problems) -> Details | None:
    """The details of a node, or None when it has none; broken expressions become findings."""
    if kind not in ACTIVITIES and kind < Kind.EVENT_BASED:
        return None
    if kind not in _ALWAYS_SAID and _PLAIN.issuperset(element.node.keys()) and not element.has_extensions:
        return _of_party(lane)
    ours = {
        name: problems.raw_value(element.get(_OURS + name), element)
        for name in ("ref", "party", "due", "duration", "correlation")
    }
    script = _script(element, problems) if kind == Kind.SCRIPT else None
    return Details(
        ref=ours["ref"],
        party=ours["party"] or lane,
        due=ours["due"],
        duration=ours["duration"],
        done=element.get(_OURS + "done") in ("true", "1"),
        called=_called(element, problems) if kind == Kind.CALL else None,
        inputs=_mapping(element, "input", problems),
        outputs=_mapping(element, "output", problems),
        service=_service(element) if kind == Kind.SERVICE else None,
        correlation=ours["correlation"],
        script=script,
        decision=_decision(element) if kind == Kind.RULE else None,
        result=_result(element),
        instantiate=element.get("instantiate") in ("true", "1"),
        compensation=element.get("isForCompensation") in ("true", "1"),
        parallel=element.get("eventGatewayType") == "Parallel",
        form=_form(element) if kind in (Kind.TASK, Kind.USER) else None,
    )


def _form(element: Element) -> str | None:
    for node in element.extensions(_ZEEBE + "formDefinition"):
        return node.get("formId") or node.get("formKey")
    return element.get(_OURS + "form") or element.get(_CAMUNDA + "formRef") or element.get(_CAMUNDA + "formKey")


def _mapping(element: Element, side: str, problems: Problems) -> tuple[tuple[str, str], ...]:
    pairs = [(node.get("name") or "", node.get("value") or "") for node in element.extensions(_OURS + side)]
    for mapping in element.extensions(_ZEEBE + "ioMapping"):
        pairs += [(node.get("target") or "", node.get("source") or "") for node in mapping.iterchildren(_ZEEBE + side)]
    pairs += [
        (node.get("target") or "", "=" + (node.get("source") or node.get("sourceExpression") or ""))
        for node in element.extensions(_CAMUNDA + ("in" if side == "input" else "out"))
        if node.get("target")
    ]
    for name, raw in pairs:
        if not name:
            message = _("a {side} mapping has no name; give the variable that it sets").format(side=side)
            problems.error("unnamed-mapping", element, message)
        problems.raw_value(raw, element)
    return tuple(pairs)


def _called(element: Element, problems: Problems) -> str | None:
    called = element.get("calledElement")
    for node in element.extensions(_ZEEBE + "calledElement"):
        called = called or node.get("processId")
    if not called:
        message = _("it names no process to call; set calledElement, or it will wait as an incident")
        problems.warning("missing-called-process", element, message)
        return None
    return called.rpartition(":")[2]


def _service(element: Element) -> str:
    for node in element.extensions(_ZEEBE + "taskDefinition"):
        if node.get("type"):
            return str(node.get("type"))
    return element.get(_OURS + "service") or element.get(_CAMUNDA + "topic") or element.id


def _decision(element: Element) -> str | None:
    for node in element.extensions(_ZEEBE + "calledDecision"):
        return node.get("decisionId")
    return element.get(_OURS + "decision") or element.get(_CAMUNDA + "decisionRef")


def _result(element: Element) -> str | None:
    for tag in ("script", "calledDecision"):
        for node in element.extensions(_ZEEBE + tag):
            return node.get("resultVariable")
    return element.get(_OURS + "result") or element.get(_CAMUNDA + "resultVariable")


def _script(element: Element, problems: Problems) -> str | None:
    language = (element.get("scriptFormat") or "").strip()
    node = element.child("script")
    source = node.text if node is not None else ""
    for inner in element.extensions(_ZEEBE + "script"):
        source = inner.get("expression") or ""
    if not source:
        return None
    if language.lower() not in SCRIPT_LANGUAGES:
        message = _(
            "its script is written in {language}; only the expression language of Resolute runs "
            "(NAME = EXPRESSION, one a line): rewrite it, or make it a service task"
        )
        problems.error("foreign-script", element, message.format(language=language))
        return None
    try:
        compile_script(source, result=_result(element))
    except ExpressionError as error:
        problems.error("bad-script", element, str(error))
    return source
