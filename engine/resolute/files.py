"""Writes files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Writes `content` (text as UTF-8) under a temporary name beside `path`, then renames it over `path`.

    Missing folders are made. Raises OSError; the old file is then untouched.
    """
    with writing(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Like `write_whole`, for content that comes piece by piece: the file is there when the block has ended well."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            yield stream
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
