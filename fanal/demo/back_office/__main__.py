"""`python -m fanal.demo.back_office FILE PORT`: the back office alone, with little memory."""

import os
import sys
import threading
from pathlib import Path

from fanal.demo.back_office.server import serve


def end_with_supervisor() -> None:
    """Whoever started us holds our standard input open for as long as it lives."""
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    if "FANAL_SUPERVISED" in os.environ:
        threading.Thread(target=end_with_supervisor, daemon=True).start()
    serve(Path(sys.argv[1]), int(sys.argv[2]))
