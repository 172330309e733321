"""Migration of running instances to another version of their process: planned, shown, checked, then done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.errors import ConflictError, Finding, ModelError
from resolute.execution import ids, moving
from resolute.execution.definitions import Program
from resolute.execution.values import Definition

if TYPE_CHECKING:
    from resolute.execution.work import Work

_ = i18n.translator("execution")


@dataclass(frozen=True, slots=True)
class Migration:
    """What a migration would do; nothing has been done yet. `Engine.migrate` does it."""

    target: Definition
    instances: tuple[str, ...]
    """The running instances of other versions that it is about."""
    changes: tuple[str, ...]
    """What differs between the versions, in words; between several, of the oldest first."""
    problems: Mapping[str, tuple[Finding, ...]]
    """Instance -> what stands in the way."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Old element id -> new one, where they differ."""

    @property
    def possible(self) -> bool:
        """Whether every instance can be migrated."""
        return not self.problems


def plan(work: Work, target: Program, instances: list[str], renamed: Mapping[str, str]) -> Migration:
    """Tries every instance without keeping anything."""
    lines: dict[str, None] = {}
    problems: dict[str, tuple[Finding, ...]] = {}
    for instance in instances:
        live = work.live(ids.number(instance))
        lines.update(dict.fromkeys(moving.changes(live.program.net, target.net, renamed)))
        try:
            refuse_others(live.program, instance)
            moving.moved(live.program.net, target.net, live.state, renamed, work.now)
        except ModelError as error:
            problems[instance] = tuple(error.findings)
    return Migration(target.definition, tuple(instances), tuple(lines), problems, dict(renamed))


def refuse_others(program: Program, instance: str) -> None:
    """Raises ModelError for instances that do not run on the net."""
    if program.executor.name != "net":
        message = _("instance {id} runs on {executor}; only instances on the net can be changed").format(
            id=instance, executor=program.executor.name
        )
        raise ModelError(message, findings=[Finding("migration-executor", "error", message)])


def check(migration: Migration) -> None:
    """Raises ConflictError for a migration that is not possible."""
    if migration.problems:
        said = "; ".join(
            f"{instance}: {finding.message}"
            for instance, findings in migration.problems.items()
            for finding in findings
        )
        raise ConflictError(_("nothing was migrated: {reasons}").format(reasons=said))
