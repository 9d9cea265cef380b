"""`fanal pbx`: an Asterisk of our own on this machine is started, ended and looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fanal.running.pbx import Local
    from fanal.running.pbx.configuration import Pbx

app = typer.Typer()


@app.command()
def start() -> None:
    """Write the settings and start it; what runs already goes on as it is."""
    from fanal.running import pbx

    local, asked = _here()
    if running := pbx.status(local, asked):
        typer.echo(f"It runs already (process {running.pid}). Changed settings need `bin/pbx stop` first.")
        return
    running = pbx.start(local, asked)
    typer.echo(f"Asterisk {'.'.join(map(str, local.version()))} takes calls (process {running.pid}).")
    typer.echo(_where(asked))


@app.command()
def stop() -> None:
    """End the one that was started here, with the calls that it carries."""
    from fanal.channels.asterisk.ari import Address
    from fanal.channels.asterisk.ending import announce
    from fanal.running import pbx
    from fanal.running.pbx.configuration.dialplan import APP
    from fanal.running.pbx.configuration.programs import ARI_USER

    local, asked = _here()
    if pbx.status(local, asked):
        announce(Address(url=f"ws://127.0.0.1:{asked.http_port}", user=ARI_USER, secret=asked.secret), app=APP)
    typer.echo("It has ended." if pbx.stop(local, asked) else "None runs that was started here.")


@app.command()
def status() -> None:
    """Whether it runs, where, and how many calls it carries; ends with 1 if it does not."""
    from fanal.running import pbx

    local, asked = _here()
    running = pbx.status(local, asked)
    if not running:
        typer.echo("It does not run: `bin/pbx start`.")
        raise typer.Exit(1)
    typer.echo(f"It runs (process {running.pid}).\n{_where(asked)}")
    typer.echo(pbx.ask(local, asked, "core show channels count").strip())


@app.command()
def config(
    folder: Annotated[Path, typer.Argument(help="Where to write them.", show_default=False)],
) -> None:
    """Write the settings for an Asterisk that runs elsewhere; they hold secrets, so only you may read them."""
    from fanal.environment import environment
    from fanal.running.pbx import Local, pbx_of
    from fanal.running.pbx.configuration import files

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = files(pbx_of(environment, Local(root=None)))
    for name, content in written.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(content)
    typer.echo(f"{len(written)} files are in {folder}.")


@app.command()
def relay(
    file: Annotated[Path, typer.Argument(help="Where to write them, such as turnserver.conf.", show_default=False)],
    certificate: Annotated[Path | None, typer.Option(help="For turns: the whole chain, as PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="Of the certificate, as PEM.")] = None,
) -> None:
    """Write the settings of a relay (coturn) for browsers that cannot reach the PBX; they hold a secret."""
    from fanal.environment import environment
    from fanal.running.relays.configuration import relay_of, write

    asked = relay_of(environment, certificate=certificate, key=key)
    write(file, asked)
    typer.echo(f"{file} lets browsers through to {asked.to} and nowhere else. Only you may read it: give it to coturn.")


def _here() -> "tuple[Local, Pbx]":
    from fanal.environment import environment
    from fanal.running.pbx import find, pbx_of

    local = find()
    return local, pbx_of(environment, local)


def _where(asked: "Pbx") -> str:
    trunks = ", ".join(f"{one.name} ({one.address}:{one.port})" for one in asked.trunks) or "none"
    return f"SIP {asked.address}:{asked.sip_port}, ARI and browsers 127.0.0.1:{asked.http_port}, trunks: {trunks}."
