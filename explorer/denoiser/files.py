"""Files that are written whole or not at all. Knows nothing of what is in them."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path


class WriteError(OSError):
    """A file could not be written; the message is one clear sentence."""


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all are written beside the old ones before one is replaced.

    A full disk or a crash midway leaves what was there before.

    Raises:
        WriteError: they could not be written; says which, and why.
    """
    new = {path: path.with_name(path.name + ".new") for path in files}
    path = Path()
    try:
        for path, content in files.items():
            with open(new[path], "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # or a power cut might leave a whole name, and half a file
        for path in files:
            os.replace(new[path], path)
    except BaseException as error:
        for leftover in new.values():
            with contextlib.suppress(OSError):
                leftover.unlink()
        if not isinstance(error, OSError):
            raise
        raise WriteError(
            f"{path} could not be written ({error.strerror}); what was there before is whole."
        ) from error
