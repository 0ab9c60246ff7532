"""Denoising Explorer: python app.py [--host H] [--port P] [--device cpu|cuda] [--share]."""

import argparse
import logging
import sys
from pathlib import Path

from explorer.serving import CHECKPOINTS, Settings, serve


def main() -> int:
    parser = argparse.ArgumentParser(description="See what a diffusion model really learns.")
    parser.add_argument("--host", default=None, help="address to listen on (default: this machine)")
    parser.add_argument("--port", type=int, default=None, help="default: first free from 7860")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")
    parser.add_argument("--share", action="store_true", help="a public link through Gradio")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="DIR")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        serve(Settings(**vars(arguments)))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
