"""Jobs: calling the functions that service tasks want, with retries and, after the last, an incident."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from resolute import i18n
from resolute.errors import ResoluteError
from resolute.execution.seam import Data
from resolute.storage.rows import dumps

_ = i18n.translator("execution")
_log = logging.getLogger(__name__)

Service: TypeAlias = Callable[[Data], Mapping[str, Any] | None]
"""Takes the input of a service task, answers the variables that it sets."""

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
"""How long to wait before each further try of a failed job."""


class ServiceError(ResoluteError):
    """A service refuses for a reason that the model may handle: a boundary error event with this `code` takes it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class Services:
    """The functions that a host has registered, by name."""

    def __init__(self, retry_after: Sequence[timedelta] = RETRY_AFTER) -> None:
        self.retry_after = tuple(retry_after)
        self._functions: dict[str, Service] = {}

    def register(self, name: str, function: Service) -> None:
        """Makes `function` answer the service tasks that want `name`; the last one registered counts."""
        self._functions[name] = function

    @property
    def names(self) -> frozenset[str]:
        """The names that are answered."""
        return frozenset(self._functions)

    def call(self, name: str, data: Data) -> Data:
        """Calls a function. Raises TypeError or ValueError when its answer is not a mapping of JSON values."""
        answer = self._functions[name](data)
        if answer is None:
            return {}
        if not isinstance(answer, Mapping):
            raise TypeError(
                _("service {name} answered {found}; expected a mapping of variables, or None").format(
                    name=name, found=type(answer).__name__
                )
            )
        result = dict(answer)
        dumps(result)
        return result
