"""Who may know whom: torch on the left, gradio on the right, numpy between."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS_OF_OURS = {
    "diffusion": set(),
    "denoiser": {"diffusion"},
    "images": set(),
    "training": {"diffusion", "denoiser", "images"},
    "components": set(),
    "exhibits": {"diffusion", "denoiser", "images"},
    "page": {"exhibits", "images", "components"},
    "lessons": {"diffusion", "denoiser", "images", "exhibits", "page", "components"},
    "contents": {"page", "lessons"},
    "head": {"components", "contents", "lessons"},
    "interface": {"exhibits", "components", "page", "lessons", "api", "contents"},
    "api": {"exhibits", "images", "page", "lessons"},
    "cli": {"denoiser", "exhibits", "images", "page", "lessons"},
    "__main__": {"cli"},
    "web": set(),
    "zero_gpu": {"denoiser", "exhibits"},
    "serving": {
        *("denoiser", "exhibits", "components", "page", "lessons", "interface", "web"),
        *("zero_gpu", "head"),
    },
    "app": {"serving", "web"},
}
WHO_MAY_KNOW = {
    "torch": {"diffusion", "denoiser", "training", "exhibits", "lessons", "serving"},
    "gradio": {"components", "page", "lessons", "interface", "api", "serving", "app"},
    "plotly": {"page", "lessons"},
    "safetensors": {"denoiser", "training"},
    "onnxruntime": {"denoiser"},
    "huggingface_hub": {"denoiser", "training"},
    "PIL": {"images", "training"},
    "pi_heif": {"images"},
    "numpy": {"images", "training", "exhibits", "components", "page", "lessons", "api", "cli"},
    "tqdm": {"training"},
    "starlette": {"web"},
    "brotli": {"web"},
    "segno": {"web"},
    "spaces": {"__init__", "zero_gpu"},
}
# In a lesson's folder a file's name says which of the two worlds it stands in.
IN_A_LESSON = {
    "torch": {"compute", "stepwise", "pictures"},
    "plotly": {"figure", "stepwise_figure"},
    "gradio": {"panel", "stepwise_panel"},
}
# Maths has no devices, files, logging or environment.
NOT_FOR_MATHS = {"os", "sys", "io", "pathlib", "shutil", "tempfile", "logging", "json", "random"}
NOT_FOR_MATHS |= {"subprocess", "socket", "urllib", "time", "warnings"}


@dataclass(frozen=True)
class Import:
    """One imported name: `from explorer.diffusion.forward import diffuse`."""

    file: Path
    module: str
    name: str | None

    @property
    def place(self) -> str:
        return str(self.file.relative_to(ROOT))


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "explorer").rglob("*.py"))]


def part(file: Path) -> str:
    """explorer/diffusion/forward.py -> "diffusion"; explorer/serving.py -> "serving"."""
    inside = file.relative_to(ROOT).parts
    return Path(inside[1 if inside[0] == "explorer" else 0]).stem


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        yield node
        yield from at_run_time(node)


def imports_of(file: Path) -> Iterator[Import]:
    package = ".".join(file.relative_to(ROOT).parts[:-1])
    for node in at_run_time(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(filter(None, [above, node.module]))
            yield from (Import(file, module, alias.name) for alias in node.names)


@cache
def imports() -> list[Import]:
    """All of ours: read when first asked for, and not by whoever only collects the tests."""
    return [found for file in sources() for found in imports_of(file)]


def our_part(found: Import) -> str | None:
    """The part of ours that is imported, also by `from explorer import page`."""
    names = found.module.split(".") + ([found.name] if found.name else [])
    return names[1] if names[0] == "explorer" and len(names) > 1 else None


def test_the_rules_name_every_part():
    there = {part(file) for file in sources() if file != ROOT / "explorer" / "__init__.py"}
    assert there == set(PARTS_OF_OURS)


@pytest.mark.parametrize("name", PARTS_OF_OURS)
def test_a_part_knows_only_the_parts_to_its_left(name):
    wrong = [
        f"{found.place} imports {found.module}"
        for found in imports()
        if part(found.file) == name and our_part(found) not in {None, name} | PARTS_OF_OURS[name]
    ]
    assert wrong == []


def test_nobody_imports_the_training():
    assert [f.place for f in imports() if our_part(f) == "training" != part(f.file)] == []


def lesson_of(module: str) -> str | None:
    """explorer.lessons.break_it.panel -> "break_it"; what all lessons declare is no lesson's."""
    names = module.split(".")
    inside = names[:2] == ["explorer", "lessons"] and len(names) > 2
    return names[2] if inside and names[2] not in ("lesson", "lesson.py") else None


def is_at_home(found: Import) -> bool:
    """Is what is imported no lesson's, or the very lesson's that imports it?"""
    inside = ".".join(found.file.relative_to(ROOT).parts)
    return lesson_of(found.module) in (None, lesson_of(inside))


def test_no_lesson_knows_another_and_nothing_below_knows_any():
    wrong = [
        f"{found.place} imports {found.module}"
        for found in imports()
        if part(found.file) not in ("interface", "api", "cli") and not is_at_home(found)
    ]
    assert wrong == []


@pytest.mark.parametrize("library", IN_A_LESSON)
def test_in_a_lesson_a_librarys_place_is_in_the_files_name(library):
    files = {
        found.file.stem
        for found in imports()
        if part(found.file) == "lessons" and found.module.split(".")[0] == library
    }
    assert files - IN_A_LESSON[library] == set()


def test_figures_know_only_results():
    """Types and constants of what is computed, never what computes it."""
    names = {
        f"{found.place}: {found.module}.{found.name}"
        for found in imports()
        if "figure" in found.file.stem and our_part(found) in ("exhibits", "lessons")
    }
    assert names
    assert [name for name in names if not name.rpartition(".")[2][:1].isupper()] == []


@pytest.mark.parametrize("library", WHO_MAY_KNOW)
def test_a_library_is_known_only_where_it_belongs(library):
    users = {part(f.file): f.place for f in imports() if f.module.split(".")[0] == library}
    assert {name: users[name] for name in users.keys() - WHO_MAY_KNOW[library]} == {}


def test_there_is_no_library_besides():
    known = {*WHO_MAY_KNOW, "explorer", "", *sys.stdlib_module_names}
    strangers = {f.module.split(".")[0]: f.place for f in imports()}
    assert {name: place for name, place in strangers.items() if name not in known} == {}


def test_the_maths_knows_no_files_logging_or_environment():
    wrong = [
        f"{found.place} imports {found.module}"
        for found in imports()
        if part(found.file) == "diffusion" and found.module.split(".")[0] in NOT_FOR_MATHS
    ]
    assert wrong == []
    for file in (ROOT / "explorer" / "diffusion").glob("*.py"):
        calls = [n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Call)]
        assert {"open", "print", "input"}.isdisjoint(getattr(c.func, "id", "") for c in calls), file


@pytest.mark.parametrize("name", ["diffusion", "denoiser", "exhibits", "images", "page", "lessons"])
def test_nobody_touches_a_global_random_generator(name):
    """Random functions are called with a generator, and no module's own state is seeded."""
    random = {"randn", "rand", "randint", "randperm", "randn_like", "rand_like", "bernoulli"}
    for file in (ROOT / "explorer" / name).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner, called = ast.unparse(node.func.value), node.func.attr
            where = f"{file.relative_to(ROOT)}:{node.lineno}"
            if owner in ("torch", "np.random", "random") and called in random:
                assert any(keyword.arg == "generator" for keyword in node.keywords), where
            assert (owner, called) not in {("torch", "manual_seed"), ("np.random", "seed")}, where


def in_a_fresh_process(code: str, *arguments: str) -> str:
    """Run `code` where nothing of ours is imported yet -> what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


FORBID = """
import sys
class Forbid:
    def find_spec(self, name, path=None, target=None):
        if any(name == word or name.startswith(word + ".") for word in FORBIDDEN):
            raise ModuleNotFoundError("not here: " + name)
sys.meta_path.insert(0, Forbid())
"""

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
events = []
def watch(event, arguments):
    if event == "socket.bind" and arguments[1][1] != 0:  # port 0 is a library trying out IPv6
        events.append(f"{event} {arguments[1]}")
    if event in ("socket.connect", "socket.getaddrinfo"):
        events.append(f"{event} {arguments}")
    if event == "open" and str(arguments[0]).endswith((".safetensors", ".npz", "config.json")):
        if "checkpoints" in str(arguments[0]):
            events.append(f"{event} {arguments[0]}")
sys.addaudithook(watch)
import explorer
names = [module.name for module in pkgutil.walk_packages(explorer.__path__, "explorer.")
         if not any(module.name.startswith(word) for word in FORBIDDEN)]
for name in names + ["app"]:
    importlib.import_module(name)
assert events == [], events
"""

NO_UI_YET = """
import gc
import gradio
from gradio.context import Context
assert len(names) > 30 and Context.root_block is None
assert [o for o in gc.get_objects() if isinstance(o, gradio.blocks.Block)] == []
"""

START = """
from pathlib import Path
from explorer.serving import Settings, build_app
page = build_app(Settings(device="cpu", checkpoints=Path(sys.argv[1])))
assert "explorer.training" not in sys.modules
print(len(page.fns))
"""


def test_importing_opens_no_port_and_loads_no_weights_and_the_app_starts_without_training(
    digits_alone,
):
    forbidden = 'FORBIDDEN = ["explorer.training"]\n'
    code = forbidden + FORBID + IMPORT_EVERYTHING + NO_UI_YET + START
    printed = in_a_fresh_process(code, str(digits_alone))
    assert int(printed.split()[-1]) > 20


def test_the_training_needs_neither_gradio_nor_plotly():
    code = """
import explorer.training.__main__, explorer.training.run
"""
    in_a_fresh_process('FORBIDDEN = ["gradio", "plotly", "pandas"]\n' + FORBID + code)
