"""`fanal mail`: reads the mailboxes, takes what the MTA hands over, and sends what we write."""

import typer

app = typer.Typer()


@app.command()
def mail() -> None:
    """Read the mailboxes, and send what we write."""
    import signal
    import threading

    from fanal.running import program, zone

    program.begin()
    program.end_with_supervisor()
    zone.keep()
    from fanal.intake.mail.room import run

    stop = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stop.set())
    run(stop)
