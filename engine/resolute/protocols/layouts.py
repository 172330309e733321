"""Tables that lost their grid: one cell a line, column after column, or all in one line; makes rows of them again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolute.protocols import deadlines, keywords, parties
from resolute.protocols.profile import Profile
from resolute.protocols.source import Line
from resolute.protocols.tables import role_of

_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3})*)[.)]?$")
_HEADING = (
    r"№(?:\s?п/?п)?|(?:Наименование\s+)?(?:Мероприяти[ея]|мероприятия)|Содержание(?:\s+(?:поручения|мероприятия|работ))?|Поручени[ея]|Задач[аи]"
    r"|Сроки?(?:\s+(?:исполнения|выполнения|реализации|проведения))?|Дата(?:\s+исполнения)?"
    r"|Ответственн(?:ый|ые)(?:\s+(?:исполнител[ьи]|за\s+исполнение|лица?))?|Исполнител[ьи]|Соисполнител[ьи]|Примечание|Результат|Контроль"
)
_SECTION = re.compile(r"^(?:(?:под)?раздел|направление|блок|глава)\s+(?:№\s*)?[IVXІХ\d]+\b|^[IVXІХ]+\.\s+[А-ЯЁ]", re.I)
_HEADINGS = re.compile(rf"^((?:(?:{_HEADING})\s*[|/]?\s+){{3,7}})(?=\d{{1,3}}(?:\.\d+)*[.)]?\s+\S)")
_ONE_HEADING = re.compile(_HEADING)
_ROW_START = re.compile(r"(?:^|(?<=\s))(\d{1,3}(?:\.\d{1,3})*)[.)]?\s+(?=[А-ЯЁ«])")
_MOST_COLUMNS = 30


def regrouped(lines: Sequence[Line]) -> list[Line]:
    """`lines` with flattened tables turned into rows."""
    result: list[Line] = []
    index = 0
    while index < len(lines):
        rows, after = _table_at(lines, index)
        if rows:
            result.extend(rows)
            index = after
        else:
            result.append(lines[index])
            index += 1
    return result


def _table_at(lines: Sequence[Line], index: int) -> tuple[list[Line], int]:
    """The rows of the flattened table that begins at `index`, and the index after it; none when there is none."""
    line = lines[index]
    if line.cells is not None:
        return [], index
    if _HEADINGS.match(line.text):
        return _one_line(lines, index)
    end = _headings_end(lines, index)
    if end - index >= 3:
        return _one_cell_a_line(lines, index, end)
    if role_of(line.text) == "number" and index + 2 < len(lines) and _NUMBER.match(lines[index + 1].text):
        return _columns(lines, index)
    return [], index


def _headings_end(lines: Sequence[Line], index: int) -> int:
    """The index after the run of lines that are headings of columns."""
    end = index
    seen: set[str] = set()
    most = min(len(lines), index + _MOST_COLUMNS)
    while end < most and lines[end].cells is None and len(lines[end].text) < 45:
        role = role_of(lines[end].text)
        if (
            role is None
            or (role in seen and role != "other" and not _goes_on(lines, end, index))
            or lines[end].text.endswith((";", ":"))
        ):
            break
        seen.add(role)
        end += 1
    return end if len(seen & {"task", "deadline", "responsible"}) >= 2 else index


def _goes_on(lines: Sequence[Line], end: int, start: int) -> bool:
    """Whether the heading of the first column is broken: «№», «п/п»."""
    return end == start + 1 and role_of(lines[start].text) == role_of(lines[end].text) == "number"


def _body(lines: Sequence[Line], start: int) -> list[Line]:
    """The lines that can be cells: up to a keyword, a signature or a real table."""
    end = start
    while end < len(lines) and lines[end].cells is None:
        text = lines[end].text
        more = any(_NUMBER.match(line.text) for line in lines[end + 1 : end + _MOST_COLUMNS // 3])
        if (
            (keywords.is_signature(text) and not more)
            or keywords.question(text)
            or keywords.HEARD.match(text)
            or keywords.VOTING.match(text)
        ):
            break
        end += 1
    return list(lines[start:end])


def _one_cell_a_line(lines: Sequence[Line], index: int, end: int) -> tuple[list[Line], int]:
    index += _goes_on(lines, index + 1, index)
    heads = [line.text for line in lines[index:end]]
    roles = [role_of(head) or "other" for head in heads]
    body = _body(lines, end)
    whole, body = body, _without_sections(body, len(heads))
    if len(body) >= 2 and _NUMBER.match(body[0].text) and _NUMBER.match(body[1].text) and roles[0] == "number":
        return _by_columns(lines, index, end + len(whole) - len(body), heads, body)
    groups = _numbered(body) if roles[0] == "number" else _chunks(body, len(heads))
    if not groups:
        return [], index
    rows = [_row(lines[index], heads)]
    for position, group in enumerate(groups):
        last = position == len(groups) - 1
        cells = group[: len(heads)] if last else group
        rows.append(_row(cells[0], _fitted([line.text for line in cells], roles)))
    used = next(place for place, line in enumerate(whole, 1) if line is cells[-1])
    return rows, end + used


def _without_sections(body: list[Line], width: int) -> list[Line]:
    """The cells without the row that numbers the columns and without headings of sections."""
    numbers = [str(number) for number in range(1, width + 1)]
    kept = body[width:] if [line.text for line in body[:width]] == numbers and len(body) > 2 * width else body
    return [line for line in kept if not _SECTION.match(line.text)]


def _numbered(body: list[Line]) -> list[list[Line]]:
    """The lines of each row, where a row begins with its number alone on a line."""
    groups: list[list[Line]] = []
    for line in body:
        if _NUMBER.match(line.text):
            groups.append([line])
        elif groups:
            groups[-1].append(line)
        else:
            return []
    return groups


def _chunks(body: list[Line], width: int) -> list[list[Line]]:
    return [body[start : start + width] for start in range(0, len(body) - width + 1, width)]


def _fitted(cells: list[str], roles: list[str]) -> list[str]:
    """`cells` put under `roles`: where their number differs, the deadline is found by what it says."""
    if len(cells) == len(roles) or len(cells) < 2:
        return cells
    by_role: dict[str, list[str]] = {role: [] for role in roles}
    rest = cells[1:] if roles[0] == "number" else cells
    if roles[0] == "number":
        by_role["number"] = [cells[0]]
    order = [role for role in roles if role != "number"]
    current = 0
    for cell in rest:
        role = _role_by_content(cell, order, current)
        current = order.index(role)
        by_role[role].append(cell)
    return [" ".join(by_role[role]) if role == "task" else "; ".join(by_role[role]) for role in roles]


def _role_by_content(cell: str, order: list[str], current: int) -> str:
    """The role of a cell that comes after the column `current`."""
    later = order[current:]
    if "deadline" in later and _is_deadline(cell):
        return "deadline"
    if "responsible" in later and _is_parties(cell):
        return "responsible"
    if order[current] == "deadline" and "responsible" in later:
        return "responsible"
    return order[current]


def _is_deadline(cell: str) -> bool:
    found = deadlines.find(cell, None, Profile(), labelled=True)
    return found is not None and found[1][1] - found[1][0] >= len(cell.strip(" .;")) * 0.8


def _is_parties(cell: str) -> bool:
    names, end = parties.names_at(cell, "nomn")
    return bool(names) and not cell[end:].strip(" .,;")


def _row(place: Line, cells: list[str]) -> Line:
    return Line(place.number, " ".join(cells), tuple(cells), gap=place.gap)


def _columns(lines: Sequence[Line], index: int) -> tuple[list[Line], int]:
    """A table written column after column, each under its heading."""
    count = 0
    while index + 1 + count < len(lines) and _NUMBER.match(lines[index + 1 + count].text):
        count += 1
    heads, columns, position = (
        [lines[index].text],
        [[line.text for line in lines[index + 1 : index + 1 + count]]],
        index + 1 + count,
    )
    while position + count < len(lines) and role_of(lines[position].text) is not None:
        heads.append(lines[position].text)
        columns.append([line.text for line in lines[position + 1 : position + 1 + count]])
        position += 1 + count
    if len(heads) < 3 or count < 2:
        return [], index
    return _transposed(lines[index], heads, columns), position


def _by_columns(
    lines: Sequence[Line], index: int, end: int, heads: list[str], body: list[Line]
) -> tuple[list[Line], int]:
    """All headings first, then the cells column after column."""
    count = 0
    while count < len(body) and _NUMBER.match(body[count].text):
        count += 1
    if len(body) < count * len(heads):
        return [], index
    columns = [[line.text for line in body[k * count : (k + 1) * count]] for k in range(len(heads))]
    return _transposed(lines[index], heads, columns), end + count * len(heads)


def _transposed(first: Line, heads: list[str], columns: list[list[str]]) -> list[Line]:
    return [_row(first, heads), *(_row(first, list(cells)) for cells in zip(*columns, strict=True))]


def _one_line(lines: Sequence[Line], index: int) -> tuple[list[Line], int]:
    """Headings and rows run on in one paragraph."""
    match = _HEADINGS.match(lines[index].text)
    assert match is not None
    heads = [found[0] for found in _ONE_HEADING.finditer(match[1])]
    roles = [role_of(head) or "other" for head in heads]
    rows = [_row(lines[index], heads)]
    text = lines[index].text[match.end() :]
    starts = _row_starts(text)
    for (_start, begin, number), end in zip(starts, [*(s[0] for s in starts[1:]), len(text)], strict=False):
        cells = {"number": number, **_split(text[begin:end].strip(), roles)}
        rows.append(_row(lines[index], [cells.get(role, "") for role in roles]))
    return (rows, index + 1) if len(rows) > 2 else ([], index)


def _row_starts(text: str) -> list[tuple[int, int, str]]:
    """Where rows begin: numbers that go on one by one."""
    starts: list[tuple[int, int, str]] = []
    for match in _ROW_START.finditer(text):
        last = int(match[1].rsplit(".", 1)[-1])
        if not starts or (
            last == int(starts[-1][2].rsplit(".", 1)[-1]) + 1 and match[1].count(".") == starts[-1][2].count(".")
        ):
            starts.append((match.start(), match.end(), match[1]))
    return starts


def _split(text: str, roles: list[str]) -> dict[str, str]:
    """The task, the deadline and the party in the text of a row, by the order of the columns."""
    found = deadlines.find(text, None, Profile()) or _last_deadline(text)
    if found is None:
        task, party = _split_party(text)
        return {"task": task, "responsible": party}
    (start, end) = found[1]
    before, after = text[:start].strip(" ,;"), text[end:].strip(" ,;")
    cells = {"deadline": text[start:end]}
    if roles.index("deadline") < roles.index("responsible") if {"deadline", "responsible"} <= set(roles) else True:
        return {**cells, "task": before, "responsible": after}
    task, party = _split_party(before)
    return {**cells, "task": task, "responsible": party}


def _last_deadline(text: str) -> tuple[object, tuple[int, int]] | None:
    """The deadline of a row whose wording would not count in running text: «постоянно», «май 2024 года»."""
    for match in re.finditer(r"(?<=\s)\S+", text):
        found = deadlines.find(text[match.start() : match.start() + 60], None, Profile(), labelled=True)
        if found is not None and found[1][0] == 0:
            return found[0], (match.start(), match.start() + found[1][1])
    return None


def _split_party(text: str) -> tuple[str, str]:
    """A task and the parties that stand after it."""
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё«]", text):
        names, end = parties.names_at(text, "nomn", start=match.start())
        if names and not text[end:].strip(" .,;"):
            return text[: match.start()].strip(" ,;"), text[match.start() :]
    return text, ""
