"""What the server does not let us say of its connections, said to the sockets themselves."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

OPEN_FILES = Path("/proc/self/fd")


def end_where_nobody_reads(seconds: float) -> bool:
    """Connections that come from now on end when for so long nothing can be sent, since nobody takes it.

    Whoever asks for much and reads nothing would otherwise hold one of the connections for ever. False as long as
    this process listens nowhere; where the system knows no such limit there is none.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not OPEN_FILES.exists():
        return True
    found = False
    for one in _sockets():
        if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
            found = True
    return found


def break_off(client: str) -> None:
    """End the connection with this client, `127.0.0.1:40000`, in the midst of an answer."""
    address, _, port = client.rpartition(":")
    for one in _sockets():
        with contextlib.suppress(OSError):
            if one.getpeername()[:2] == (address.strip("[]"), int(port)):
                one.shutdown(socket.SHUT_RDWR)


def _sockets() -> Iterator[socket.socket]:
    """Every internet socket of this process, as another name for it, which is closed after its turn."""
    for name in os.listdir(OPEN_FILES) if OPEN_FILES.exists() else ():
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.stat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as one:
                if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
                    yield one
