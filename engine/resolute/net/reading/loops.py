"""Reads how an activity repeats, and how an ad-hoc sub-process goes."""

from __future__ import annotations

from resolute import i18n
from resolute.bpmn.document import Element
from resolute.net.expressions import Expression
from resolute.net.net import AdHoc, Loop, LoopKind
from resolute.net.reading.data import DataReader
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


def read_loop(element: Element, data: DataReader, problems: Problems) -> Loop | None:
    """The loop marker of an activity, None when it has none."""
    marker = element.child("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
    if marker is None:
        return None
    if marker.kind == "standardLoopCharacteristics":
        return _standard(marker, element, problems)
    return _multi_instance(marker, element, data, problems)


def read_adhoc(element: Element, problems: Problems) -> AdHoc:
    """The ordering and completion of an ad-hoc sub-process."""
    return AdHoc(
        sequential=element.get("ordering") == "Sequential",
        condition=_expression(element, "completionCondition", element, problems),
        cancel_remaining=element.get("cancelRemainingInstances") not in ("false", "0"),
    )


def _expression(holder: Element, tag: str, element: Element, problems: Problems) -> Expression | None:
    child = holder.child(tag)
    if child is None or not child.text:
        return None
    return problems.expression(child.text, element)


def _standard(marker: Element, element: Element, problems: Problems) -> Loop:
    maximum = marker.get("loopMaximum")
    if maximum is not None and not maximum.isdigit():
        message = _("its loopMaximum is {found}; expected a whole number").format(found=repr(maximum))
        problems.error("bad-loop", element, message)
        maximum = None
    condition = _expression(marker, "loopCondition", element, problems)
    if condition is None and maximum is None:
        message = _("its loop has no condition and no maximum: it runs once; set loopCondition")
        problems.warning("loop-without-condition", element, message)
    return Loop(
        LoopKind.STANDARD,
        condition=condition,
        test_before=marker.get("testBefore") in ("true", "1"),
        maximum=None if maximum is None else int(maximum),
    )


def _multi_instance(marker: Element, element: Element, data: DataReader, problems: Problems) -> Loop:
    cardinality = _expression(marker, "loopCardinality", element, problems)
    collection, item, output, result = _data_of(marker, data, problems, element)
    if cardinality is None and collection is None:
        message = _(
            "its multi-instance says neither how many nor over which list: it runs once; "
            "set loopCardinality or loopDataInputRef"
        )
        problems.warning("loop-without-cardinality", element, message)
    return Loop(
        LoopKind.SEQUENTIAL if marker.get("isSequential") in ("true", "1") else LoopKind.PARALLEL,
        condition=_expression(marker, "completionCondition", element, problems),
        cardinality=cardinality,
        collection=collection,
        item=item,
        output=output,
        result=result,
    )


def _data_of(
    marker: Element, data: DataReader, problems: Problems, element: Element
) -> tuple[Expression | None, str | None, str | None, Expression | None]:
    """Collection, item variable, output variable and result: of the standard, of Camunda, of Zeebe."""
    collection = marker.get(_CAMUNDA + "collection") or _named(marker, "loopDataInputRef", data)
    item = marker.get(_CAMUNDA + "elementVariable") or _item(marker, "inputDataItem")
    output = _named(marker, "loopDataOutputRef", data)
    result = _item(marker, "outputDataItem")
    for node in marker.extensions(_ZEEBE + "loopCharacteristics"):
        collection = node.get("inputCollection") or collection
        item = node.get("inputElement") or item
        output = node.get("outputCollection") or output
        result = node.get("outputElement") or result
    return (
        problems.expression(collection, element) if collection else None,
        item,
        output,
        problems.expression(result, element) if output and result else None,
    )


def _named(marker: Element, tag: str, data: DataReader) -> str | None:
    """The variable that a reference to a data object, input or property means: by its name or id."""
    child = marker.child(tag)
    if child is None or not child.text:
        return None
    target = marker.reference(tag)
    return child.text if target is None else data.variable(target)


def _item(marker: Element, tag: str) -> str | None:
    """The variable of an item: its name where that is one word, else its id."""
    child = marker.child(tag)
    if child is None:
        return None
    return child.name if child.name.isidentifier() else child.id or None
