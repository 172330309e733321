"""Who calls, and what they may see and do: keys in a file, three roles, nothing without a key."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from resolute import i18n
from resolute.errors import InputError, ResoluteError
from resolute.files import write_whole

_ = i18n.translator("server")

Role = Literal[
    "reader",  # sees everything, changes nothing
    "executor",  # sees what its party has to do, and does that
    "secretariat",  # sees and does everything
]
ROLES: tuple[Role, ...] = get_args(Role)


class ForbiddenError(ResoluteError):
    """The caller is known and may not do this."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who showed a key."""

    name: str
    """Stands in the history as the one who did what they do."""
    role: Role
    party: str | None = None
    """Whose work an executor sees and does, in the nominative; None for the other roles."""

    @property
    def sees_all(self) -> bool:
        """Whether the work of every party may be seen."""
        return self.role != "executor"

    @property
    def controls(self) -> bool:
        """Whether everything may be done."""
        return self.role == "secretariat"

    def check_sees_all(self) -> None:
        """Raises ForbiddenError for an executor."""
        if not self.sees_all:
            raise ForbiddenError(_("{name} sees only the work of {party}").format(name=self.name, party=self.party))

    def check_controls(self) -> None:
        """Raises ForbiddenError for all but the secretariat."""
        if not self.controls:
            raise ForbiddenError(_("{name} may not do this; the secretariat may").format(name=self.name))

    def check_works_for(self, parties: Iterable[str | None]) -> None:
        """Raises ForbiddenError unless the caller may do the work of all these parties."""
        if self.role == "reader":
            raise ForbiddenError(_("{name} may look and not change anything").format(name=self.name))
        if not self.controls and any(party != self.party for party in parties):
            raise ForbiddenError(_("this is not the work of {party}").format(party=self.party))


class Keys:
    """The keys that open the server: `Keys.read(FILE)`, or `Keys([...])` of pairs of a secret's hash and its caller."""

    def __init__(self, entries: Iterable[tuple[str, Caller]], *, file: Path | None = None) -> None:
        self._callers = dict(entries)
        self._file = file
        self._stamp = _stamp(file)

    @classmethod
    def read(cls, file: Path) -> Keys:
        """The keys in a file that `add_key` wrote; a later change of the file is noticed. Raises InputError."""
        return cls(_entries(file), file=file)

    @classmethod
    def single(cls, caller: Caller) -> tuple[Keys, str]:
        """Keys with one that is made here, and its secret."""
        secret = secrets.token_urlsafe(32)
        return cls([(digest(secret), caller)]), secret

    def caller(self, secret: str) -> Caller | None:
        """Who has this key; None for one that is not known (any more)."""
        if self._file is not None and _stamp(self._file) != self._stamp:
            stamp = _stamp(self._file)
            self._callers, self._stamp = dict(_entries(self._file)), stamp
        return self._callers.get(digest(secret))


def digest(secret: str) -> str:
    """What is kept of a key. Keys are random and long, so that a plain hash of them cannot be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def add_key(file: Path, caller: Caller) -> str:
    """Makes a key for somebody, adds its hash to the file (made when missing, for its owner alone) and returns it."""
    found = _rows(file) if file.exists() else []
    _caller(file, {"name": caller.name, "role": caller.role, "party": caller.party})
    secret = secrets.token_urlsafe(32)
    row = {"name": caller.name, "role": caller.role, "party": caller.party, "sha256": digest(secret)}
    found.append({key: value for key, value in row.items() if value is not None})
    write_whole(file, yaml.safe_dump(found, allow_unicode=True, sort_keys=False))
    file.chmod(0o600)
    return secret


def _stamp(file: Path | None) -> tuple[int, int] | None:
    try:
        state = file.stat() if file else None
    except OSError:
        return None
    return None if state is None else (state.st_mtime_ns, state.st_size)


def _entries(file: Path) -> list[tuple[str, Caller]]:
    entries = []
    for row in _rows(file):
        found = row.get("sha256")
        if not isinstance(found, str) or len(found) != 64:
            raise InputError(
                _("sha256: found {found!r}, expected 64 hexadecimal digits").format(found=found), file=str(file)
            )
        entries.append((found.lower(), _caller(file, row)))
    return entries


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(_("the keys cannot be read: {reason}").format(reason=reason), file=str(file)) from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InputError(_("expected a list of keys, as `resolute access` writes it"), file=str(file))
    return found


def _caller(file: Path, row: dict[str, Any]) -> Caller:
    name, role, party = row.get("name"), row.get("role"), row.get("party")
    unknown = set(row) - {"name", "role", "party", "sha256"}
    if unknown:
        raise InputError(_("unknown: {names}").format(names=", ".join(sorted(map(str, unknown)))), file=str(file))
    if not isinstance(name, str) or not name.strip():
        raise InputError(_("name: found {found!r}, expected who has the key").format(found=name), file=str(file))
    if role not in ROLES:
        expected = ", ".join(ROLES)
        raise InputError(
            _("role of {name}: found {found!r}, expected one of {expected}").format(
                name=name, found=role, expected=expected
            ),
            file=str(file),
        )
    if (role == "executor") != isinstance(party, str):
        raise InputError(_("{name}: an executor has a party, nobody else has").format(name=name), file=str(file))
    return Caller(name, role, party)
