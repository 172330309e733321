"""What people hand in is checked against the form of their task, a JSON Schema from somebody not trusted.

A schema refers to nothing outside of itself, its patterns run in linear time (RE2), and a check has a limit of steps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN, RESOLUTE
from resolute.errors import Finding, InputError, ModelError
from resolute.execution.form_words import words
from resolute.net.net import Net
from resolute.storage.rows import canonical, loads

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_ = i18n.translator("execution")

MAX_STEPS = 100_000
"""How many keywords are looked at for one answer."""
MAX_PROBLEMS = 20
"""How many problems are named."""
_VALUES = frozenset({"const", "enum", "default", "examples"})
"""Keywords whose values are data, not schemas."""

_steps = threading.local()


class _TooMuchError(Exception):
    """The check takes more steps than a form needs."""


def check_forms(document: Document, schemas: Mapping[str, Any]) -> None:
    """Raises ModelError, with a finding each, for forms that cannot be used and for tasks whose form is not there.

    A form that a task names by a key of Camunda or Zeebe need not be there; then the task is not checked.
    """
    findings = [
        Finding("bad-form", "error", _("form {name}: {problem}").format(name=name, problem=problem), file=document.file)
        for name, schema in schemas.items()
        for problem in _problems_of(schema)
    ]
    for node in document.tree.getroot().iter(f"{{{BPMN}}}*"):
        name = node.get(f"{{{RESOLUTE}}}form")
        if name is not None and name not in schemas:
            message = _("there is no form {name}; deploy its JSON Schema beside the model").format(name=name)
            findings.append(Finding("missing-form", "error", message, None, node.get("id"), document.file, _line(node)))
    if findings:
        raise ModelError("; ".join(finding.message for finding in findings), file=document.file, findings=findings)


def _line(node: Any) -> int | None:
    line: int | None = node.sourceline
    return line


def check_answer(net: Net, name: str | None, data: Mapping[str, Any], task: str) -> None:
    """Raises InputError, with every problem, when `data` does not fit the form that is called so."""
    schema = net.forms.get(name or "")
    if schema is None:
        return
    problems = _answer_problems(canonical(schema), data)
    if problems:
        findings = [Finding("form", "error", problem) for problem in problems]
        said = "; ".join(problems)
        raise InputError(
            _("task {id} does not fit its form {name}: {problems}").format(id=task, name=name, problems=said),
            findings=findings,
        )


def _answer_problems(schema: str, data: Mapping[str, Any]) -> list[str]:
    _steps.left = MAX_STEPS
    found: dict[str, list[str]] = {}
    try:
        for error in _validator(schema).iter_errors(dict(data)):
            found[words(error)] = list(map(str, error.absolute_path))
            if len(found) > MAX_PROBLEMS:
                break
    except _TooMuchError:
        return [_("the form takes too long to check; make it simpler")]
    except RecursionError:
        return [_("the form refers to itself without end")]
    said = sorted(found, key=lambda text: (found[text], text))
    return [*said[:MAX_PROBLEMS], _("and more")] if len(said) > MAX_PROBLEMS else said


# --- the schema itself ---


def _problems_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """What keeps a schema from being used."""
    jsonschema = _library()
    base = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        base.check_schema(schema, format_checker=jsonschema.FormatChecker(formats=()))
    except jsonschema.SchemaError as error:
        yield f"{'.'.join(map(str, error.absolute_path)) or '$'}: {error.message[:200]}"
        return
    keywords = list(_keywords(schema))
    for keyword, value in keywords:
        if keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            yield from _reference_problem(schema, keyword, value)
        elif keyword == "pattern":
            yield from _pattern_problem(value)
        elif keyword == "patternProperties":
            for pattern in value:
                yield from _pattern_problem(pattern)
    names = {keyword for keyword, _value in keywords}
    if "patternProperties" in names and "unevaluatedProperties" in names:
        yield _("unevaluatedProperties beside patternProperties; use additionalProperties")


def _reference_problem(schema: Mapping[str, Any], keyword: str, place: str) -> Iterator[str]:
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    if not place.startswith("#"):
        said = _("{keyword} to {place}; a form may refer only to itself, by #...")
        yield said.format(keyword=keyword, place=place)
        return
    resource = Resource.from_contents(schema, default_specification=DRAFT202012)
    try:
        Registry().with_resource("", resource).resolver("").lookup(place)
    except Unresolvable:
        yield _("{keyword} to {place}, which is not there").format(keyword=keyword, place=place)


def _pattern_problem(pattern: str) -> Iterator[str]:
    import re2

    try:
        _pattern(pattern)
    except re2.error as error:
        yield _("the pattern {pattern} cannot be used ({reason}); expected the syntax of RE2").format(
            pattern=pattern, reason=error
        )


def _keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """What stands in a schema as a text, or as patterns, each with its keyword."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if isinstance(value, str) or (name == "patternProperties" and isinstance(value, dict)):
                yield name, value
            if name not in _VALUES:
                yield from _keywords(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keywords(value)


# --- the library ---


def _library() -> Any:
    try:
        import jsonschema
        import re2  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise InputError(
            _("a form needs the packages jsonschema and google-re2; install them with resolute[forms]")
        ) from error
    return jsonschema


@lru_cache(maxsize=256)
def _validator(schema: str) -> Validator:
    jsonschema = _library()
    from referencing import Registry

    content = loads(schema)
    base = jsonschema.validators.validator_for(content, default=jsonschema.Draft202012Validator)
    keywords = {name: _counted(function) for name, function in base.VALIDATORS.items()}
    for name, function in (
        ("pattern", _check_pattern),
        ("patternProperties", _check_pattern_properties),
        ("additionalProperties", _check_additional),
    ):
        keywords[name] = _counted(function)
    keywords["uniqueItems"] = _counted(_check_unique)
    known = jsonschema.validators.extend(base, keywords)
    validator: Validator = known(content, registry=Registry(), format_checker=_formats(jsonschema))
    return validator


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """The check of a keyword, with its step counted."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        _steps.left -= 1
        if _steps.left < 0:
            raise _TooMuchError
        return function(validator, value, instance, schema)

    return check


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def _check_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _pattern(pattern).search(instance):
        yield _error(f"{instance!r} does not match {pattern!r}")


def _check_pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if _pattern(pattern).search(name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _check_additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    patterns = [_pattern(pattern) for pattern in schema.get("patternProperties", {})]
    more = [
        name
        for name in instance
        if name not in schema.get("properties", {}) and not any(pattern.search(name) for pattern in patterns)
    ]
    if isinstance(allowed, dict):
        for name in more:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and more:
        yield _error(", ".join(more))


def _check_unique(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and len(set(map(canonical, instance))) < len(instance):
        yield _error("items are repeated")


def _error(message: str) -> ValidationError:
    from jsonschema.exceptions import ValidationError

    return ValidationError(message)


def _formats(jsonschema: Any) -> Any:
    """Formats that are checked; all others are remarks, as the standard says."""
    checker = jsonschema.FormatChecker(formats=())
    for name, reads in (
        ("date", _reads_date),
        ("time", time.fromisoformat),
        ("date-time", datetime.fromisoformat),
        ("uuid", UUID),
        ("email", lambda text: text.partition("@")[2].strip() and not any(map(str.isspace, text))),
    ):
        checker.checks(name, raises=ValueError)(
            lambda text, reads=reads: not isinstance(text, str) or bool(reads(text))
        )
    return checker


def _reads_date(text: str) -> bool:
    return date.fromisoformat(text).isoformat() == text
