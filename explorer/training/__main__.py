"""The command. What it can do: `explorer.training.arguments`; what it does: `.run`."""

import os
import sys

from explorer.training.interrupts import Interrupted, Interrupts


def main() -> None:
    interrupts = Interrupts()
    try:
        with interrupts:
            with interrupts.held():  # torch takes seconds to import, and would make a mess of it
                from explorer.training.run import main as run
            run(interrupts)
    except Interrupted:
        signal = interrupts.received
        if signal is None:
            raise  # it is always set
        if os.environ.get("RANK", "0") == "0":  # under torchrun, one speaks for all
            told = f"explorer.training: stopped by {signal.name}; {interrupts.kept}"
            print(told, file=sys.stderr)
        raise SystemExit(128 + signal) from None  # as shells count


if __name__ == "__main__":
    main()
