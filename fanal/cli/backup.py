"""`fanal backup`: everything that must be kept in one file, and the drill that shows that it can be had again."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fanal.running.backup.drill import Drilled

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="Where to write it.", show_default=False)] = None,
    with_secret: bool = typer.Option(
        False, "--with-secret", help="The installation's secret too: whoever has the file then reads sealed passwords."
    ),
    drill: bool = typer.Option(
        False, "--drill", help="Restore it beside, check every promise there, and say how long."
    ),
) -> None:
    """Write the database and all files into one file while fanal runs; with --drill, try it out."""
    from fanal.environment import environment
    from fanal.running import postgres, program
    from fanal.running.backup import writing
    from fanal.running.backup.drill import drill as try_out
    from fanal.running.postgres import NotPossible

    if file is None and not drill:
        raise typer.BadParameter("say where to write it, or --drill")
    program.ensure_database()
    address = postgres.address(environment)
    secret = environment.home / "secret"
    if with_secret and not secret.exists():
        raise NotPossible("The secret is not kept in the home folder (FANAL_SECRET): keep it where it is.")
    with tempfile.TemporaryDirectory(prefix="fanal-backup-") as folder:
        target = file or Path(folder) / "drill.fanal"
        made = writing.make(
            address=address, files=environment.home / "files", secret=secret if with_secret else None, target=target
        )
        typer.echo(
            f"{made.size / 1e6:,.1f} MB: {made.about.events:,} events and all beside them, {made.files:,} files, "
            f"in {made.seconds:.1f} s." + (f" They are in {file}." if file else "")
        )
        if file and not with_secret:
            typer.echo(f"Keep {secret} too, in another place: without it, sealed passwords have to be set again.")
        if drill:
            _tell(try_out(target, address=address))


def _tell(drilled: "Drilled") -> None:
    typer.echo(
        f"The drill: all of it was there again after {drilled.restored_seconds:.1f} s (RTO), checked in another "
    )
    typer.echo(
        f"{drilled.verified_seconds:.1f} s. What happened in the {drilled.behind_seconds:.1f} s since is not in it"
    )
    typer.echo("(RPO: the time since the last back-up).")
    if drilled.broken:
        typer.secho("These promises do not hold in what was restored: " + ", ".join(drilled.broken), err=True)
        raise typer.Exit(1)
    typer.echo("Every promise holds in what was restored.")
