"""References of a point to other points of the same protocol: «подпунктом 1 настоящего пункта», «в пункте 2.3»."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from resolute.protocols.source import DASH

_NUMBER = r"(?:\d+(?:\.\d+)*(?:\.[а-я](?![а-я]))?|[«\"]?[а-я][»\"]?(?=[\s),.;]|$))"
_REFERENCE = re.compile(
    rf"(?P<sub>подпункт[а-я]*|пп\.|подп\.)\s*(?P<first>{_NUMBER})(?:\s*(?:,|и|[{DASH}])\s*(?P<second>{_NUMBER}))?"
    rf"(?:\s+(?P<own>настоящего\s+пункта|данного\s+пункта)|\s+пункта\s+(?P<of>\d+(?:\.\d+)*))?"
    rf"|(?P<point>пункт[а-я]*|п\.\s?п?\.?|поручени[а-я]*\s+№?)\s*(?P<number>\d+(?:\.\d+)*)(?:\s*(?P<link>,|и|[{DASH}])\s*(?P<other>\d+(?:\.\d+)*))?",
    re.I,
)
_ELSEWHERE = re.compile(
    r"^(?!\s*(?:настоящ|данн))\s*(?:\(?[^.;()]{0,12}?)?\s*(?:(?:решени[яей]|протокол[а-я]*)(?=[^.;]{0,80}?(?:№|\d{4}|\d\.\d))|приказ[а-я]*|распоряжени[а-я]*|постановлени[а-я]*|закон[а-я]*|указ[а-я]*|положени[а-я]*"
    r"|поручени[а-я]*|перечн[а-я]*|плана|порядка|устава|договора|соглашения|стать[а-я]*|программы|регламента|инструкции|кодекса|правил)(?!\s+(?:настоящего|данного))",
    re.I,
)


class References:
    """Resolves references against the refs of a protocol."""

    def __init__(self, refs: Sequence[str]) -> None:
        self._refs = set(refs)
        self._under: dict[str, list[str]] = {}
        for ref in refs:
            parts = ref.split(".")
            for depth in range(1, len(parts)):
                self._under.setdefault(".".join(parts[:depth]), []).append(ref)

    def of(self, ref: str, text: str, agenda: int | None) -> Iterator[tuple[str, str]]:
        """The refs that the point `ref` names in `text`, each with the words that name it."""
        for match in _REFERENCE.finditer(text):
            rest = text[match.end() :]
            if _ELSEWHERE.match(rest) and not match["own"]:
                continue
            for target in self._targets(ref, match, agenda):
                if target != ref:
                    yield target, match[0].strip()

    def _targets(self, ref: str, match: re.Match[str], agenda: int | None) -> list[str]:
        groups: Mapping[str, str | None] = match.groupdict()
        if groups["sub"]:
            labels = [_plain(label) for label in (groups["first"], groups["second"]) if label]
            return [leaf for label in labels for leaf in self._sub(ref, label, groups["of"], agenda)]
        numbers = [number for number in (groups["number"], groups["other"]) if number]
        if groups["link"] and groups["link"] not in (",", "и") and len(numbers) == 2:
            numbers = _range(*numbers)
        return [leaf for number in numbers for leaf in self._point(number, agenda)]

    def _sub(self, ref: str, label: str, of: str | None, agenda: int | None) -> list[str]:
        if of:
            return self._point(f"{of}.{label}", agenda)
        if "." in label:
            return self._point(label, agenda)
        parent = ref
        while "." in parent:
            parent = parent.rpartition(".")[0]
            if found := self._leaves(f"{parent}.{label}"):
                return found
        return []

    def _point(self, number: str, agenda: int | None) -> list[str]:
        places = [number] if agenda is None else [f"{agenda}.{number}", number]
        if agenda is not None and number.split(".")[0] == str(agenda) and "." in number:
            places.reverse()
        return next((found for place in places if (found := self._leaves(place))), [])

    def _leaves(self, ref: str) -> list[str]:
        return [ref] if ref in self._refs else self._under.get(ref, [])


def _plain(label: str) -> str:
    return label.strip('«»" ')


def _range(first: str, last: str) -> list[str]:
    """The numbers from `first` to `last`, where only the last part differs."""
    start, end = first.rpartition("."), last.rpartition(".")
    if start[0] != end[0] or not (start[2].isdecimal() and end[2].isdecimal()) or int(end[2]) - int(start[2]) > 50:
        return [first, last]
    return [f"{start[0]}{start[1]}{number}" for number in range(int(start[2]), int(end[2]) + 1)]
