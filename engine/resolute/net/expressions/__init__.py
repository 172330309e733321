"""A small language for conditions, values and scripts; the only code that a model can hold."""

from __future__ import annotations

from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.language import (
    Expression,
    Script,
    compile_expression,
    compile_script,
    compile_unary_tests,
    is_expression,
    known,
    literal,
    script_trees,
    tree,
    value,
)

__all__ = [
    "Expression",
    "ExpressionError",
    "Script",
    "compile_expression",
    "compile_script",
    "compile_unary_tests",
    "is_expression",
    "known",
    "literal",
    "script_trees",
    "tree",
    "value",
]
