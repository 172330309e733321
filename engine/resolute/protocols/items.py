"""The lines of one decision, one after another: each opens an item, goes on with one, or is a note to it."""

from __future__ import annotations

import re
from dataclasses import replace

from resolute.protocols import keywords, kinds, marks
from resolute.protocols.labels import NOTE
from resolute.protocols.marks import BARE, Mark
from resolute.protocols.outline import ENDING, Item, Outline, is_finished
from resolute.protocols.sentences import begins_assignment, clauses_of, has_infinitive, join, names_parties
from resolute.protocols.source import Line

_DANGLING = re.compile(
    r"(?:пункт\w*|подпункт\w*|абзац\w*|№|\bдо|\bс|\bпо|\bк|\bот|\bв|\bи|\bна|\bза|\bне позднее)$", re.I
)
_LOWER = re.compile(r"^[а-яё]")
_MARK_INSIDE = re.compile(r"(?:\d[.)]|\b[а-я]\))\s?[А-ЯЁа-яё«]")
_LONGEST_ITEM = 10_000
"""A longer text is not looked through again for points that begin inside its lines."""


class Items:
    """Fills the outline of a decision; `broken` and `dashed` take the lines that a remark is made on."""

    def __init__(self, outline: Outline, broken: list[Line], dashed: list[Line]) -> None:
        self.outline = outline
        self.broken = broken
        self.dashed = dashed
        self.tail: tuple[Item, str] | None = None
        """The item that the last line went to, and whether to its `text` or its `notes`."""
        self.group: Item | None = None
        """The line that heads the items which come now."""

    @property
    def is_unfinished(self) -> bool:
        """Whether the last line broke off in a sentence."""
        return self.tail is not None and not is_finished(self._tail_text())

    def take(self, line: Line) -> bool:
        """Takes a line in; False when it is a signature, at which the decision ends."""
        if NOTE.match(line.text) and self.tail is not None:
            self._note(line)
            return True
        parsed = marks.parse(line.text)
        if parsed is None and self._heads_group(line):
            self.group = Item(BARE, line.text, line.number)
            self.tail = None
            return True
        if parsed is not None and self._opens(line, parsed):
            mark, rest = parsed
            if mark.style != "bullet" and not line.text[0].isalnum():
                self.dashed.append(line)
            self._add(mark, rest, line)
            return True
        return self._unmarked(line)

    def _add(self, mark: Mark, rest: str, line: Line) -> None:
        above = self.outline.current
        if mark.style == "bullet" != above.mark.style and self.tail is not None and self._tail_text().endswith(";"):
            above.own = has_infinitive(above.text)
        for index, (part_mark, text) in enumerate(marks.inline(rest, mark)):
            for depth, (inner_mark, inner_text) in enumerate(marks.inline(text)) if index or part_mark else ():
                chosen = part_mark if depth == 0 else inner_mark
                item = self.outline.add(chosen or BARE, inner_text, line.number)
                item.group = self.group if item.parent is self.outline.root else None
                self.tail = (item, "text")

    def _opens(self, line: Line, parsed: tuple[Mark, str]) -> bool:
        """Whether a marked line is a new item, not the rest of a broken sentence."""
        mark, rest = parsed
        if self.tail is None:
            return True
        before = self._tail_text()
        if not self.outline.expects(mark):
            return is_finished(before) and line.gap
        if _DANGLING.search(before, len(before) - ENDING):
            return False
        if mark.style == "bullet":
            if rest[:1].isdigit() and before[-1:].isdigit():
                return False
            plain = line.text[0] not in "–—−"
            return (
                plain
                or is_finished(before)
                or before.endswith(",")
                or line.gap
                or self.outline.current.mark.style == "bullet"
            )
        return True

    def _heads_group(self, line: Line) -> bool:
        """Whether an unnumbered line only names who is told, while the numbers before it go on after it."""
        before = self.outline.root.children
        whole = line.gap or self.tail is None or is_finished(self._tail_text())
        numbered = self.group is not None or not before or before[-1].mark.style in ("dot", "paren")
        return whole and numbered and not self.outline.current.is_open and names_parties(line.text)

    def _unmarked(self, line: Line) -> bool:
        if self.tail is not None and self._goes_on(line):
            if line.gap:
                self.broken.append(line)
            self._append(line.text)
            self._split_tail(line)
            return True
        if self.outline.root.children and keywords.is_signature(line.text):
            return False
        if not self.outline.root.children and (parts := marks.inline(line.text))[0][0] is None and len(parts) > 1:
            self._lead_in(line, parts)
            return True
        if not self.outline.root.children and line.text.endswith(":"):
            self.outline.root.text = line.text
            self.tail = (self.outline.root, "text")
            return True
        clauses = clauses_of(line.text) if not self.outline.root.children else [line.text]
        for clause in clauses:
            self._bare(replace(line, text=clause))
        return True

    def _lead_in(self, line: Line, parts: list[tuple[Mark | None, str]]) -> None:
        if parts[0][1]:
            self.outline.root.text = parts[0][1]
        for mark, text in parts[1:]:
            self._add(mark or BARE, text, line)

    def _goes_on(self, line: Line) -> bool:
        """Whether an unmarked line is the rest of the text before it."""
        before = self._tail_text()
        if before.endswith(":") and self.tail is not None and self.tail[1] == "notes":
            return True
        if not is_finished(before):
            return not keywords.is_signature(line.text) or (not line.gap and line.text[0].islower())
        if before.endswith(":"):
            return False
        if before.endswith(";") and begins_assignment(line.text):
            return False
        bare = self.outline.current.mark.style == "bare"
        return bool(_LOWER.match(line.text)) and not bare and not (self.tail is not None and self.tail[1] == "notes")

    def _bare(self, line: Line) -> None:
        current = self.outline.current
        if line.gap and kinds.is_control(line.text) and not current.is_open:
            item = self.outline.attach(self.outline.root, BARE, line.text, line.number)
            self.tail = (item, "text")
            return
        if self.tail is None or current.mark.style == "bare" or current.is_open or not self.outline.root.children:
            self._add(BARE, line.text, line)
            return
        if begins_assignment(line.text):
            current.own = True
            self._add(BARE, line.text, line)
            return
        if self.tail is not None and self.tail[1] == "notes":
            current.notes.append(line.text)
            return
        self._append(line.text)

    def _note(self, line: Line) -> None:
        current = self.outline.current
        current.notes.append(line.text)
        self.tail = (current, "notes")

    def _tail_text(self) -> str:
        assert self.tail is not None
        item, part = self.tail
        return item.text if part == "text" else item.notes[-1]

    def _append(self, text: str) -> None:
        assert self.tail is not None
        item, part = self.tail
        joined = join(self._tail_text(), text)
        if part == "text":
            item.text = joined
        else:
            item.notes[-1] = joined

    def _split_tail(self, line: Line) -> None:
        """Points that run on in one paragraph begin inside lines too."""
        assert self.tail is not None
        item, part = self.tail
        if part != "text" or item is not self.outline.current or len(item.text) > _LONGEST_ITEM:
            return
        if not _MARK_INSIDE.search(line.text):
            return
        parts = marks.inline(item.text, item.mark)
        if len(parts) > 1:
            item.text = parts[0][1]
            for mark, text in parts[1:]:
                self.tail = (self.outline.add(mark or BARE, text, line.number), "text")
