"""Who is who in one protocol: short names, other spellings and bare surnames come to one party."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from resolute.protocols import parties
from resolute.protocols.parties import Name
from resolute.protocols.points import SELF, Draft
from resolute.protocols.source import Line

_QUOTES = re.compile(r"[«»\"“”„]")
_SMALL = frozenset("и по в во на при за с со о об для из к от".split())


class Directory:
    """The names used in a protocol."""

    def __init__(self, lines: Sequence[Line], drafts: Sequence[Draft], signer: str | None) -> None:
        self._signer = signer
        self._aliases: dict[tuple[str, ...], str] = {}
        self._full: dict[tuple[str, ...], str] = {}
        self.spellings: dict[tuple[str, ...], dict[str, None]] = {}
        for draft in drafts:
            for name in draft.names:
                self._note(name)
        for name in _introduced(lines):
            self._note(name)

    def _note(self, name: Name) -> None:
        key = _key(name.text)
        self._full.setdefault(key, name.text)
        self.spellings.setdefault(key, {})[name.text] = None
        if name.alias:
            self._aliases[_key(name.alias)] = name.text

    def resolved(self, names: Sequence[Name]) -> list[Name]:
        """`names` as the full names of parties, each once."""
        found: dict[tuple[str, ...], Name] = {}
        for name in names:
            text = self._resolve(name.text)
            found.setdefault(_key(text), replace(name, text=text))
        return list(found.values())

    def _resolve(self, text: str) -> str:
        if text == SELF:
            return self._signer or text
        key = _key(text)
        if key in self._aliases:
            return self._aliases[key]
        if (full := self._clipped(text)) is not None:
            return full
        spelled = self.spellings.get(key)
        return next(iter(spelled)) if spelled else text

    def _clipped(self, text: str) -> str | None:
        """The full name of a clipped one: «Минсоцзащиты области»."""
        clip = text.split()[0].lower().replace("ё", "е") if text else ""
        if not re.match(r"(?:мин|деп)[а-я]{3,}", clip) or clip.startswith(("минист", "депар")):
            return None
        fits = {full for full in self._full.values() if _is_clip(clip, full)}
        return fits.pop() if len(fits) == 1 else None


def _introduced(lines: Sequence[Line]) -> list[Name]:
    """Names with a short name in brackets anywhere in the text: «… (далее – Комитет)»."""
    found: list[Name] = []
    for line in lines:
        if "(далее" not in line.text:
            continue
        for match in re.finditer(r"[^\s,;(]+", line.text):
            for case in ("datv", "nomn", "accs", "gent", "ablt"):
                names, _end = parties.names_at(line.text, case, start=match.start())
                hits = [name for name in names[:1] if name.alias]
                if hits:
                    found.extend(hits)
                    break
            else:
                continue
            break
    return found


def _key(name: str) -> tuple[str, ...]:
    """A name with quotes, punctuation, case endings and ё left out."""
    text = _QUOTES.sub(" ", name.lower().replace("ё", "е"))
    return tuple(word[:5] for word in re.findall(r"[\w]+", text))


def _is_clip(clip: str, full: str) -> bool:
    """Whether `clip` («минсоцзащиты») is made of the beginnings of the words of `full`."""
    words = [word for word in re.findall(r"[а-я]+", full.lower().replace("ё", "е")) if word not in _SMALL]
    if not words or not words[0].startswith(clip[:3]):
        return False
    return _fits(clip[3:], words[1:])


def _fits(rest: str, words: list[str]) -> bool:
    """Whether `rest` is cut from the beginnings of `words`, in their order, at least three letters each."""
    todo = [(rest, 0)]
    while todo:
        left, index = todo.pop()
        if not left:
            return True
        if index == len(words):
            continue
        todo.append((left, index + 1))
        size = _common(left, words[index])
        todo.extend((left[cut:], index + 1) for cut in range(3, size + 1))
        if size >= 3 and len(left) - size <= 2:
            return True
    return False


def _common(a: str, b: str) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return size
