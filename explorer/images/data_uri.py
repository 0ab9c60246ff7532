"""A picture that a program sends as text: `data:image/png;base64,...` -> the file's bytes."""

import base64

from .picture_files import LARGEST_FILE, PictureError


def read_data_uri(uri: str) -> bytes:
    """The bytes in a data URI; raises `PictureError` for anything else."""
    head, comma, body = uri.partition(",") if isinstance(uri, str) else ("", "", "")
    if not (comma and head.lower().startswith("data:") and head.lower().endswith(";base64")):
        raise PictureError('A picture must be a data URI: "data:image/png;base64,..." and so on.')
    if len(body) > 4 * (LARGEST_FILE // 3 + 1):
        raise PictureError(f"This file is too large: at most {LARGEST_FILE // 2**20} MB, please.")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:  # also binascii's
        raise PictureError("The data URI's base64 is damaged or incomplete.") from None
