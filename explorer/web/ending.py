"""How the process ends: SIGTERM and a closed terminal as Ctrl-C, and no work is waited for."""

import atexit
import logging
import os
import signal
import sys
from typing import NoReturn


def end_as_ctrl_c_does() -> None:
    """From now on a KeyboardInterrupt comes of SIGTERM (docker, systemd, Spaces) and SIGHUP too."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)


def leave(code: int) -> NoReturn:
    """End at once, with all that is to be done at exit.

    Threads that still compute for visitors who are gone would be waited for, minutes long; and
    libraries that are torn down under them abort ("terminate called without an active exception").
    """
    atexit._run_exitfuncs()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
