"""The command. What it can do: `explorer.training.arguments`; what it does: `.run`."""

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
        print(f"explorer.training: stopped by {signal.name}; {interrupts.kept}", file=sys.stderr)
        raise SystemExit(128 + signal) from None  # as shells count


if __name__ == "__main__":
    main()
