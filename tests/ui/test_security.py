"""The Content-Security-Policy in a browser: the whole page keeps it, and needs its exceptions."""

import re

import pytest

pytestmark = pytest.mark.ui

LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
    window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
EXCEPTIONS = [
    ("script-src", " 'unsafe-eval'", "script-src eval"),
    ("script-src", r" 'sha256-[^']*'", "script-src-elem inline"),
    ("style-src", " 'unsafe-inline'", "style-src-attr inline"),
    ("img-src", " data:", "img-src data"),
    ("base-uri", " 'self'", "base-uri"),
    ("connect-src", " 'self'", "connect-src"),
    ("font-src", " data:", "font-src data"),
]


def open_all(page) -> None:
    for fold in page.locator(".gr-accordion > button").all():
        if fold.is_visible() and "open" not in fold.get_attribute("class").split():
            fold.click()


def test_the_whole_page_keeps_the_policy(visitor):
    """All lessons, all figures, an upload with its preview, the webcam, a drawing, the GIF."""
    page = visitor.page
    page.add_init_script(LISTEN)
    with page.expect_response(visitor.address) as answer:
        visitor.open()
    assert "script-src 'sha256-" in answer.value.headers["content-security-policy"]
    for link in page.locator("nav[aria-label=Lessons] a").all():
        link.click()
    open_all(page)
    visitor.figure("histogram-figure")
    page.get_by_role("tab", name="Upload").click()
    page.click("#chooser button[aria-label='Capture from camera']")
    page.get_by_text("Click to Access Webcam").click()
    page.wait_for_function("() => document.querySelector('#chooser video')?.videoWidth > 0")
    page.click("#chooser button[aria-label='capture photo']")
    visitor.wait_text("#card", "Your upload")
    page.wait_for_function(
        """() => [...document.querySelectorAll('#chooser img')].some(
            (image) => image.src.includes('/gradio_api/file=') && image.naturalWidth > 0)"""
    )
    with page.expect_download() as caught:
        page.click("#gif")
    assert caught.value.suggested_filename.endswith(".gif")
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("directive, exception, broken", EXCEPTIONS)
def test_the_page_needs_each_exception(context_for, app_url, directive, exception, broken):
    page = context_for().new_page()
    page.add_init_script(LISTEN)

    def stricter(route):
        answer = route.fetch()
        rules = answer.headers["content-security-policy"].split("; ")
        changed = [
            re.sub(exception, "", rule) if rule.startswith(f"{directive} ") else rule
            for rule in rules
        ]
        assert changed != rules
        policy = "; ".join(changed)
        route.fulfill(
            response=answer, headers={**answer.headers, "content-security-policy": policy}
        )

    page.route(app_url, stricter)
    page.goto(app_url)
    if directive == "font-src":  # of the mathematics in what is folded up
        page.wait_for_selector("#scrubber [data-state=done]")
        open_all(page)
    page.wait_for_function(
        "(start) => window.violations.some((one) => one.startsWith(start))", arg=broken
    )
    page.close()
