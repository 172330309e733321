"""Walks the lines of a protocol and gathers its header, its questions and the items of every decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from resolute.protocols import keywords, marks, morphology, persons, tables
from resolute.protocols.items import Items
from resolute.protocols.labels import NOTE
from resolute.protocols.lookahead import has_keyword, keyword_ahead, names_document
from resolute.protocols.marks import BARE, Mark
from resolute.protocols.outline import Item, Outline
from resolute.protocols.sentences import has_infinitive, names_parties
from resolute.protocols.signatures import with_whole_signatures
from resolute.protocols.source import Line


@dataclass(slots=True)
class Decision:
    """A question and the items resolved under it."""

    number: int | None
    title: str
    heard: str
    outline: Outline
    numbered: bool
    """Whether the document itself numbers the question."""


@dataclass(slots=True)
class Structure:
    """What the walk found."""

    header: list[Line] = field(default_factory=list)
    agenda: list[Line] = field(default_factory=list)
    attendance: list[Line] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    signatures: list[Line] = field(default_factory=list)
    unread: list[Line] = field(default_factory=list)
    spoken: list[Line] = field(default_factory=list)
    """What was said and proposed before it was decided."""
    undecided: dict[int, str] = field(default_factory=dict)
    """Titles of the questions under which no decision was found, by number."""
    broken: list[Line] = field(default_factory=list)
    """Lines that go on with a sentence after an empty line."""
    dashed: list[Line] = field(default_factory=list)
    """Items marked twice: «- 1)»."""

    def texts(self) -> Iterator[str]:
        """The text of everything that was recognised: header, agenda, attendance, what was heard, items with notes."""
        yield from (line.text for part in (self.header, self.agenda, self.attendance) for line in part)
        for decision in self.decisions:
            yield from (decision.title, decision.heard)
            todo = [decision.outline.root]
            while todo:
                item = todo.pop()
                yield from (part.text for part in (item.group, item) if part is not None)
                yield from item.notes
                yield from (item.columns or {}).values()
                todo.extend(item.children)


def structure_of(lines: Sequence[Line]) -> Structure:
    """The structure of a document."""
    walk = _Walk(with_whole_signatures(lines))
    walk.run()
    return walk.found


class _Walk:
    """One pass over the lines; `region` says in which part of the protocol it stands."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.found = Structure()
        self.region = "header"
        self.number: int | None = None
        self.numbered = False
        self.title = ""
        self.heard = ""
        self.pending = False
        """Whether a question has been opened that has no decision yet."""
        self.decided: set[int] = set()
        """The numbers of the questions that have a decision."""
        self.agenda_last = 0
        self.expects_keyword = has_keyword(lines)
        self.keyword_ahead = keyword_ahead(lines)
        self.index = 0
        self.items: Items | None = None
        """The items of the decision that is open."""

    def run(self) -> None:
        while self.index < len(self.lines):
            line, end = self.lines[self.index], self.index + 1
            if line.cells is None:
                self._line(line, self.index)
            else:
                while end < len(self.lines) and self.lines[end].cells is not None:
                    end += 1
                self._table(self.lines[self.index : end])
            self.index = end
        self._close_question()
        for decision in self.found.decisions:
            decision.outline.join_only_lines()

    # ---- what a line opens

    def _line(self, line: Line, index: int) -> None:
        if self.region == "attachment":
            self.found.unread.append(line)
            return
        if (head := self._question(line, index)) is not None:
            self._open_question(head)
            if head.rest:
                self._inside_question(Line(line.number, head.rest, gap=line.gap))
            return
        head = keywords.decided_on(line.text)
        if head is not None and head.number != self.number:
            self._open_question(head)
        self._inside_question(line)

    def _question(self, line: Line, index: int) -> keywords.QuestionHead | None:
        if self.region == "agenda" and keywords.question(line.text) is None:
            return self._titled(line, index)
        return keywords.question(line.text) or self._titled(line, index)

    def _titled(self, line: Line, index: int) -> keywords.QuestionHead | None:
        """A numbered title that is no longer part of the agenda: what follows it are keywords or its points."""
        if self._is_bare_title(line, index):
            return keywords.QuestionHead((self.number or 0) + 1, line.text, numbered=False)
        head = keywords.titled(line.text)
        if self.region == "agenda" and head is not None and not self._is_past_agenda(head.number):
            return None
        if head is None and self._is_plain_title(line, index):
            return keywords.numbered(line.text)
        if head is not None and self._is_title_of_list(line, head, index):
            return head
        if head is None or (self.region == "attendance" and not line.heading and not head.roman):
            return None
        is_title = line.heading or (head.roman and not has_infinitive(head.rest))
        for following in self.lines[index + 1 : index + 4]:
            if following.cells is not None:
                return head
            parsed = marks.parse(following.text)
            if parsed is not None and parsed[0].style == "path" and parsed[0].numbers[:2] == (head.number, 1):
                return head
            if (
                keywords.HEARD.match(following.text)
                or keywords.decided(following.text)
                or keywords.SPOKE.match(following.text)
            ):
                return head
            if (
                keywords.question(following.text)
                or keywords.titled(following.text)
                or keywords.ATTENDANCE.match(following.text)
            ):
                return None
            if parsed is not None:
                return head if is_title else None
        return head if line.heading and self.region != "agenda" else None

    def _is_plain_title(self, line: Line, index: int) -> bool:
        """Whether a numbered line without a verb is the title of the next question: «2. Разное», then «РЕШИЛИ:»."""
        head = keywords.numbered(line.text)
        if head is None or index + 1 >= len(self.lines) or morphology.has_verb(head.rest):
            return False
        following = self.lines[index + 1].text
        opened = (
            keywords.HEARD.match(following) or keywords.SPOKE.match(following) or keywords.opens_decision(following)
        )
        path = marks.parse(following)
        if path is not None and path[0].style == "path" and path[0].numbers[:2] == (head.number, 1):
            opened = True
        listed = head.roman and (parsed := marks.parse(following)) is not None and parsed[0].style != "roman"
        if not (opened or listed):
            return False
        return self._is_past_agenda(head.number) if self.region == "agenda" else head.number == (self.number or 0) + 1

    def _is_title_of_list(self, line: Line, head: keywords.QuestionHead, index: int) -> bool:
        """Whether a numbered title opens a list that begins at 1: «2. О дорогах», who spoke, «1. Принять …»."""
        if not line.gap or head.number != (self.number or 0) + 1 or has_infinitive(head.rest):
            return False
        rest = [following.text for following in self.lines[index + 1 : index + 3]]
        if rest and persons.are_only(rest[0]):
            del rest[0]
        parsed = marks.parse(rest[0]) if rest else None
        return parsed is not None and (parsed[0].style, parsed[0].number) == ("dot", 1)

    def _is_bare_title(self, line: Line, index: int) -> bool:
        """Whether a line without a number is the title of a question: «О ремонте дорог», then «СЛУШАЛИ:»."""
        if not line.gap or not keywords.TITLE.match(line.text) or index + 1 >= len(self.lines):
            return False
        if keywords.MISCELLANEOUS.fullmatch(line.text) and self.region == "decision":
            return True
        following = self.lines[index + 1].text
        return bool(keywords.HEARD_ALOUD.match(following)) or keywords.opens_decision(following)

    def _is_past_agenda(self, number: int) -> bool:
        """Whether a numbered line after the agenda does not go on with its list."""
        unnumbered = self.agenda_last == 0 and len(self.found.agenda) > 1
        return number <= self.agenda_last or unnumbered

    def _close_question(self) -> None:
        if self.pending and self.number is not None and self.number not in self.decided:
            self.found.undecided[self.number] = self.title or self.heard

    def _open_question(self, head: keywords.QuestionHead) -> None:
        self._close_question()
        if self.pending:
            self.found.agenda.extend(Line(0, text) for text in (self.title, self.heard) if text)
        self.number, self.numbered, self.title, self.heard = head.number, head.numbered, "", ""
        self.pending = True
        self.region = "question"
        self.items = None

    def _inside_question(self, line: Line) -> None:
        text = line.text
        if keywords.VOTING.match(text):
            self._vote(text)
            return
        note = bool(NOTE.match(text)) and self.region == "decision"
        if not note and (parts := keywords.decided(text)) is not None and self._may_decide(parts):
            self._decide(line, *parts)
            return
        if self.region != "decision" and keywords.AGENDA.match(text) and not self.pending:
            self.region = "agenda"
            self.found.agenda.append(line)
            return
        if self._is_heard(text):
            self._hear(line)
            return
        if keywords.SPOKE.match(text) and not note and marks.parse(text) is None:
            self.region = "spoke"
            self.found.spoken.append(line)
            return
        if keywords.ATTACHMENT.match(text) and self.found.decisions:
            self.region = "attachment"
            self.found.unread.append(line)
            return
        self._plain(line)

    def _may_decide(self, parts: tuple[str, str]) -> bool:
        """Whether «решение» is the keyword here, not a word inside a point or the name of the document."""
        before, _after = parts
        if self.region == "header" and names_document(self.lines, self.index):
            return False
        if self.region != "decision":
            return True
        return not before or (
            not marks.parse(before) and before.split()[0].lower().startswith(("заслуш", "обсуд", "рассмотр"))
        )

    def _is_heard(self, text: str) -> bool:
        if not keywords.HEARD.match(text):
            return False
        return (
            self.region != "decision"
            or keywords.HEARD_ALOUD.match(text) is not None
            or not (self.items is not None and self.items.is_unfinished)
        )

    def _hear(self, line: Line) -> None:
        if not self.pending:
            self.number = (self.number or 0) + 1
            self.numbered = False
            self.title = ""
        self.pending = True
        self.heard = f"{self.heard} {line.text}".strip()
        self.region = "heard"

    def _decide(self, line: Line, before: str, after: str) -> None:
        if before:
            self.heard = f"{self.heard} {before}".strip()
        if not self.pending and self.found.decisions and self.region == "decision":
            self.number = (self.number or 0) + 1
            self.numbered = False
        self._open_decision(line)
        if after:
            self._item(Line(line.number, after, gap=True))

    def _open_decision(self, line: Line) -> None:
        if not self.pending and self.found.decisions:
            decision = self.found.decisions[-1]
        else:
            outline = Outline(self.number, line.number)
            decision = Decision(self.number, self.title, self.heard, outline, self.numbered)
            self.found.decisions.append(decision)
            self.decided.add(self.number or 0)
            self.found.undecided.pop(self.number or 0, None)
        self.pending = False
        self.region = "decision"
        self.items = Items(decision.outline, self.found.broken, self.found.dashed)

    def _vote(self, text: str) -> None:
        if not keywords.VOTED_DOWN.search(text) or not self.found.decisions:
            return
        outline = self.found.decisions[-1].outline
        for item in outline.current.leaves():
            item.voted_down = True

    # ---- lines that open nothing

    def _plain(self, line: Line) -> None:
        if self.region == "decision":
            self._item(line)
        elif self.region in ("heard", "question", "spoke"):
            self._aside(line)
        elif self.region == "end":
            self._after_end(line)
        else:
            self._front(line)

    def _aside(self, line: Line) -> None:
        parsed = marks.parse(line.text)
        if (
            self.region != "spoke"
            and not self.keyword_ahead[self.index]
            and parsed is not None
            and self._begins_points(parsed[0])
        ):
            self._open_decision(line)
            self._item(line)
        elif self.region == "question" and not self.heard:
            if parsed is not None and parsed[0].style == "path" and parsed[0].numbers[0] == self.number:
                self._open_decision(line)
                self._item(line)
            else:
                self.title = f"{self.title} {line.text}".strip()
        elif self.region == "heard":
            self.heard = f"{self.heard} {line.text}"
        else:
            self.found.spoken.append(line)

    def _begins_points(self, mark: Mark) -> bool:
        """Whether `mark` is 1 or a bullet, or goes on with the numbers of the question before."""
        before = self.found.decisions[-1].outline.root.children if self.found.decisions else []
        return mark.number <= 1 or (
            mark.style == "dot" and bool(before) and mark.number == before[-1].mark.number + 1 and mark.number > 1
        )

    def _front(self, line: Line) -> None:
        parsed = marks.parse(line.text)
        if parsed is not None and not self.expects_keyword and self._begins_list(parsed):
            self._open_decision(line)
            if self.found.header and names_parties(self.found.header[-1].text):
                self._item(self.found.header.pop())
            self._item(line)
            return
        if keywords.ATTENDANCE.match(line.text):
            self.region = "attendance"
        if self.region == "agenda":
            if parsed is not None:
                self.agenda_last = parsed[0].number
            self.found.agenda.append(line)
        elif self.region == "attendance":
            self.found.attendance.append(line)
        else:
            self.found.header.append(line)

    def _begins_list(self, parsed: tuple[Mark, str]) -> bool:
        mark, _rest = parsed
        if self.region == "agenda":
            return mark.number == 1 and self.agenda_last >= 1
        if self.region == "attendance":
            return mark.number == 1 and has_infinitive(_rest)
        return mark.style != "bullet" and mark.number == 1

    def _item(self, line: Line) -> None:
        assert self.items is not None
        if not self.items.take(line):
            self.region = "end"
            self.items = None
            self.found.signatures.append(line)

    def _after_end(self, line: Line) -> None:
        if keywords.is_signature(line.text) or len(line.text) < 60:
            self.found.signatures.append(line)
        else:
            self.found.unread.append(line)

    # ---- tables

    def _table(self, lines: Sequence[Line]) -> None:
        plain: list[Line] = []
        for line in lines:
            (self.found.signatures if keywords.is_signature(line.text) else plain).append(line)
        rows = tables.rows_of(plain, headed=self.region == "attendance")
        if self.region == "attachment" or not rows:
            self._loose(plain)
            return
        if self.region == "agenda" and self.expects_keyword:
            self.found.agenda.extend(lines)
            return
        if self.region != "decision":
            if self.expects_keyword and not self.found.decisions and self.region in ("header", "attendance"):
                self._loose(lines)
                return
            self._open_decision(lines[0])
        outline = self.found.decisions[-1].outline
        anchor = outline.current if outline.current.is_open else outline.root
        heads: dict[tuple[int, ...], Item] = {}
        for line, row in rows:
            mark, text = tables.mark_of(row)
            above = heads.get(mark.numbers[:-1], anchor) if len(mark.numbers) > 1 else anchor
            item = heads[mark.numbers] = outline.attach(above, mark, text, line.number)
            tasks = tables.tasks_of(row)
            if len(tasks) == 1:
                item.columns = row
                item.own = "deadline" in row or "responsible" in row
                continue
            for task in tasks:
                outline.attach(item, BARE, task["task"], line.number).columns = task
        self.items = Items(outline, self.found.broken, self.found.dashed)

    def _loose(self, lines: Sequence[Line]) -> None:
        target = self.found.unread if self.found.decisions else self.found.header
        target.extend(lines)
