"""Settings, devices, theme and launch: the only place that knows how the app is run."""

import logging
import os
import time
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import gradio as gr
import torch
from gradio.themes import Base
from gradio.themes.utils import colors, sizes

import explorer
from explorer import zero_gpu
from explorer.denoiser.engine import CORES
from explorer.denoiser.turns import Turns, share
from explorer.exhibits.exhibit import load_exhibits
from explorer.head import page_head
from explorer.interface import build_interface
from explorer.lessons.lesson import find_lessons
from explorer.page.line import Line, no_gpu
from explorer.page.sentences import Page
from explorer.page.shelf import Shelf
from explorer.web.address import check_address, known_names, listens_on, who_can_open
from explorer.web.door import Door
from explorer.web.faults import no_bare_error
from explorer.web.folder import own_folder
from explorer.web.headers import ANCESTORS
from explorer.web.uploads import LARGEST_FILE, Uploads

HERE = Path(__file__).parent
CHECKPOINTS = HERE.parent / "checkpoints"
MOST_THREADS = 120  # whoever waits in a line holds one


@dataclass(frozen=True)
class Settings:
    """`host` None is Gradio's own choice (this machine; all addresses on Spaces).

    `port` None takes the first free one from 7860; `device` "auto" prefers a GPU of our own;
    `names` are further names of this machine, by which a proxy asks; `code` is a word without which
    nobody gets in; `frame_ancestors` are the sites whose pages may show the app in a frame.
    """

    host: str | None = None
    port: int | None = None
    device: str = "auto"
    share: bool = False
    checkpoints: Path = CHECKPOINTS
    names: tuple[str, ...] = ()
    code: str | None = None
    frame_ancestors: tuple[str, ...] = ANCESTORS


def choose_device(wanted: str) -> torch.device:
    """ValueError if `wanted` is not to be had here."""
    on_loan = explorer.on_zero_gpu()  # it pretends to be there all the time
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() and not on_loan else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise ValueError(f"--device must be auto, cpu or cuda, not {wanted!r}.") from error
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"--device must be auto, cpu or cuda, not {wanted!r}.")
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("--device cuda: PyTorch finds no GPU here; use --device cpu.")
    if device.type == "cuda" and on_loan:
        raise ValueError("--device cuda: ZeroGPU lends one for long runs only; use --device auto.")
    return device


@cache
def uploads_folder() -> Path:
    """This process's own, so that nothing of other Gradio apps is in reach, and all goes with it.

    Gradio takes files from there and from nowhere else.
    """
    folder = own_folder() / "uploads"
    folder.mkdir()
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    # Gradio imports matplotlib where it is installed, and that would write into the home folder.
    os.environ.setdefault("MPLCONFIGDIR", str(folder.parent / "matplotlib"))
    return folder


def sheets_folder() -> Path:
    """Where the gallery's thumbnails are written for the browser to fetch."""
    folder = uploads_folder().parent / "sheets"
    folder.mkdir(exist_ok=True)
    return folder


def build_app(settings: Settings) -> Page:
    """The page with its networks loaded."""
    device = choose_device(settings.device)
    torch.set_num_threads(1)
    turns = Turns(at_once=CORES if device.type == "cpu" else 1)
    exhibits = load_exhibits(settings.checkpoints, device, partial(share, turns=turns))
    logging.getLogger(__name__).info("%s on %s", ", ".join(exhibits), device)
    line = Line(turns.at_once, turns.expect)
    shelf = Shelf(exhibits, sheets_folder(), line)
    if explorer.on_zero_gpu():
        shelf.compute_long = zero_gpu.ZeroGpu(exhibits, settings.checkpoints, no_gpu)
    return build_interface(shelf)


def in_rem(size: sizes.Size) -> sizes.Size:
    """The same lengths, which grow with the page's type (see page.css) and the reader's own."""
    steps = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl")
    lengths = {step: int(getattr(size, step).removesuffix("px")) for step in steps}
    return sizes.Size(**{step: f"{length / 16}rem" for step, length in lengths.items()})


def theme() -> Base:
    """Paper and ink; fonts that the visitor's machine has."""
    return Base(
        primary_hue=colors.teal,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_md,
        text_size=in_rem(sizes.text_lg),
        spacing_size=in_rem(sizes.spacing_md),
        font=["system-ui", "Segoe UI", "Helvetica", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    ).set(
        body_background_fill="#fcfbf9",
        body_background_fill_dark="#17181b",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_600",
        slider_color="*primary_700",
        slider_color_dark="*primary_400",
    )


def serve(settings: Settings, *, block: bool = True) -> tuple[Page, str]:
    """Build the app and open its port.

    Args:
        block: stay until the process is stopped; tests do not.

    Returns:
        The page, and its address.

    Raises:
        ValueError: bad settings or no usable checkpoint (CheckpointError), in one sentence.
        OSError: the host or the port is not to be had.
    """
    check_address(listens_on(settings.host), settings.port)
    return launch(build_app(settings), settings, block=block)


def launch(app: Page, settings: Settings, *, block: bool = True) -> tuple[Page, str]:
    """Open the port, with the door before it; see `serve`."""
    host = listens_on(settings.host)
    door = Door(
        Uploads(uploads_folder()),
        sheets_folder(),
        names=known_names(host, settings.names, settings.share),
        ancestors=settings.frame_ancestors,
        head=page_head(find_lessons()),
        code=settings.code,
        ready=app.shelf.is_ready,
    )
    app.heed(door.listening)
    if whom := who_can_open(host, settings.code, settings.share):
        logging.getLogger(__name__).info(whom)
    _, address, _ = app.queue(default_concurrency_limit=2, api_open=False).launch(
        server_name=f"[{host}]" if ":" in host else host,
        server_port=settings.port,
        share=settings.share,
        theme=theme(),
        head=door.head,
        prevent_thread_lock=True,
        quiet=not block,
        _frontend=False,  # else it asks itself for the page, and gives up on a machine that is busy
        run_history=False,
        ssr_mode=False,
        show_error=True,
        max_threads=MOST_THREADS,
        max_file_size=LARGEST_FILE,
        app_kwargs={
            "middleware": door.inside(),
            "lifespan": door.lifespan,
            "exception_handlers": {Exception: no_bare_error},
        },
        state_session_capacity=200,
        footer_links=["api", "settings"],
    )
    app.shelf.prepare()
    if block:
        stay(app)
    return app, address


def stay(app: gr.Blocks) -> None:
    """Until Ctrl-C, or whatever is made to end the process as it does."""
    try:
        while app.is_running:
            time.sleep(0.2)
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("Closing.")
    finally:
        app.close(verbose=False)
