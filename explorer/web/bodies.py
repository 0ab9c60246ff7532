"""Reading what a client sends: whole, within a limit of bytes and of time, or not at all."""

import asyncio

from starlette.types import Message, Receive

PATIENCE = 300.0  # seconds for one body to come in: 10 MB over a slow phone


class Refused(Exception):
    """This request is answered with a status and a sentence."""

    def __init__(self, status: int, text: str):
        super().__init__(text)
        self.status, self.text = status, text


class Gone(Exception):
    """The client left in the middle: there is nobody to answer."""


class Bodies:
    """All bodies that are coming in at this moment, together at most `at_once` bytes."""

    def __init__(self, at_once: int = 200 * 2**20, patience: float = PATIENCE):
        self.at_once, self.patience = at_once, patience
        self.coming = 0

    async def read(self, receive: Receive, most: int, too_large: str) -> bytes:
        """The body. Raises `Refused` as soon as it is known to be too large or too slow."""
        body = bytearray()
        try:
            async with asyncio.timeout(self.patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    piece = message.get("body", b"")
                    body += piece
                    self.coming += len(piece)
                    if len(body) > most:
                        raise Refused(413, too_large)
                    if self.coming > self.at_once:
                        raise Refused(503, "Too much is being sent at once; please try again.")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise Refused(408, "This took too long to arrive; please send it again.") from None
        finally:
            self.coming -= len(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that tells the body once more, then what the client really does next."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
