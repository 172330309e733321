"""What goes wrong with an expression."""

from __future__ import annotations

from resolute.errors import InputError


class ExpressionError(InputError):
    """An expression cannot be read, or cannot be worked out on the data it met."""
