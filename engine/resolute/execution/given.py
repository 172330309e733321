"""What callers hand in, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.execution.seam import Data
from resolute.storage.rows import dumps

_ = i18n.translator("execution")


def checked(data: Mapping[str, Any] | None) -> Data:
    """The variables, as a dictionary of their own. Raises InputError for what JSON cannot hold."""
    given = dict(data or {})
    if given:
        try:
            dumps(given)
        except (TypeError, ValueError) as error:
            raise InputError(
                _("the data cannot be kept ({error}); expected only texts, numbers, lists and mappings").format(
                    error=error
                )
            ) from error
    return given
