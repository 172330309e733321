"""The tree of items of one decision, built from marked and unmarked lines in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resolute.protocols.marks import BARE, Mark


@dataclass(slots=True)
class Item:
    """An item of a decision while it is being built."""

    mark: Mark
    text: str
    line: int
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Lines of its own: «Срок: …», «Ответственный: …»."""
    columns: dict[str, str] | None = None
    """The cells of a table row, by role."""
    own: bool = False
    """Whether it is a point itself though it has children (an unnumbered assignment was found inside it)."""
    group: Item | None = None
    """An unnumbered line above that names who is told, while the numbers go on under it: «Отделу культуры:»."""
    voted_down: bool = False
    place: int = 0
    """Its place among its siblings, from 1."""

    @property
    def is_open(self) -> bool:
        """Whether it announces a list: its text ends with a colon."""
        return announces(self.text)

    def leaves(self) -> Iterator[Item]:
        """The points, in order: items without children, and heads that are points of their own."""
        todo = [self]
        while todo:
            item = todo.pop()
            if not item.children or item.own:
                yield item
            todo.extend(reversed(item.children))

    def take_in(self, child: Item) -> None:
        """Makes an only child without a number of its own a part of this item: «Комитету:», then one line."""
        self.text = f"{self.text} {child.text}"
        self.notes.extend(child.notes)
        self.children = []

    def heads(self) -> Iterator[Item]:
        """What stands over it, the nearest first: ancestors, and unnumbered lines that head a group of items."""
        for item in (self, *self.ancestors()):
            if item is not self:
                yield item
            if item.group is not None:
                yield item.group

    def ancestors(self) -> Iterator[Item]:
        """From the parent up to the root."""
        item = self.parent
        while item is not None:
            yield item
            item = item.parent


@dataclass(slots=True)
class _Level:
    style: tuple[str, int]
    item: Item


_LABEL_END = re.compile(r"\b(?:срок\w*|ответственн\w+|исполнител\w|отв\.)(?:\s+[а-яё]+)?\s*:$", re.I)
_LOWER = re.compile(r"^[а-яё]")
_FINISHED = re.compile(r"[.;:!?]\s*[»)]?$|\)$")
_SHORT_FOR = re.compile(
    r"(?:^|[\s(])(?:г|гг|ул|им|п|пп|ст|руб|тыс|млн|млрд|д|корп|стр|т\.\s?[чедк]|[А-ЯЁ]|см|ч|пос|с|обл|р-н|др|пр|гор|отв|зам|нач)\.$"
)
ENDING = 100
"""How many characters at the end of a text are looked at to see how it ends."""


def announces(text: str) -> bool:
    """Whether `text` announces a list: it ends with a colon that is not that of a label («(срок:»)."""
    text = text.rstrip()
    return text.endswith(":") and text.count("(") <= text.count(")") and not _LABEL_END.search(text, len(text) - ENDING)


def is_finished(text: str) -> bool:
    """Whether `text` ends like a whole sentence or item."""
    if text.endswith(":"):
        return announces(text)
    start = len(text) - ENDING
    return bool(_FINISHED.search(text, start)) and not _SHORT_FOR.search(text, start)


class Outline:
    """Builds the tree of one decision."""

    def __init__(self, agenda: int | None, line: int) -> None:
        self.agenda = agenda
        self.root = Item(BARE, "", line)
        self._stack: list[_Level] = []
        self._paths: dict[tuple[int, ...], Item] = {}
        self._parents: set[tuple[int, ...]] = set()
        self.restarts: list[Item] = []

    def join_only_lines(self) -> None:
        """Makes only children without a number a part of what announces them."""
        todo = list(self.root.children)
        while todo:
            item = todo.pop()
            only = item.children[0] if len(item.children) == 1 else None
            if only is not None and only.mark is BARE and not only.children and only.columns is None and item.is_open:
                item.take_in(only)
            todo.extend(item.children)

    @property
    def current(self) -> Item:
        """The item that was added last."""
        return self._stack[-1].item if self._stack else self.root

    def expects(self, mark: Mark) -> bool:
        """Whether `mark` can stand here: it goes on with a list or begins one."""
        if mark.style == "bullet" or mark.style == "bare" or mark.number == 1:
            return True
        if mark.style == "path":
            return self._fits(mark.numbers)
        if mark.style == "dot" and any(level.item.mark.numbers[:1] == (mark.number - 1,) for level in self._stack):
            return True
        return any(
            level.style[0] == mark.style and 0 < mark.number - level.item.mark.number < 4 for level in self._stack
        ) or (not self._stack)

    def _fits(self, numbers: tuple[int, ...]) -> bool:
        if not self._paths:
            return True
        if numbers[:-1] in self._paths or numbers[:1] == (self.agenda,):
            return True
        return numbers[:-1] in self._parents or any(level.item.mark.number == numbers[0] for level in self._stack)

    def add(self, mark: Mark, text: str, line: int) -> Item:
        """Adds an item with `mark` at its place in the tree."""
        if mark.style == "path":
            return self._add_path(mark, text, line)
        depth = self._depth(mark, text)
        last = self._stack[0].item if self._stack else None
        del self._stack[depth:]
        item = self._push(mark, text, line, (mark.style, 0))
        if depth == 0 and mark.number == 1 and last is not None and last.mark.number >= 1:
            self.restarts.append(item)
        return item

    def _depth(self, mark: Mark, text: str) -> int:
        """How many levels stay open above a new item."""
        for depth in range(len(self._stack) - 1, -1, -1):
            level = self._stack[depth]
            if level.style != (mark.style, 0):
                continue
            if mark.style in ("bullet", "bare"):
                return depth
            last = level.item.mark.number
            if mark.number > last:
                return self._sibling_or_parent(mark, depth, text)
            if mark.number == 1 and self.current.is_open:
                return len(self._stack)
            return depth
        if mark.style == "dot":
            above = (d for d, level in enumerate(self._stack) if level.item.mark.numbers[:1] == (mark.number - 1,))
            return next(above, len(self._stack))
        return len(self._stack)

    def _sibling_or_parent(self, mark: Mark, depth: int, text: str) -> int:
        """Where two open levels have the same style, the one whose items look like this and whose number fits."""
        others = [d for d in range(depth) if self._stack[d].style == (mark.style, 0)]
        fitting = [d for d in (*others, depth) if self._stack[d].item.mark.number + 1 == mark.number]
        if len(fitting) > 1 and not _LOWER.match(text) and _LOWER.match(self._stack[depth].item.text):
            return fitting[0]
        return fitting[-1] if fitting else depth

    def _push(self, mark: Mark, text: str, line: int, style: tuple[str, int]) -> Item:
        parent = self.current
        item = self.attach(parent, mark, text, line)
        self._stack.append(_Level(style, item))
        return item

    @staticmethod
    def attach(parent: Item, mark: Mark, text: str, line: int) -> Item:
        """Adds an item under `parent` without opening a level for it."""
        item = Item(mark, text, line, parent, place=len(parent.children) + 1)
        parent.children.append(item)
        return item

    def _add_path(self, mark: Mark, text: str, line: int) -> Item:
        numbers = mark.numbers
        while self._stack and not self._is_above(self._stack[-1], numbers):
            self._stack.pop()
        item = self._push(mark, text, line, ("path", len(numbers)))
        self._paths[numbers] = item
        self._parents.add(numbers[:-1])
        return item

    def _is_above(self, level: _Level, numbers: tuple[int, ...]) -> bool:
        if level.style[0] == "path":
            return level.item.mark.numbers == numbers[: level.style[1]] and level.style[1] < len(numbers)
        return level.style == ("dot", 0) and level.item.mark.number == numbers[0]


def ref_of(item: Item, agenda: int | None, *, continuous: bool = False) -> str:
    """The ref of an item: agenda number and its own numbers, as they stand in the document."""
    if _goes_on_with_questions(item, agenda):
        return item.mark.label
    parts: list[str] = []
    chain = [item, *item.ancestors()][:-1]
    for link in chain:
        if link.mark.style == "path":
            numbers = [str(number) for number in link.mark.numbers]
            under = next((a for a in link.ancestors() if a.mark.style == "dot"), None)
            if under is not None:
                parts[:0] = [*numbers]
                return ".".join(_with_agenda(parts, agenda, continuous))
            parts[:0] = numbers
            if (agenda is not None and link.mark.numbers[0] == agenda) or agenda is None:
                return ".".join(parts)
            return ".".join(_with_agenda(parts, agenda, continuous))
        parts.insert(0, link.mark.label or str(link.place))
    return ".".join(_with_agenda(parts, agenda, continuous))


def _goes_on_with_questions(item: Item, agenda: int | None) -> bool:
    """Whether an item is numbered like the questions: «3.» after 2.1, 2.2 of question 2."""
    if item.mark.style != "dot" or item.parent is None or item.parent.parent is not None:
        return False
    return any(other.mark.style == "path" and other.mark.numbers[0] == agenda for other in item.parent.children)


def _with_agenda(parts: list[str], agenda: int | None, continuous: bool) -> list[str]:
    return parts if agenda is None or continuous else [str(agenda), *parts]
