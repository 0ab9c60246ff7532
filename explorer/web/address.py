"""Where the app listens: is that address to be had, and who reaches it?"""

import os
import socket
from collections.abc import Collection, Mapping

from explorer.web.hosts import is_loopback

HERE = "127.0.0.1"


def listens_on(host: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The address that Gradio will take, without an IPv6 address's brackets."""
    return (host or environment.get("GRADIO_SERVER_NAME") or HERE).strip("[]")


def check_address(host: str, port: int | None) -> None:
    """Raise OSError or ValueError, in one sentence, if it cannot be listened on.

    `port` None is one that will be looked for later.
    """
    if port is not None and not 1 <= port <= 65535:
        raise ValueError(f"--port must lie in 1..65535, not {port}.")
    try:
        family = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, 0), family=family).close()
    except (OSError, UnicodeError) as error:
        raise OSError(
            f"--host {host} is no address of this machine; 0.0.0.0 stands for all that it has."
        ) from error
    if port is None:
        return
    try:
        socket.create_server((host, port), family=family).close()
    except PermissionError as error:
        raise OSError(f"Port {port} may not be used here; choose one from 1024 on.") from error
    except OSError as error:
        raise OSError(f"Port {port} of {host} is taken; choose another with --port.") from error


def known_names(
    host: str, names: Collection[str], share: bool, environment: Mapping[str, str] = os.environ
) -> Collection[str] | None:
    """The names to be asked under, for `Hosts`: on this machine its own and `names`.

    Where the app is meant for others (every address, a public link, a Space, a proxy that was told
    a path), any name will do, unless `names` says which.
    """
    told = share or environment.get("SPACE_ID") or environment.get("GRADIO_ROOT_PATH")
    return names if names or (is_loopback(host) and not told) else None


def who_can_open(host: str, code: str | None, share: bool) -> str | None:
    """One line for the log if it is more than this machine."""
    if is_loopback(host) and not share:
        return None
    where = "who has the link" if share else "on the network of this machine"
    if code:
        return f"Everybody {where} can open the app with its code."
    return f"Everybody {where} can open the app; --code WORD would ask for a code."
