"""`fanal demo`: the demo company."""

import time

import typer

from fanal.demo import cast

BACK_OFFICE = "back-office.sqlite"

app = typer.Typer(no_args_is_help=True)


@app.callback()
def demo() -> None:
    """The demo company: Harbourlight sells appliances, connections and current accounts."""


@app.command()
def load(
    people: int = typer.Option(5_000, min=50, help="About how many customers."),
    days: int = typer.Option(60, min=1, max=400, help="Days of interactions and cases."),
    seed: int = typer.Option(20_260, help="The same seed gives the same company."),
) -> None:
    """Load the demo company into an empty database; a database that already has customers is left alone."""
    from fanal.running import program

    program.begin()
    from django.core.management import call_command
    from django.utils import timezone

    from fanal.demo.back_office import filling
    from fanal.demo.loading import NotEmpty, sign_ins
    from fanal.demo.loading import load as fill
    from fanal.environment import environment

    began = time.monotonic()

    def tell(text: str) -> None:
        typer.secho(f"  {text} ({time.monotonic() - began:.1f} s)", err=True, dim=True)

    if program.missing_migrations():
        call_command("migrate", verbosity=0)
        tell("the tables are made")
    try:
        written = fill(
            people=people, days=days, seed=seed, origin=environment.origin, now=timezone.now(), progress=tell
        )
    except NotEmpty:
        if _is_demo():
            typer.echo("The demo company is there already; nothing was changed.")
            return
        typer.secho(
            "This database already has customers, and the demo would mix with them. Nothing was changed. "
            "Give the demo a database of its own: set FANAL_HOME to an empty folder (embedded database), "
            "or DATABASE_URL to an empty database, then run this again.",
            err=True,
            fg=typer.colors.RED,
        )
        raise typer.Exit(1) from None
    environment.home.mkdir(parents=True, exist_ok=True)
    tell(f"the demo's back office knows {filling.fill(environment.home / BACK_OFFICE):,} things")
    (environment.home / "demo.txt").write_text(sign_ins() + "\n")
    total = sum(written.values())
    typer.echo(f"The demo company is loaded: {total:,} rows in {time.monotonic() - began:.1f} s.\n{sign_ins()}")


@app.command(name="back-office")
def back_office(
    port: int = typer.Option(8002, help="Port on this machine; nothing else can reach it."),
) -> None:
    """Run the demo's back office alone; `fanal up --demo` runs it too."""
    from fanal.demo.back_office.server import serve
    from fanal.environment import environment

    environment.home.mkdir(parents=True, exist_ok=True)
    typer.echo(f"The demo's back office is at http://127.0.0.1:{port}/ (ctrl-C stops it)")
    serve(environment.home / BACK_OFFICE, port)


def _is_demo() -> bool:
    from fanal.agents.models import Agent

    return Agent.objects.filter(email=cast.AGENT).exists()
