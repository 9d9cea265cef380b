"""`fanal web`: the pages, served by Granian: a request gets one of the threads once its body is there."""

import resource
from functools import partial
from typing import Any

import typer

app = typer.Typer()
CONNECTIONS = 2048
LARGEST_HEAD = 64 * 1024


@app.command()
def web(
    host: str = typer.Option("", help="Address to listen on; FANAL_HOST otherwise."),
    port: int = typer.Option(0, help="Port to listen on; FANAL_PORT otherwise."),
    workers: int = typer.Option(2, help="Processes among which the requests are shared: one for each core."),
    threads: int = typer.Option(4, help="Requests each handles at once, each with a database connection of its own."),
) -> None:
    """Serve the pages."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    from fanal.environment import environment
    from fanal.running import program
    from fanal.running.ports import must_be_free

    must_be_free(host or environment.host, port or environment.port)
    program.ensure_database()
    program.end_with_supervisor()
    Server(
        "fanal.wsgi:application",
        address=host or environment.host,
        port=port or environment.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,  # where it guesses the version it waits for ever for the first byte
        http1_settings=HTTP1Settings(max_buffer_size=LARGEST_HEAD),
        workers=workers,
        backpressure=_connections(),
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
    ).serve(target_loader=partial(_pages, threads=threads))


def _pages(_target: str, *, threads: int) -> Any:
    """What each process begins with; Granian calls its `__rsgi__`."""
    from fanal.running import zone
    from fanal.running.answering import Pages
    from fanal.wsgi import application

    zone.keep()
    return Pages(application, threads=threads)


def _connections() -> int:
    """How many each process holds open at once: a slow one costs memory and a file, no thread."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS if most == resource.RLIM_INFINITY else min(most, 4 * CONNECTIONS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return min(CONNECTIONS, wanted // 4)
