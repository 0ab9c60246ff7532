"""Look for files that make a reader fail in a way of its own: with any error but its sentence.

    python -m scripts.fuzz images|checkpoints [--seconds N] [--finds DIR]

Guided by coverage: needs `pip install atheris==3.0.0` (Linux), and only here. What fails is kept in
DIR; a find becomes a test, of its kind rather than of its bytes.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["explorer", "PIL", "pi_heif"]):
    import numpy as np
    import torch

    from explorer.denoiser.checkpoints import build_denoiser, load_denoiser, save_denoiser
    from explorer.denoiser.judge import Judge, load_judge, save_judge
    from explorer.denoiser.reading import CheckpointError
    from explorer.exhibits.exhibit import load_exhibit
    from explorer.exhibits.parts import read_metrics
    from explorer.images import picture_files
    from explorer.images.gallery import GalleryError, load_gallery
    from explorer.images.uploads import PictureError, read_digit, read_picture

from tests.hostile.picture_files import encode, noise
from tests.hostile.pictures import FORMATS, exif, extras, tiff_tags

LARGEST_SEED = 8_000  # bytes of a picture
HEIC = Path("tests/images/quarters.heic")
FILES = ("config.json", "model.safetensors", "metrics.json", "judge.safetensors", "images.npz")
CONFIG = {
    "format": 1,
    "shape": [1, 28, 28],
    "conditions": ["0", "1"],
    "schedule": {"name": "cosine", "T": 30},
    "prediction": "eps",
    "network": {"widths": [8], "blocks": [1], "attention": [False], "embedding_width": 8},
}
Target = Callable[[bytes], None]


def main() -> None:
    arguments = parse_arguments()
    arguments.finds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        target, seeds = TARGETS[arguments.target](Path(folder))
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for k, seed in enumerate(seeds):
            (corpus / str(k)).write_bytes(seed)
        options = [f"-max_total_time={arguments.seconds}", f"-artifact_prefix={arguments.finds}/"]
        options += ["-timeout=60", "-rss_limit_mb=3000", "-max_len=100000"]
        atheris.Setup([sys.argv[0], *options, str(corpus)], target)
        atheris.Fuzz()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Look for files that make a reader fail.")
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--finds", type=Path, default=Path("finds"), help="where they are kept")
    return parser.parse_args()


def images(_: Path) -> tuple[Target, Iterator[bytes]]:
    def read(content: bytes) -> None:
        for reader, shape in ((read_picture, (64, 64, 3)), (read_digit, (28, 28, 1))):
            try:
                pixels = reader(content)
            except PictureError as error:
                check_sentence(error)
            else:
                if pixels.shape != shape or pixels.dtype != np.uint8:
                    raise AssertionError(f"{pixels.dtype} {pixels.shape}")

    picture_files.LARGEST_PICTURE = 1_000_000  # large ones only take time
    seeds = [encode(noise(12, 9), form) for form in FORMATS] + [HEIC.read_bytes()]
    seeds += [encode(noise(12, 9).convert(mode), "TIFF") for mode in ("1", "L", "CMYK", "F", "I")]
    seeds += [seed for part in (exif, extras, tiff_tags) for _, seed in part()]
    return read, (seed for seed in seeds if len(seed) <= LARGEST_SEED)


def checkpoints(folder: Path) -> tuple[Target, Iterator[bytes]]:
    """The first byte says which file of a sound checkpoint the rest of the bytes replace."""
    path = folder / "tiny"
    save_denoiser(path, build_denoiser(CONFIG).network.state_dict(), CONFIG)
    save_judge(Judge((1, 28, 28), 2), path / "judge.safetensors")
    errors = {"t": [1], "seen": [0.5], "num_seen": 1, "held_out": [0.5], "num_held_out": 1}
    (path / "metrics.json").write_text(json.dumps({"eps_mse": errors}))
    names, pixels = np.array(["a", "b"]), np.zeros((2, 28, 28, 1), np.uint8)
    np.savez(
        path / "images.npz", images=pixels, names=names, kinds=names, held_out=np.zeros(2, bool)
    )
    sound = {name: (path / name).read_bytes() for name in FILES}
    load_exhibit("tiny", folder)  # what is mutated must be sound

    readers = {  # all that is read of an exhibit takes ten times as long
        "config.json": lambda _: load_denoiser(path),
        "model.safetensors": lambda _: load_denoiser(path),
        "metrics.json": lambda _: read_metrics(path, CONFIG["schedule"]["T"]),
        "judge.safetensors": lambda file: load_judge(file, (1, 28, 28), 2),
        "images.npz": load_gallery,
    }

    def read(content: bytes) -> None:
        name = FILES[content[0] % len(FILES)] if content else FILES[0]
        (path / name).write_bytes(content[1:])
        try:
            readers[name](path / name)
        except (CheckpointError, GalleryError) as error:
            check_sentence(error)
        finally:
            (path / name).write_bytes(sound[name])

    torch.set_num_threads(1)
    logging.disable()  # each judge and each metrics.json left out is a line
    return read, (bytes([k]) + sound[name][:100_000] for k, name in enumerate(FILES))


def check_sentence(error: Exception) -> None:
    if "\n" in str(error) or not str(error).endswith("."):
        raise AssertionError(f"No sentence: {error}") from error


TARGETS = {"images": images, "checkpoints": checkpoints}

if __name__ == "__main__":
    main()
