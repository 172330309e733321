"""Data stores: values that outlive instances and are shared by all of them, read when a model asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from resolute.storage.rows import loads
from resolute.storage.store import Store


class DataStores(Mapping[str, Any]):
    """The data stores of a database as they stand now; what is read is ours until the transaction ends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, name: str) -> Any:
        self._store.database.lock(f"data store {name}")
        found = self._store.data_store(name)
        if found is None:
            raise KeyError(name)
        return loads(found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.data_stores())

    def __len__(self) -> int:
        return len(self._store.data_stores())
