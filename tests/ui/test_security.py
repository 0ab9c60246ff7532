"""The Content-Security-Policy in a browser: the whole page keeps it, and needs its exceptions."""

import re

import pytest

pytestmark = pytest.mark.ui

LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
    window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
EXCEPTIONS = [  # directive, exception, and what is refused without it
    [
        ("img-src", " data:", "img-src data"),
        ("style-src", " 'unsafe-inline'", "style-src-attr inline"),
        ("base-uri", " 'self'", "base-uri"),
        ("font-src", " data:", "font-src data"),
    ],
    [
        ("script-src", " 'unsafe-eval'", "script-src eval"),
        ("connect-src", " 'self'", "connect-src"),
    ],
    [("script-src", " 'sha256-[^']*'", "script-src-elem inline")],
]


def open_all(page) -> None:
    """All folds of what is in sight, and look at each: what is far away draws nothing."""
    page.evaluate(
        """async () => {
            const frame = () => new Promise(requestAnimationFrame);
            for (const fold of document.querySelectorAll('.gr-accordion > button:not(.open)')) {
                if (!fold.checkVisibility()) continue;
                fold.click();
                fold.scrollIntoView({ behavior: 'instant' });
                for (let k = 0; k < 3; k++) await frame();
            }
        }"""
    )


def test_the_picture_ways_keep_the_policy(visitor):
    """An upload with its preview, the webcam, the GIF; all lessons and figures: test_page.py."""
    page = visitor.page
    page.add_init_script(LISTEN)
    visitor.open(lesson="noise_prediction")
    page.click("#chooser > button")
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
    visitor.enter("reverse")
    with page.expect_download() as caught:
        page.click("#gif")
    assert caught.value.suggested_filename.endswith(".gif")
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("together", EXCEPTIONS, ids=lambda together: together[0][0])
def test_the_page_needs_each_exception(context_for, app_url, together):
    """Without it something of the page is refused. Those that leave the rest alone go together."""
    page = context_for().new_page()
    page.add_init_script(LISTEN)

    def stricter(route):
        answer = route.fetch()
        rules = answer.headers["content-security-policy"].split("; ")
        for directive, exception, _ in together:
            changed = [
                re.sub(exception, "", rule) if rule.startswith(f"{directive} ") else rule
                for rule in rules
            ]
            assert changed != rules
            rules = changed
        policy = "; ".join(rules)
        route.fulfill(
            response=answer, headers={**answer.headers, "content-security-policy": policy}
        )

    page.route(lambda url: url.startswith(f"{app_url}?"), stricter)
    page.goto(f"{app_url}?lesson=single_step")
    if any(directive == "font-src" for directive, *_ in together):  # of mathematics
        page.wait_for_selector("#lesson-single-step .gr-accordion")
        open_all(page)
    for *_, broken in together:
        page.wait_for_function(
            "(start) => window.violations.some((one) => one.startsWith(start))", arg=broken
        )
    page.close()
