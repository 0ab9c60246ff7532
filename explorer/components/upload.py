"""The upload: Gradio's image component, but the file reaches us as it came.

Gradio would open and convert it first (alpha on black, 16 bits cut), and fail without a sentence on
a file that is no image. Reading it is others' work; that it is an upload at all is ours to see,
since Gradio looks at paths only in payloads that call themselves files.
"""

from pathlib import Path

import gradio as gr
from gradio.data_classes import ImageData
from gradio.utils import get_upload_folder

from .files import read_words

NO_UPLOAD: str = read_words()["upload"]["not_uploaded"]


class Upload(gr.Image):
    """Upload, paste or webcam; handlers are given the path of the file, unread."""

    is_template = True  # drawn by the browser part of gr.Image

    def preprocess(self, payload: ImageData | None) -> str | None:
        if payload is None:
            return None
        if not payload.path or not is_upload(payload.path):
            raise gr.Error(NO_UPLOAD, print_exception=False)
        return payload.path


def is_upload(path: str) -> bool:
    """A regular file directly or one folder below the folder of uploads, and no link."""
    folder, file = Path(get_upload_folder()), Path(path)
    if folder not in (file.parent, file.parent.parent) or ".." in file.parts:
        return False
    return file.is_file() and not file.is_symlink() and not file.parent.is_symlink()
