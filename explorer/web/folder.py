"""A folder of this process's own: gone when it ends, or else at the next start.

A living process holds a lock on a file in its folder; what nobody locks is left over.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: folders that were left over stay, as nobody can tell whose they are
    fcntl = None

PREFIX = "denoising-explorer-"
LOCK = "in-use"


def own_folder(where: Path | None = None) -> Path:
    """A new, empty folder; those that dead processes left beside it are removed."""
    where = (where or Path(tempfile.gettempdir())).resolve()
    _clear(where)
    unlocked = Path(tempfile.mkdtemp(prefix=f"new-{PREFIX}", dir=where))
    lock = os.open(unlocked / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if fcntl:
        fcntl.flock(lock, fcntl.LOCK_EX)
    folder = where / unlocked.name.removeprefix("new-")  # only now is it there for `_clear`
    unlocked.rename(folder)

    def remove() -> None:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _clear(where: Path) -> None:
    if not fcntl:
        return
    for lock in where.glob(f"{PREFIX}*/{LOCK}"):
        try:
            handle = os.open(lock, os.O_RDWR)
        except OSError:  # somebody else's, or just going
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its process lives
            continue
        else:
            shutil.rmtree(lock.parent, ignore_errors=True)
        finally:
            os.close(handle)
