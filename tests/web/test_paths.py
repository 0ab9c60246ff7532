"""What is open of Gradio's routes, one by one, and that all else is closed."""

import re

import pytest

# Everything that the page and programs need; whatever a new Gradio adds is closed until it is here.
OPEN_ON_PURPOSE = {
    "GET /", "HEAD /", "GET /config", "GET /config/",
    "GET /assets/{path:path}", "GET /static/{path:path}",
    "GET /theme.css", "GET /favicon.ico", "GET /manifest.json", "GET /robots.txt",
    "GET /gradio_api/theme.css", "GET /gradio_api/info", "GET /gradio_api/info/",
    "GET /gradio_api/openapi.json", "GET /gradio_api/app_id", "GET /gradio_api/startup-events",
    "GET /gradio_api/heartbeat/{session_hash}", "GET /gradio_api/queue/data",
    "GET /gradio_api/upload_progress", "POST /gradio_api/upload",
    "GET /gradio_api/file={path_or_url:path}", "HEAD /gradio_api/file={path_or_url:path}",
    "GET /gradio_api/call/{api_name}/{event_id}", "POST /gradio_api/call/{api_name}",
    "POST /gradio_api/run/{api_name}", "POST /gradio_api/queue/join",
    "POST /gradio_api/cancel", "POST /gradio_api/reset",
}  # fmt: skip


def routes() -> set[str]:
    """ "GET /config" and so on: every route of the Gradio that is installed."""
    import gradio as gr

    with gr.Blocks() as page:
        gr.Markdown("")
    app = gr.routes.App.create_app(page)
    return {
        f"{method} {route.path}"
        for route in walk(app.routes)
        for method in getattr(route, "methods", None) or ("GET",)
    }


def walk(routes_):
    for route in routes_:
        included = getattr(route, "original_router", None)  # how FastAPI keeps a router's routes
        yield from walk(included.routes) if included else [route]


def test_a_route_is_open_only_on_purpose():
    from explorer.web.paths import is_open

    there = routes()
    assert there >= OPEN_ON_PURPOSE
    example = {route: re.sub(r"\{[^}]*\}", "some", route).split(" ", 1) for route in there}
    assert {route for route in there if is_open(*example[route])} == OPEN_ON_PURPOSE


@pytest.mark.parametrize(
    "target",
    [
        *(
            "/docs",
            "/redoc",
            "/openapi.json",
            "/monitoring",
            "/monitoring/summary",
            "/monitoring/x",
        ),
        *("/gradio_api/dev/reload", "/gradio_api/token", "/gradio_api/user", "/gradio_api/runs"),
        *("/gradio_api/proxy=https://x.hf.space/", "/gradio_api/component_server", "/login"),
        *("/gradio_api/file/etc/passwd", "/gradio_api/vibe-code/", "/gradio_api/mcp/", "/app.py"),
        *(
            "/gradio_api/queue/status",
            "/gradio_api/deep_link",
            "//",
            "/gradio_api/",
            "/./config/..",
        ),
    ],
)
def test_closed_ones_answer_404_with_a_sentence(raw, target):
    for method in ("GET", "POST", "DELETE", "PUT", "OPTIONS", "PATCH", "TRACE"):
        status, _, body = raw(method, target)
        assert status == 404, (method, target)
        assert b"There is nothing at this address." in body or method == "HEAD"
