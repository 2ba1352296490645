"""A Prefect server that ends with its parent: `python -m pipeline.flows.guarded PORT`, its standard input a pipe."""

from __future__ import annotations

import os
import sys
import threading


def main(port: int) -> None:
    """Serves the API on this machine's loopback until told to stop, or until the pipe's other end closes."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="error", lifespan="on")


def _end_with_parent() -> None:
    while os.read(0, 4096):  # unbuffered: a server that ends by itself must not wait for this thread
        pass
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
