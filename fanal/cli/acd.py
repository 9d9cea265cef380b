"""`fanal acd`: the loop that offers waiting work to agents; several may run."""

import typer

app = typer.Typer()


@app.command()
def acd() -> None:
    """Offer waiting work to agents."""
    from fanal.running import program, zone

    program.begin()
    program.end_with_supervisor()
    zone.keep()
    from fanal.routing.acd import run, spare_the_collector

    spare_the_collector()
    run()
