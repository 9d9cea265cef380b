"""`fanal restore`: a back-up comes back, into an empty database or, when that is asked for, in the place of one."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fanal.running.backup.reading import Whole

app = typer.Typer()


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `fanal backup` wrote.", exists=True, dir_okay=False)],
    replace: bool = typer.Option(
        False, "--replace", help="Where there is data already: it is kept beside, under another name."
    ),
) -> None:
    """Bring back what `fanal backup` wrote; fanal must be stopped. Ends with 1 if a promise does not hold then."""
    from fanal.environment import environment
    from fanal.running import postgres, program
    from fanal.running.backup import places, reading
    from fanal.running.postgres import NotPossible

    whole = reading.examined(file)
    _known_here(whole)
    program.ensure_database()
    address = postgres.address(environment)
    if not places.nobody_uses(address):
        raise NotPossible("Somebody uses the database: stop fanal first.")
    if places.is_empty(address):
        reading.load_database(whole, address)
    elif replace:
        typer.echo(f"What was there is kept as the database {_replaced(whole, address)}.")
    else:
        raise NotPossible("This database is not empty. With --replace, what is there is kept under another name.")
    written = reading.load_files(whole, environment.home / "files")
    _put_secret(whole.secret, environment.home / "secret")
    typer.echo(f"Restored, as of {whole.about.made_at}: {whole.about.events:,} events, {written:,} files anew.")
    _finish()


def _known_here(whole: "Whole") -> None:
    """A back-up of a newer version has tables that this one does not know."""
    from fanal.applications import INSTALLED_APPS
    from fanal.running.migrated import migrations
    from fanal.running.postgres import NotPossible

    ours = set(migrations(INSTALLED_APPS))
    labels = {app for app, _ in ours}
    newer = [f"{app}.{name}" for app, name in whole.about.migrations if app in labels and (app, name) not in ours]
    if newer:
        raise NotPossible(f"This back-up is of a newer fanal ({whole.about.fanal}; {newer[0]}): install that first.")


def _replaced(whole: "Whole", address: str) -> str:
    """First all of it beside, then the names change at once: a restore that fails leaves everything as it was."""
    from fanal.running.backup import places, reading
    from fanal.running.postgres import name_of

    fresh = f"{name_of(address)}_restored"
    places.drop(address, fresh)
    there = places.create(address, fresh)
    try:
        reading.load_database(whole, there)
        return places.take_the_place(address, fresh, now=datetime.now(UTC))
    except BaseException:
        places.drop(address, fresh)
        raise


def _put_secret(secret: bytes, path: Path) -> None:
    if not secret:
        return
    if path.exists() and path.read_bytes() != secret:
        kept = path.rename(path.with_name(f"secret.before-{datetime.now(UTC):%Y%m%d-%H%M%S}"))
        typer.echo(f"The secret that was there is kept as {kept}.")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)


def _finish() -> None:
    """The tables of this version; what was perhaps sent since is not sent again; and every promise is checked."""
    command = [sys.executable, "-m", "fanal", "django", "migrate", "--verbosity=0"]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    from fanal.running import program

    program.begin()
    from django.utils import timezone

    from fanal.interactions.actions import doubt_unsent

    if doubtful := doubt_unsent(now=timezone.now()):
        typer.echo(f"{doubtful} mails waited to be sent when it was made, and may have gone out since: look at them.")
    checked = subprocess.run([sys.executable, "-m", "fanal", "verify", "--thorough"], check=False)
    raise typer.Exit(checked.returncode)
