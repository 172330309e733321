"""Tables and state as records of bare columns for compiled code; imported only where Numba is used.

A record is one address: that of a row of addresses, one for each column. Unlike Numba's arrays, columns are neither
counted nor checked nor indexed from the end, so that reading one costs what it costs in C. Columns of the tables and
the addresses themselves never change while compiled code runs, which the compiler is told.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature

from resolute.simulation.tables import FLOATS, State, Tables


class ColumnType(types.Type):
    """A column of whole numbers or floats, changing or not."""

    def __init__(self, dtype: Any, fixed: bool) -> None:
        self.dtype, self.fixed = dtype, fixed
        super().__init__(f"Column({dtype}, fixed={fixed})")


class RecordType(types.Type):
    """A record of columns with these names."""

    def __init__(self, record: type[Tables] | type[State]) -> None:
        self.fields = record._fields
        self.fixed = record is Tables
        super().__init__(record.__name__)

    def column(self, name: str) -> ColumnType:
        """The type of one of its columns."""
        return ColumnType(types.float64 if name in FLOATS else types.int64, self.fixed)


_ADDRESSES = ir.IntType(8).as_pointer().as_pointer()
_TYPES = {Tables: RecordType(Tables), State: RecordType(State)}


class Record:
    """Columns handed to compiled code; keeps their memory alive."""

    def __init__(self, columns: Tables | State) -> None:
        self.columns = columns
        arrays: tuple[Any, ...] = columns
        self._addresses = np.array([column.ctypes.data for column in arrays], dtype=np.int64)
        self.address = self._addresses.ctypes.data


@typeof_impl.register(Record)  # type: ignore[untyped-decorator]
def _typeof(record: Record, _context: Any) -> RecordType:
    return _TYPES[type(record.columns)]


@register_model(ColumnType)
class _ColumnModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: ColumnType) -> None:
        super().__init__(manager, kind, manager.lookup(kind.dtype).get_data_type().as_pointer())


@register_model(RecordType)
class _RecordModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: RecordType) -> None:
        super().__init__(manager, kind, _ADDRESSES)


@unbox(RecordType)  # type: ignore[untyped-decorator]
def _unbox(_kind: RecordType, value: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_ulonglong(number)
    context.pyapi.decref(number)
    return NativeValue(context.builder.inttoptr(address, _ADDRESSES))


@infer_getattr
class _RecordAttributes(AttributeTemplate):  # type: ignore[misc]
    key = RecordType

    def generic_resolve(self, kind: RecordType, name: str) -> ColumnType | None:
        return kind.column(name) if name in kind.fields else None


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _lower_attribute(context: Any, builder: Any, kind: RecordType, value: Any, name: str) -> Any:
    place = builder.gep(value, [ir.Constant(ir.IntType(64), kind.fields.index(name))])
    return builder.bitcast(_fixed(builder, builder.load(place)), context.get_value_type(kind.column(name)))


@infer_global(operator.getitem)
class _ReadColumn(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments: Sequence[Any], _keywords: Any) -> Any:
        column, place = arguments
        if isinstance(column, ColumnType) and isinstance(place, types.Integer):
            return signature(column.dtype, column, types.int64)
        return None


@infer_global(operator.setitem)
class _WriteColumn(AbstractTemplate):  # type: ignore[misc]
    def generic(self, arguments: Sequence[Any], _keywords: Any) -> Any:
        column, place, _value = arguments
        if isinstance(column, ColumnType) and isinstance(place, types.Integer) and not column.fixed:
            return signature(types.none, column, types.int64, column.dtype)
        return None


@lower_builtin(operator.getitem, ColumnType, types.int64)  # type: ignore[untyped-decorator]
def _lower_read(_context: Any, builder: Any, kind: Any, arguments: Sequence[Any]) -> Any:
    found = builder.load(builder.gep(arguments[0], [arguments[1]]))
    return _fixed(builder, found) if kind.args[0].fixed else found


@lower_builtin(operator.setitem, ColumnType, types.int64, types.Any)  # type: ignore[untyped-decorator]
def _lower_write(context: Any, builder: Any, _kind: Any, arguments: Sequence[Any]) -> Any:
    builder.store(arguments[2], builder.gep(arguments[0], [arguments[1]]))
    return context.get_dummy_value()


def _fixed(builder: Any, load: Any) -> Any:
    """Tells the compiler that what is read never changes."""
    load.set_metadata("invariant.load", builder.module.add_metadata(()))
    return load
