"""The commands of office work on a point of a protocol: report, accept, return, extend, reassign, cancel.

The shipped patterns share the ids of their tasks and the names of their messages (docs/patterns.md), so one command
serves all of them. A point is named by its ref, or by the id of one of its tasks where the ref is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.calendars import production_calendar
from resolute.errors import ConflictError, InputError, NotFoundError
from resolute.execution.given import text
from resolute.execution.values import Instance, Task, TaskState

if TYPE_CHECKING:
    from resolute.execution.questions import Questions

_ = i18n.translator("execution")

CARRY_OUT = "carry_out"
CHECK = "check"
DECIDE = "decide_extension"
DROPPED = "dropped"
"""The end event of a point that was cancelled."""
EXTENDED = "deadline extended"
REQUESTED = "extension requested"
CANCELLED = "assignment cancelled"
"""The message that ends a point before its time, whatever its pattern."""


def find_task(engine: Questions, target: str, element: str, group: str | None) -> Task:
    """The open task `element` of a point. Raises NotFoundError, ConflictError, or InputError when there are several."""
    found = [task for task in _tasks_of(engine, target, group) if task.element == element]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{task.id} {task.party or ''}".strip() for task in found)
        raise InputError(
            _("{point} has several open tasks; name one of them instead: {tasks}").format(point=target, tasks=listed)
        )
    raise _nothing_open(engine, target, element, group)


def _tasks_of(engine: Questions, target: str, group: str | None) -> list[Task]:
    tasks = engine.tasks(ref=text(target, "target"), group=group)
    return tasks or _tasks_by_id(engine, target, "ready")


def _tasks_by_id(engine: Questions, target: str, state: TaskState | None) -> list[Task]:
    """The task of that id, where it is in this state (None: in any)."""
    instance, dash, _token = target.partition("-")
    if not dash or not instance.isdecimal():
        return []
    return [task for task in engine.tasks(instance, state) if task.id == target]


def _nothing_open(engine: Questions, target: str, element: str, group: str | None) -> Exception:
    waiting = _tasks_of(engine, target, group)
    if waiting:
        listed = "; ".join(f"{task.name} ({task.party or '-'})" for task in waiting)
        if element == CARRY_OUT:
            said = _("{point} does not wait to be carried out; it waits for: {tasks}")
        else:
            said = _("{point} does not wait to be checked; it waits for: {tasks}")
        return ConflictError(said.format(point=target, tasks=listed))
    if engine.instances(ref=target, group=group, limit=1) or _tasks_by_id(engine, target, None):
        return ConflictError(_("{point} has nothing open: it is executed, cancelled or not begun").format(point=target))
    return NotFoundError(_("no point or task goes by {point}; see the open tasks").format(point=target))


def instances_of(engine: Questions, target: str, group: str | None) -> Sequence[Instance]:
    """The running instances of a point. Raises InputError when it stands in several open protocols."""
    if "-" in target:
        return [engine.instance(task.instance) for task in _tasks_of(engine, target, group)]
    found = engine.instances("running", ref=target, group=group)
    groups = {instance.group for instance in found}
    if len(groups) > 1:
        raise InputError(
            _("{point} stands in several open protocols ({groups}); say which group").format(
                point=target, groups=", ".join(sorted(str(group) for group in groups))
            )
        )
    return found


def check_new_due(due: date, task: Task, point: str) -> None:
    """Raises InputError unless a new deadline is later than the old one and a working day."""
    if task.due is not None and due <= task.due.date():
        raise InputError(
            _("{point}: the new deadline {new} is not after the old one, {old}").format(
                point=point, new=due, old=task.due.date()
            )
        )
    if not production_calendar().is_working(due):
        raise InputError(_("the new deadline {new} is a day off; choose a working day").format(new=due))


def day(due: date | str) -> date:
    """A day given as such or as ISO text. Raises InputError."""
    if isinstance(due, datetime):
        return due.date()
    if isinstance(due, date):
        return due
    try:
        return date.fromisoformat(due)
    except ValueError:
        raise InputError(_("{found!r} is no date; expected one like 2022-09-01").format(found=due)) from None
