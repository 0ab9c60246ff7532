"""Bodies that are too large, too slow, too many, or broken off."""

import asyncio

import pytest

from explorer.web.bodies import Bodies, Gone, Refused, replay


def arriving(*pieces: bytes | None, more: bool = False):
    """A `receive`: pieces one by one; None is a client that leaves; `more` never ends."""
    left = list(pieces)

    async def receive():
        if not left:
            await asyncio.Event().wait()
        piece = left.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(left) or more}

    return receive


def read(bodies: Bodies, receive, most: int = 10) -> bytes:
    return asyncio.run(bodies.read(receive, most, "Too large."))


def test_a_body_comes_whole_and_can_be_told_again():
    bodies = Bodies()
    assert read(bodies, arriving(b"ab", b"", b"cd")) == b"abcd"
    assert bodies.coming == 0

    async def both():
        again = replay(b"abcd", arriving(None))
        return await again(), await again()

    assert asyncio.run(both()) == (
        {"type": "http.request", "body": b"abcd", "more_body": False},
        {"type": "http.disconnect"},
    )


@pytest.mark.parametrize(
    "receive, settings, status",
    [
        (arriving(b"x" * 11), {}, 413),
        (arriving(b"x" * 6, b"x" * 5, more=True), {}, 413),  # before it has all come
        (arriving(b"x" * 6, more=True), {"patience": 0.01}, 408),
        (arriving(b"x" * 6), {"at_once": 5}, 503),
    ],
)
def test_what_is_too_much_is_refused(receive, settings, status):
    bodies = Bodies(**settings)
    with pytest.raises(Refused) as caught:
        read(bodies, receive)
    assert caught.value.status == status
    assert bodies.coming == 0


def test_who_leaves_is_not_waited_for():
    bodies = Bodies()
    with pytest.raises(Gone):
        read(bodies, arriving(b"x", None))
    assert bodies.coming == 0
