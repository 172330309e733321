"""The work of people: tasks completed, assigned, talked about; points reported, accepted, returned, extended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from resolute import i18n
from resolute.errors import ConflictError, InputError, NotFoundError
from resolute.execution import assignments, ids
from resolute.execution.forms import check_answer
from resolute.execution.given import checked, optional_text
from resolute.execution.given import names as given_names
from resolute.execution.given import text as checked_text
from resolute.execution.labels import deadline
from resolute.execution.questions import Questions
from resolute.execution.seam import Complete, Data, Event
from resolute.execution.work import Work
from resolute.storage.rows import CommentRow, micros

_ = i18n.translator("execution")

MAX_ATTACHMENT = 20 * 1024 * 1024
"""The largest file that is kept with a task, in bytes."""


class _NotAllError(Exception):
    """One of several tasks is not open: which one, only trying them one by one tells."""


class People(Questions):
    """The commands of people; `core.Engine` has the others as well."""

    # --- tasks ---

    def complete(
        self, task_id: str, data: Data | None = None, by: str | None = None, *, key: str | None = None
    ) -> None:
        """Completes a task; `data` goes into the variables of its instance. The same `key` again does nothing more.

        Raises ConflictError when the task is closed already, somebody else has claimed it, it is for other people or
        the key was used for something else,
        NotFoundError when there never was one, InputError, with every problem, when `data` does not fit its form.
        """
        answer = (*ids.task(task_id), checked(data))
        command = f"complete {ids.task_id(*answer[:2])}"
        self._once(key, command, lambda work: self._complete(work, [answer], by))

    def complete_all(self, answers: Mapping[str, Data], by: str | None = None, *, key: str | None = None) -> None:
        """Completes many tasks, by id, in one transaction: all of them or, when one cannot be, none.

        The same idempotency `key` again does nothing more.
        """
        given = [(*ids.task(task_id), checked(data)) for task_id, data in answers.items()]
        command = " ".join(["complete", *sorted(ids.task_id(number, token) for number, token, _data in given)])
        self._complete_once(key, command, given, by)

    def _complete_once(
        self, key: str | None, command: str, answers: Sequence[tuple[int, str, Data]], by: str | None
    ) -> None:
        try:
            self._once(key, command, lambda work: self._complete(work, answers, by))
        except _NotAllError:
            self._once(key, command, lambda work: self._complete_in_turn(work, answers, by))

    def _complete(self, work: Work, answers: Sequence[tuple[int, str, Data]], by: str | None) -> None:
        """Completes tasks that are open already. Raises _NotAllError when one of several is not."""
        nets = [work.live(number).program.net for number, _token, _data in answers]
        if not self._store.finish_tasks([answer[:2] for answer in answers], work.at, by):
            if len(answers) > 1:
                raise _NotAllError
            raise self._not_open(*answers[0][:2], by)
        for net, (number, token, data) in zip(nets, answers, strict=True):
            if net.forms:
                row = self._store.task(number, token)
                check_answer(net, row.form if row else None, data, ids.task_id(number, token))
        for number, token, data in answers:
            work.apply(number, Complete(token, data), by)

    def _complete_in_turn(self, work: Work, answers: Sequence[tuple[int, str, Data]], by: str | None) -> None:
        for answer in answers:
            self._complete(work, [answer], by)

    def assign(self, task_id: str | Sequence[str], to: str | None, *, by: str | None = None) -> None:
        """Says which person works on a task, whoever had it before; `None` gives it back to all of its party.

        Here and below several tasks may be named: it is done for all of them or for none.
        """
        tasks = [ids.task(one) for one in given_names(task_id)]
        optional_text(to, "to")

        def action(work: Work) -> None:
            for number, token in tasks:
                self._assign(work, number, token, to, by)

        self._command(action)

    def claim(self, task_id: str | Sequence[str], by: str) -> None:
        """Takes a task for oneself. Raises ConflictError when somebody else has it or it is for other people."""
        self._hand_on(task_id, checked_text(by, "by"), by)

    def delegate(self, task_id: str | Sequence[str], to: str, *, by: str) -> None:
        """Hands a task on to another person; only whoever may do it can, and the history says who did.

        Raises ConflictError when the task is not for `by`.
        """
        self._hand_on(task_id, checked_text(to, "to"), checked_text(by, "by"))

    def _hand_on(self, task_id: str | Sequence[str], to: str, by: str) -> None:
        tasks = [ids.task(one) for one in given_names(task_id)]

        def action(work: Work) -> None:
            for number, token in tasks:
                work.live(number)
                if not self._store.may_work(number, token, work.at, by):
                    raise self._not_open(number, token, by)
                self._assign(work, number, token, to, by)

        self._command(action)

    def _assign(self, work: Work, number: int, token: str, to: str | None, by: str | None) -> None:
        live = work.live(number)
        if not self._store.assign_task(number, token, to):
            raise self._not_open(number, token, by)
        row = self._store.task(number, token)
        assert row is not None
        work.note(live, {"do": "assign", "to": to}, Event("assigned", row.element, token, {"to": to}), by)

    def set_members(self, party: str, people: Iterable[str]) -> None:
        """Says who works for a party: from now on only these, or who stands in for them, take its tasks.

        With no people, everybody may again.
        """
        checked_text(party, "party")
        chosen = sorted({checked_text(person, "people") for person in people})
        self._command(lambda work: self._store.set_members(party, chosen))

    def members(self, party: str) -> list[str]:
        """Who works for a party, by name; nobody named means that everybody may take its tasks."""
        with self._lock:
            return self._store.members(party)

    def substitute(self, person: str, by: str, until: date) -> None:
        """Lets `by` see, take and complete the tasks of `person`, up to and including the day (or moment) `until`.

        The same again changes the end; one that is past ends it at once.
        """
        checked_text(person, "person")
        checked_text(by, "by")
        end = deadline(until.isoformat(), self.now().tzinfo)
        if end is None or not by or person == by:
            raise InputError(
                _("{by} cannot stand in for {person}; expected two different people").format(by=by, person=person)
            )
        last = micros(end)
        self._command(lambda work: self._store.set_substitute(person, by, last))

    def comment(self, task_id: str, text: str, *, by: str | None = None, file: tuple[str, bytes] | None = None) -> None:
        """Says something about a task, open or not, of a running instance; `file` is a name and its content."""
        number, token = ids.task(task_id)
        checked_text(text, "text")
        if file is not None:
            checked_text(file[0], "file")
            if not isinstance(file[1], bytes):
                raise InputError(_("{what}: found {found!r}; expected bytes").format(what=file[0], found=type(file[1])))
        if file is not None and len(file[1]) > MAX_ATTACHMENT:
            raise InputError(
                _("{file}: {size} MB; expected at most {limit} MB").format(
                    file=file[0], size=len(file[1]) >> 20, limit=MAX_ATTACHMENT >> 20
                )
            )

        def action(work: Work) -> None:
            live = work.live(number)
            row = self._store.task(number, token)
            if row is None:
                raise NotFoundError(_("there is no task {id}").format(id=task_id))
            hash = None if file is None else self._store.put_attachment(file[1])
            said = {"text": text} if file is None else {"text": text, "file": file[0], "hash": hash}
            self._store.add_comment(CommentRow(0, number, token, work.at, by, text, file[0] if file else None, hash))
            work.note(live, {"do": "comment", **said}, Event("commented", row.element, token, said), by)

        self._command(action)

    # --- points of a protocol ---

    def report(
        self,
        target: str | Sequence[str],
        text: str = "",
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Reports that a point is carried out; `target` is its ref or a task id, `group` the protocol it stands in.

        Here and below: several points may be named, it is done for all of them or for none; the same `key` again does
        nothing more. Raises NotFoundError when nothing goes by that name,
        ConflictError when the point waits for something else, InputError when it is ambiguous.
        """
        self._answer_point(target, assignments.CARRY_OUT, {"report": text}, by, group, key)

    def accept(
        self,
        target: str | Sequence[str],
        *,
        partly: bool = False,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Accepts a report: the point is executed and taken off control; `partly`: the rest is still to be done."""
        decision = "partly_accepted" if partly else "accepted"
        self._answer_point(target, assignments.CHECK, {"decision": decision}, by, group, key)

    def return_(
        self,
        target: str | Sequence[str],
        reason: str,
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Returns a report for rework; the deadline stays."""
        self._answer_point(target, assignments.CHECK, {"decision": "returned", "reason": reason}, by, group, key)

    def extend(
        self,
        target: str | Sequence[str],
        due: date | str,
        reason: str = "",
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Moves the deadline of a point to a later working day."""
        new = assignments.day(due)
        payload = {"due": new.isoformat(), "reason": reason}
        self._tell_points(target, assignments.EXTENDED, payload, by, group, (key, "extend"), new)

    def request_extension(
        self,
        target: str | Sequence[str],
        due: date | str,
        reason: str,
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Asks the giver of an assignment for a later deadline."""
        new = assignments.day(due)
        payload = {"new_due": new.isoformat(), "reason": reason}
        self._tell_points(target, assignments.REQUESTED, payload, by, group, (key, "request_extension"), new)

    def decide_extension(
        self,
        target: str | Sequence[str],
        granted: bool,
        reason: str = "",
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Grants or refuses what was asked for."""
        data: Data = {"granted": granted, **({"decision_reason": reason} if reason else {})}
        self._answer_point(target, assignments.DECIDE, data, by, group, key)

    def reassign(
        self,
        target: str | Sequence[str],
        to: str,
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Gives a point to another lead; it starts anew with the same deadline."""
        self._tell_points(target, assignments.EXTENDED, {"lead": to}, by, group, (key, "reassign"))

    def cancel(
        self,
        target: str | Sequence[str],
        reason: str = "",
        *,
        by: str | None = None,
        group: str | None = None,
        key: str | None = None,
    ) -> None:
        """Cancels a point that is no longer needed."""
        targets = given_names(target)
        command = " ".join(["cancel", *targets])

        def action() -> None:
            found = {}
            for one in targets:
                found[one] = [instance.id for instance in assignments.instances_of(self, one, group)]
                if not found[one]:
                    assignments.find_task(self, one, assignments.CARRY_OUT, group)
            self._deliver(found, assignments.CANCELLED, {"reason": reason}, by, (key, command))

        self._unless_done(key, command, action)

    def _tell_points(
        self,
        target: str | Sequence[str],
        name: str,
        payload: Data,
        by: str | None,
        group: str | None,
        once: tuple[str | None, str],
        new_due: date | None = None,
    ) -> None:
        """Gives a message to points that wait to be carried out. `once`: key and kind of command."""
        key, kind = once
        targets = given_names(target)
        command = " ".join([kind, *targets])

        def action() -> None:
            tasks = {one: assignments.find_task(self, one, assignments.CARRY_OUT, group) for one in targets}
            if new_due is not None:
                for one, task in tasks.items():
                    assignments.check_new_due(new_due, task, one)
            found = {one: [task.instance] for one, task in tasks.items()}
            self._deliver(found, name, payload, by, (key, command))

        self._unless_done(key, command, action)

    def _answer_point(
        self,
        target: str | Sequence[str],
        element: str,
        data: Data,
        by: str | None,
        group: str | None,
        key: str | None,
    ) -> None:
        """Completes the task of a point that stands at an element of its pattern."""
        targets = given_names(target)
        command = " ".join([element, *targets])

        def action() -> None:
            tasks = [assignments.find_task(self, one, element, group) for one in targets]
            answers = [(*ids.task(task.id), checked(data)) for task in tasks]
            self._complete_once(key, command, answers, by)

        self._unless_done(key, command, action)

    def _unless_done(self, key: str | None, command: str, action: Callable[[], None]) -> None:
        """Does what a key was not used for yet; when somebody else is just doing it, that it fails here is no error."""
        if self._is_answered(key, command):
            return
        try:
            action()
        except (ConflictError, NotFoundError, InputError):
            if not self._is_answered(key, command):
                raise

    def _deliver(
        self,
        instances: Mapping[str, Sequence[str]],
        name: str,
        payload: Data,
        by: str | None,
        once: tuple[str | None, str],
    ) -> None:
        """Gives a message to all instances of points that wait for it; to one a point at least.

        `once`: key and command.
        """

        def action(work: Work) -> None:
            for target, found in instances.items():
                taken = [work.deliver(ids.number(instance), name, payload, by) for instance in found]
                if not any(taken):
                    raise ConflictError(
                        _("{point} does not wait for the message “{name}” now").format(point=target, name=name)
                    )

        self._once(*once, action)

    def _not_open(self, number: int, token: str, by: str | None) -> Exception:
        row, task_id = self._store.task(number, token), ids.task_id(number, token)
        if row is None:
            return NotFoundError(_("there is no task {id}").format(id=task_id))
        if row.status == "ready" and row.assignee is None:
            said = _("task {id} ({name}) is for {party}; {by} is not one of its people")
        elif row.status == "ready":
            said = _("task {id} ({name}) is with {person}")
        elif row.status == "cancelled":
            said = _("task {id} ({name}) was cancelled")
        elif row.by is None:
            said = _("task {id} ({name}) is done already")
        else:
            said = _("task {id} ({name}) is done already, by {by}")
        return ConflictError(
            said.format(id=task_id, name=row.name, by=row.by or by, person=row.assignee, party=row.party)
        )
