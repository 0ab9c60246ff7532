"""Visitors' files: kept for a while, each for the one visitor who uses it first.

A file gets a name that nobody can guess. Knows nothing of requests, and nothing of what is in them.
"""

import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LARGEST_FILE = 10 * 2**20  # bytes
QUOTA = 200 * 2**20  # bytes of all files together
UNCLAIMED = 10 * 60  # seconds that a file is kept which no session has used
LONGEST = 60 * 60  # seconds that any file is kept


@dataclass
class Kept:
    """One file: its size, when it came (on `Uploads.clock`), and whose it is."""

    size: int
    born: float
    session: str | None = None


class Uploads:
    """The files of one folder. When it is full, the oldest makes room for the newest."""

    def __init__(
        self, folder: Path, quota: int = QUOTA, clock: Callable[[], float] = time.monotonic
    ):
        self.folder, self.quota, self.clock = folder, quota, clock
        self._kept: dict[str, Kept] = {}  # by path, the oldest first
        self._lock = threading.Lock()

    def keep(self, name: str, content: bytes) -> str:
        """Write a file that came under `name` -> its path. OSError if the disk is full."""
        suffix = re.search(r"\.[a-z0-9]{1,5}\Z", name.lower())
        path = self.folder / (secrets.token_urlsafe(24) + (suffix[0] if suffix else ""))
        with self._lock:
            while self._kept and self.size() + len(content) > self.quota:
                self._drop(next(iter(self._kept)))
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                path.write_bytes(content)
            except OSError:
                path.unlink(missing_ok=True)
                raise
            self._kept[str(path)] = Kept(len(content), self.clock())
        return str(path)

    def holds(self, path: str) -> bool:
        return path in self._kept

    def claim(self, path: str, session: str | None) -> bool:
        """May this session use this file? It is then nobody else's."""
        with self._lock:
            kept = self._kept.get(path)
            if kept is None or not session or kept.session not in (None, session):
                return False
            kept.session = session
            return True

    def size(self) -> int:
        return sum(kept.size for kept in self._kept.values())

    def leave(self, session: str) -> None:
        """A visitor has gone, and so do their files."""
        self._drop_where(lambda kept: kept.session == session)

    def sweep(self) -> None:
        """Away with what is too old, whoever put it into the folder."""
        now = self.clock()
        self._drop_where(
            lambda kept: now - kept.born > (UNCLAIMED if kept.session is None else LONGEST)
        )
        for folder, _, names in os.walk(self.folder):
            for path in (Path(folder, name) for name in names):
                if str(path) not in self._kept and time.time() - path.lstat().st_mtime > LONGEST:
                    path.unlink(missing_ok=True)

    def _drop_where(self, gone: Callable[[Kept], bool]) -> None:
        with self._lock:
            for path in [path for path, kept in self._kept.items() if gone(kept)]:
                self._drop(path)

    def _drop(self, path: str) -> None:
        del self._kept[path]
        Path(path).unlink(missing_ok=True)
