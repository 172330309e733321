"""Tables of a plan or a list of assignments: which column says what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolute.protocols import marks
from resolute.protocols.source import Line

_ROLES: tuple[tuple[str, str], ...] = (
    ("number", r"^(?:№|no?\b|id\b|#|п/п|п\.\s?п|номер)"),
    ("co", r"соисполнит"),
    ("control", r"контрол"),
    (
        "other",
        r"^(?:ожидаем|результат|примечан|финанс|источник|отметк|объ[её]м|показател"
        r"|форма|вид\s+документа|основание|статус|приоритет|status|comment|priority|result)",
    ),
    ("deadline", r"^(?:срок|дата|период|время|когда|доклад|дедлайн|due|deadline|date|when)|\bсрок"),
    ("responsible", r"ответственн|исполнител|^кому|^кто|^владел|^owner|^assignee|^responsible|^who\b"),
    (
        "task",
        r"мероприят|наименован|поручен|содержан|задач|решени|вопрос|пункт|что\s|действи|работ|текст|формулиров"
        r"|^action|^task|^decision|^what\b",
    ),
)  # fmt: skip
_LONGEST_HEADING = 60
_DECIDED = re.compile(r"решени|поручен|мероприят|задач|что\s|^action|^task|^decision|^what\b")
"""The heading of what is to be done, beside one of what it is about: «Вопрос | Решение»."""


def role_of(cell: str) -> str | None:
    """What a column with this heading holds: number, task, deadline, responsible, co, control, other."""
    text = cell.lower().strip(" .:*")
    if not text or len(text) > _LONGEST_HEADING:
        return None
    return next((role for role, pattern in _ROLES if re.search(pattern, text)), None)


def roles_of(cells: Sequence[str]) -> list[str] | None:
    """The roles of the columns when `cells` are the headings of a table, else None."""
    roles = [role_of(cell) for cell in cells]
    known = [role for role in roles if role is not None]
    if len(set(known)) < 2 or not {"task", "responsible", "deadline"} & set(known) or len(known) * 2 < len(cells):
        return None
    tasks = [index for index, role in enumerate(roles) if role == "task"]
    decided = [index for index in tasks if _DECIDED.search(cells[index].lower())]
    for index in tasks if len(tasks) > len(decided) > 0 else ():
        roles[index] = "task" if index in decided else "other"
    if "task" not in known:
        free = [index for index, role in enumerate(roles) if role is None or role == "other"]
        if free:
            roles[free[0]] = "task"
    return [role or "other" for role in roles]


def rows_of(lines: Sequence[Line], *, headed: bool = False) -> list[tuple[Line, dict[str, str]]]:
    """The rows of a table that hold points, as cells by role; `headed` asks for headings over its columns."""
    roles: list[str] | None = None
    rows: list[tuple[Line, dict[str, str]]] = []
    for line in lines:
        cells = line.cells or ()
        found = roles_of(cells)
        if found is not None:
            roles = found
            continue
        if roles is None and headed:
            continue
        if roles is None:
            roles = _guessed(lines)
        row = _row(cells, roles)
        if row is not None and rows and _goes_on(row, rows[-1][1], cells, roles):
            _append(rows[-1][1], row)
        elif row is not None and "task" in row:
            rows.append((line, row))
    return rows


def tasks_of(row: dict[str, str]) -> list[dict[str, str]]:
    """The tasks of a row that holds several, each with a date of its own; the row alone otherwise."""
    tasks, dates = _parts(row["task"]), _parts(row.get("deadline", ""))
    if len(tasks) < 2 or len(tasks) != len(dates):
        return [row]
    return [{**row, "task": task, "deadline": date} for task, date in zip(tasks, dates, strict=True)]


def mark_of(row: dict[str, str]) -> tuple[marks.Mark, str]:
    """The mark of a row and its task: the number of its own column comes before one inside the task."""
    numbered = marks.parse(f"{row['number'].rstrip('.)')}. x") if row.get("number") else None
    inside = marks.parse(row["task"])
    if numbered is None:
        return inside or (marks.BARE, row["task"])
    return numbered[0], inside[1] if inside is not None and inside[0].style == "bullet" else row["task"]


def _parts(cell: str) -> list[str]:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    parsed = [marks.parse(part) for part in parts]
    return [mark[1] if mark else part for part, mark in zip(parts, parsed, strict=True)]


def _goes_on(row: dict[str, str], above: dict[str, str], cells: tuple[str, ...], roles: list[str]) -> bool:
    """Whether a row is the rest of the row above, broken by a page or a narrow column."""
    if "number" not in roles or "number" in row or "number" not in above:
        return False
    return "task" not in row or row["task"][0].islower()


def _append(above: dict[str, str], row: dict[str, str]) -> None:
    for role, text in row.items():
        above[role] = f"{above[role]} {text}" if role in above else text


def _row(cells: tuple[str, ...], roles: list[str]) -> dict[str, str] | None:
    row: dict[str, str] = {}
    for role, cell in zip(roles, cells, strict=False):
        text = cell.strip()
        if text and text not in row.values():
            row[role] = f"{row[role]}; {text}" if role in row else text
    if "number" in roles and set(row) == {"task"} and row["task"][0].isupper():
        return None
    filled = [cell for cell in cells if cell.strip()]
    if (len(set(filled)) < 2 and "number" not in roles) or not row or _is_section(cells) or _is_column_numbers(cells):
        return None
    return row


def _is_section(cells: tuple[str, ...]) -> bool:
    """Whether the row is a heading over the whole width: one text in the first cell, or the same text in all."""
    filled = {cell.strip() for cell in cells if cell.strip()}
    return (len(filled) == 1 and (bool(cells[0].strip()) or len(cells) == 1)) or not filled


def _is_column_numbers(cells: tuple[str, ...]) -> bool:
    """Whether the row only numbers the columns: 1 | 2 | 3 | 4."""
    return all(cell.strip() in (str(index), "") for index, cell in enumerate(cells, 1))


def _guessed(lines: Sequence[Line]) -> list[str]:
    """Roles for a table without headings, by what its cells look like."""
    width = max((len(line.cells or ()) for line in lines), default=0)
    columns = [[(line.cells or ())[i] for line in lines if i < len(line.cells or ())] for i in range(width)]
    roles = ["other"] * width
    free = set(range(width))
    for role, pattern in (
        ("number", r"^\d+(?:\.\d+)*[.)]?$"),
        ("deadline", r"\d{4}|квартал|\bдо\s+\d|постоянно|ежемесячно"),
    ):
        best = max(free, key=lambda i: _share(columns[i], pattern), default=None)
        if best is not None and _share(columns[best], pattern) > 0.5:
            roles[best] = role
            free.discard(best)
    if free:
        task = max(free, key=lambda i: (sum(map(len, columns[i])), -i))
        roles[task] = "task"
        for index in sorted(free - {task})[:1]:
            roles[index] = "responsible"
    return roles


def _share(cells: list[str], pattern: str) -> float:
    return sum(bool(re.search(pattern, cell)) for cell in cells) / (len(cells) or 1)
