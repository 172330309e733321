"""The published JSON Schema of the register, and a check against it that knows the line of every value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("protocols")

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "да": True, "нет": False}


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of the register."""
    text = files("resolute.protocols.register").joinpath("register.schema.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def line_of(node: yaml.Node) -> int:
    """The 1-based line where a YAML node begins."""
    return int(node.start_mark.line) + 1


def checked(node: yaml.Node, rule: Mapping[str, Any], file: str | None, path: str = "") -> Any:
    """The value of `node`, checked against a rule of the schema; raises `InputError` with the line.

    Scalars are read as the schema wants them, so that `ref: 1.3` is the ref «1.3» and not a number. An empty value
    (`due:`) counts as left out and comes back as None.
    """
    if "$ref" in rule:
        rule = schema()["$defs"][rule["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in rule:
        wanted = "string" if isinstance(node, yaml.ScalarNode) else "object"
        rule = next(option for option in rule["anyOf"] if option["type"] == wanted)
    if isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULLS:
        return None
    if "enum" in rule:
        return _choice(node, rule["enum"], file, path)
    return _BY_TYPE[rule["type"]](node, rule, file, path)


def _wrong(node: yaml.Node, path: str, expected: str, file: str | None) -> InputError:
    found = node.value if isinstance(node, yaml.ScalarNode) else _("a list or a mapping")
    message = _("{path}: found {found}, expected {expected}; correct it")
    return InputError(message.format(path=path or "-", found=found, expected=expected), file=file, line=line_of(node))


def _choice(node: yaml.Node, choices: list[str], file: str | None, path: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.value not in choices:
        raise _wrong(node, path, _("one of {choices}").format(choices=", ".join(choices)), file)
    return str(node.value)


def _string(node: yaml.Node, rule: Mapping[str, Any], file: str | None, path: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, path, _("text"), file)
    if rule.get("format") == "date":
        _date(node, file, path)
    return str(node.value)


def _date(node: yaml.ScalarNode, file: str | None, path: str) -> None:
    try:
        if len(node.value) != 10:
            raise ValueError(node.value)
        date.fromisoformat(node.value)
    except ValueError:
        raise _wrong(node, path, _("a date such as 2022-07-01"), file) from None


def _number(node: yaml.Node, rule: Mapping[str, Any], file: str | None, path: str) -> float | int:
    kind = int if rule["type"] == "integer" else float
    try:
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError(node.tag)
        value = kind(node.value)
    except ValueError:
        raise _wrong(node, path, _("a number"), file) from None
    if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        expected = _("a number from {low} to {high}").format(low=rule.get("minimum"), high=rule.get("maximum", "∞"))
        raise _wrong(node, path, expected, file)
    return value


def _boolean(node: yaml.Node, _rule: Mapping[str, Any], file: str | None, path: str) -> bool:
    value = _BOOLEANS.get(str(node.value).lower()) if isinstance(node, yaml.ScalarNode) else None
    if value is None:
        raise _wrong(node, path, "true / false", file)
    return value


def _array(node: yaml.Node, rule: Mapping[str, Any], file: str | None, path: str) -> list[Any]:
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(node, path, _("a list"), file)
    values = []
    for index, child in enumerate(node.value):
        value = checked(child, rule["items"], file, f"{path}[{index + 1}]")
        if value is None:
            raise _wrong(child, f"{path}[{index + 1}]", _("a value"), file)
        values.append(value)
    return values


def _object(node: yaml.Node, rule: Mapping[str, Any], file: str | None, path: str) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, path, _("a mapping of {keys}").format(keys=", ".join(rule["properties"])), file)
    values: dict[str, Any] = {}
    for key_node, child in node.value:
        key = str(key_node.value)
        if key not in rule["properties"]:
            message = _("unknown key {key}; the keys here are {keys}")
            keys = ", ".join(rule["properties"])
            raise InputError(message.format(key=key, keys=keys), file=file, line=line_of(key_node))
        if key in values:
            raise InputError(
                _("the key {key} stands here twice; keep one").format(key=key), file=file, line=line_of(key_node)
            )
        values[key] = checked(child, rule["properties"][key], file, f"{path}.{key}" if path else key)
    for key in rule.get("required", ()):
        if values.get(key) is None:
            message = _("{path}: the key {key} is missing; add it")
            raise InputError(message.format(path=path or "-", key=key), file=file, line=line_of(node))
    return values


_BY_TYPE = {
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
