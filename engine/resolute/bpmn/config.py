"""Reads the severities that a project gives to the rules of `check` from a YAML file."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import cast

from resolute import i18n
from resolute.bpmn.check import LEVELS, Level
from resolute.bpmn.rule import all_rules
from resolute.bpmn.schema import RULE
from resolute.errors import InputError

_ = i18n.translator("bpmn")


def load_config(path: str | Path) -> dict[str, Level]:
    """The severities of a file with one `rule: error | warning | info | off` a line.

    Rules of other checks than `check` may stand there as well. Raises InputError for a file that cannot be read, for
    a severity that there is not and for a name that is nearly that of a rule.
    """
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "strerror", None) or str(error)
        message = _("cannot be used ({reason}); expected YAML with one `rule: severity` a line")
        line = None if mark is None else mark.line + 1
        raise InputError(message.format(reason=reason), file=str(path), line=line) from error
    if not isinstance(content, dict):
        message = _("holds no severities; expected YAML with one `rule: severity` a line")
        raise InputError(message, file=str(path))
    return {str(name): _level(str(name), value, path) for name, value in content.items()}


def _level(name: str, value: object, path: str | Path) -> Level:
    level = "off" if value is False else value  # YAML 1.1 reads a bare `off` as false
    if level not in LEVELS:
        message = _('the severity of rule {name} is "{level}"; expected one of {levels}')
        text = message.format(name=name, level=level, levels=", ".join(LEVELS))
        raise InputError(text, file=str(path))
    known = {RULE, *(rule.name for rule in all_rules())}
    near = get_close_matches(name, known - {name}, n=1, cutoff=0.8)
    if name not in known and near:
        message = _("there is no rule {name}; did you mean {near}?")
        raise InputError(message.format(name=name, near=near[0]), file=str(path))
    return cast(Level, level)
