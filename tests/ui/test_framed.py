"""In a course's page of another site, whose frame may store nothing: all is as on its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.ui.test_kept import BLOCKED, UPLOAD, done, random_picture, upload
from tests.ui.test_page import query, wait_card

pytestmark = pytest.mark.ui

PAGE = """<!doctype html><title>Week 3</title><h1>Week 3</h1>
<iframe id="app" src="{}" width="1200" height="800" allow="camera; clipboard-write"></iframe>"""


@pytest.fixture
def course(small_url) -> Iterator[str]:
    """The course's page. The app is at 127.0.0.1: for a browser, localhost is another site."""
    body = PAGE.format(f"{small_url}?denoiser=strokes&t=30&seed=5").encode()

    class Course(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/course" else 204)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body if self.path == "/course" else b"")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Course) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://localhost:{server.server_port}/course"
        server.shutdown()


def run_anew(page) -> None:
    """Press the button, and wait for the end of just that run."""
    before = page.get_attribute("#scrubber [data-run]", "data-run")
    page.click("#run")
    page.wait_for_selector(f"#scrubber [data-state=done]:not([data-run='{before}'])")


def test_nothing_breaks_in_a_frame_without_storage(new_page, another_visitor, course):
    page = new_page()
    page.add_init_script(BLOCKED)
    page.goto(course)
    frame = page.query_selector("#app").content_frame()
    visitor = another_visitor(frame)
    visitor.wait_lesson("forward_noising")
    visitor.wait_scene("strokes", 5)
    visitor.wait_prediction(30)
    with pytest.raises(Exception, match="Access is denied"):
        frame.evaluate("localStorage.length")
    visitor.move_t(20)
    visitor.wait_prediction(20)
    done(frame)
    upload(frame, random_picture(28))
    frame.get_by_role("link", name="Reverse").first.click()
    visitor.wait_lesson("reverse")
    frame.click("#run-settings > button")
    visitor.set_number("#steps", 5)
    run_anew(frame)
    wait_card(frame, UPLOAD)
    assert page.url == course
    frame.wait_for_function("location.search.includes('t=20')")
    assert query(frame)["lesson"] == "reverse"
    frame.evaluate("location.reload()")  # nothing of one's own was kept; all else is in the address
    frame.wait_for_function("!document.querySelector('[data-keeper=done]')")
    done(frame)
    visitor.wait_lesson("reverse")
    assert query(frame)["t"] == "20"
    assert UPLOAD not in frame.inner_text("#card")
