"""Denoising Explorer: python app.py [--host H] [--port P] [--device cpu|cuda] [--share] ..."""

import argparse
import logging
import os
import sys
from pathlib import Path

from explorer.serving import CHECKPOINTS, Settings, serve
from explorer.web.ending import end_as_ctrl_c_does, leave
from explorer.web.headers import ANCESTORS


def main() -> int:
    parser = argparse.ArgumentParser(description="See what a diffusion model really learns.")
    parser.add_argument("--host", default=None, help="address to listen on (default: this machine)")
    parser.add_argument("--port", type=int, default=None, help="default: first free from 7860")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")
    parser.add_argument("--share", action="store_true", help="a public link through Gradio")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="DIR")
    parser.add_argument(
        "--code", metavar="WORD", default=os.environ.get("EXPLORER_CODE"),
        help="ask visitors for this word (or EXPLORER_CODE in the environment)",
    )  # fmt: skip
    parser.add_argument(
        "--name", dest="names", action="append", metavar="NAME", default=words("EXPLORER_NAMES"),
        help="a name of this machine by which a proxy asks; may be repeated (or EXPLORER_NAMES)",
    )  # fmt: skip
    parser.add_argument(
        "--frame-ancestors", nargs="*", metavar="SITE",
        default=words("EXPLORER_FRAME_ANCESTORS") or list(ANCESTORS),
        help="sites that may show the app in a frame, such as https://course.example; default: "
        "the Hugging Face Hub and this machine (or EXPLORER_FRAME_ANCESTORS)",
    )  # fmt: skip
    arguments = parser.parse_args()
    arguments.names = tuple(arguments.names)
    arguments.frame_ancestors = tuple(arguments.frame_ancestors)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        serve(Settings(**vars(arguments)))
    except KeyboardInterrupt:  # before it was open
        pass
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def words(name: str) -> list[str]:
    """A list in the environment, between spaces."""
    return os.environ.get(name, "").split()


if __name__ == "__main__":
    end_as_ctrl_c_does()
    leave(main())
