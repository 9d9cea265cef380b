"""Whether a port can be listened on, and if not, why and who has it."""

import errno
import socket

import psutil

from fanal.running.postgres.folders import NotPossible


def must_be_free(host: str, port: int) -> None:
    """Raises NotPossible, saying why not and what to do."""
    problem = _problem(host, port)
    if problem is None:
        return
    match problem.errno:
        case errno.EADDRINUSE:
            raise NotPossible(
                f"Port {port} of {host} is used by {_user_of(port)}: end that, or choose another with --port."
            )
        case errno.EACCES:
            raise NotPossible(f"Port {port} is for this machine's administrator only: choose one above 1023 (--port).")
        case _:
            raise NotPossible(f"Nothing can listen at {host}:{port} ({problem.strerror}): check --host and --port.")


def is_free(host: str, port: int) -> bool:
    """Whether this machine would let a program listen there now."""
    return _problem(host, port) is None


def _problem(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as problem:
            return problem
    return None


def _user_of(port: int) -> str:
    """Who listens there; of other people's programs the system says nothing."""
    try:
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
                return f"{_name(psutil.Process(one.pid))} (process {one.pid})"
    except psutil.Error:
        pass
    return "another program"


def _name(process: psutil.Process) -> str:
    """Its command, or of a Python program the module that it runs: `python -m fanal web` is fanal web."""
    words = process.cmdline()
    return " ".join(words[words.index("-m") + 1 :][:2]) if "-m" in words[:-1] else process.name()
