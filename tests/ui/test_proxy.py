"""Behind nginx, under a sub-path, as the README says: with the very file that it names."""

import io
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.ui.test_framed import run_anew
from tests.ui.test_kept import UPLOAD, upload
from tests.ui.test_page import wait_card, wait_query

pytestmark = pytest.mark.ui

ROOT = Path(__file__).parents[2]
CONFIG = """
{user} worker_processes 1; pid nginx.pid; error_log stderr; daemon off;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fast;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def nginx() -> str:
    """The program; skipped where it is missing, but not in CI, which installs it."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        assert not os.environ.get("CI"), "nginx must be here: see .ci/run"
        pytest.skip("nginx is not installed")
    return found


@pytest.fixture(scope="module")
def proxied(nginx, colour_exhibit, grey_exhibit, tmp_path_factory, eventually) -> Iterator[str]:
    """The address, at the proxy, of the page with networks that cost nothing."""
    from explorer.interface import build_interface
    from explorer.page.shelf import Shelf
    from explorer.serving import Settings, launch, sheets_folder

    folder, port, inner = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    locations = (ROOT / "hosting" / "nginx.conf").read_text(encoding="utf-8")
    assert "http://127.0.0.1:7860/" in locations
    locations = locations.replace(":7860/", f":{inner}/")
    # Started by root, it would work as somebody who may not write here.
    user = "user root;" if os.geteuid() == 0 else ""
    config = CONFIG.format(user=user, port=port, locations=locations)
    (folder / "nginx.conf").write_text(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", "/explorer")
        page = build_interface(
            Shelf({"tiny": colour_exhibit, "strokes": grey_exhibit}, sheets_folder())
        )
        app, _ = launch(page, Settings(host="127.0.0.1", port=inner), block=False)
    server = subprocess.Popen([nginx, "-p", str(folder), "-c", "nginx.conf"])
    address = f"http://localhost:{port}/explorer/"

    def answers() -> bool:
        assert server.poll() is None
        try:
            return httpx.get(f"{address}healthz").text == "ok"
        except httpx.TransportError:
            return False

    try:
        eventually(answers)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        app.close(verbose=False)


def noise_of(megabytes: float) -> bytes:
    """A PNG of about that size; noise cannot be packed."""
    side = int((megabytes * 1e6 / 3) ** 0.5)
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def test_a_visitor_sees_no_difference(proxied, new_page, another_visitor):
    """A link, the gallery's sheet, the slider, a photo of 9 MB, a run, and a reload."""
    page = new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visitor = another_visitor(page)
    visitor.address = proxied
    visitor.open(denoiser="tiny", t=9, seed=7)
    assert visitor.slider() == 9
    visitor.move_t(20)
    visitor.wait_prediction(20)
    upload(page, noise_of(9))
    visitor.enter("reverse")
    page.click("#run-settings > button")
    visitor.set_number("#steps", 5)
    run_anew(page)
    wait_query(page, t="20")
    assert page.url.startswith(proxied)
    page.reload()
    visitor.wait_lesson("reverse")
    wait_card(page, UPLOAD)
    assert visitor.slider() == 20
    assert any("/sheets/" in url for url in asked)
    strays = [url for url in asked if url.startswith("http") and not url.startswith(proxied)]
    assert strays == []


def test_a_program_and_a_monitor_see_no_difference(proxied):
    with httpx.Client(base_url=proxied, timeout=60) as client:
        assert client.get("readyz").text in ("ready", "warming up")
        assert client.get(proxied.rstrip("/")).headers["location"].endswith("/explorer/")
        page = client.get("", headers={"accept-encoding": "gzip"})
        assert page.headers["content-encoding"] == "gzip"
        assert "script-src 'sha256-" in page.headers["content-security-policy"]
        files = {"files": ("photo.png", noise_of(10.5))}  # nginx lets it pass; we say why not
        refused = client.post("gradio_api/upload", files=files)
        assert (refused.status_code, refused.text) == (
            413,
            "This file is too large: at most 10 MB, please.",
        )
        foreign = {"origin": "http://evil.example"}
        assert client.post("gradio_api/queue/join", json={}, headers=foreign).status_code == 403
        asked = client.post(
            "gradio_api/call/add_noise", json={"data": ["tiny", "black cat", 9, 7]}
        ).json()
        assert "x_t" in client.get(f"gradio_api/call/add_noise/{asked['event_id']}").text
