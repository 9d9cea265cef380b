"""`fanal web`: the pages, served by Granian with blocking threads."""

import typer

app = typer.Typer()


@app.command()
def web(
    host: str = typer.Option("", help="Address to listen on; FANAL_HOST otherwise."),
    port: int = typer.Option(0, help="Port to listen on; FANAL_PORT otherwise."),
    workers: int = typer.Option(2, help="Processes among which the requests are shared: one for each core."),
    threads: int = typer.Option(4, help="Requests each handles at once, each with a database connection of its own."),
) -> None:
    """Serve the pages."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from fanal.environment import environment
    from fanal.running import program

    program.ensure_database()
    program.end_with_supervisor()
    Server(
        "fanal.wsgi:application",
        address=host or environment.host,
        port=port or environment.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=max(64, threads * 16),
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
    ).serve()
