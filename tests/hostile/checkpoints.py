"""Checkpoints that nobody should trust: folders written by script, in a second.

`hostile_checkpoints` cannot be shown; `hostile_extras` can, without what is wrong beside them.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.hostile.archives import hostile_archives
from tests.hostile.configs import hostile_configs
from tests.hostile.figures import hostile_metrics
from tests.hostile.sound import (
    CONFIG_FILE,
    IMAGES,
    NO_FILES,
    WEIGHTS,
    Spoil,
    instead_of,
    sound_checkpoint,
)
from tests.hostile.weights import hostile_judges, hostile_weights


def hostile_checkpoints(folder: Path) -> list[str]:
    """Write folders that cannot be shown; their names."""
    cases = [*hostile_configs(), *hostile_weights(), *hostile_archives(), *_no_files()]
    return _write(folder, cases)


def hostile_extras(folder: Path) -> list[str]:
    """Write folders whose network and pictures are sound, and whose judge or figures are not."""
    return _write(folder, [*hostile_judges(), *hostile_metrics()])


def _write(folder: Path, cases: list[tuple[str, Spoil]]) -> list[str]:
    sound_checkpoint(folder / "template")
    files = {file.name: file.read_bytes() for file in (folder / "template").iterdir()}
    for name in files:
        (folder / "template" / name).unlink()
    (folder / "template").rmdir()
    for name, spoil in cases:
        (folder / name).mkdir()
        for file, content in files.items():
            (folder / name / file).write_bytes(content)
        spoil(folder / name)
    return [name for name, _ in cases]


def _no_files() -> Iterator[tuple[str, Spoil]]:
    for file in (CONFIG_FILE, WEIGHTS, IMAGES):
        for kind, make in NO_FILES.items():
            yield f"{kind}-as-{Path(file).stem}", instead_of(file, make)
    yield "loop-as-model", instead_of(WEIGHTS, lambda path: path.symlink_to(path))
    yield "weights-missing", lambda path: (path / WEIGHTS).unlink()
