"""`fanal flow check|play`: a guided flow is checked and played in text before anybody calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fanal.scenarios.rules.flows import Flow, Surroundings, Turn

app = typer.Typer(no_args_is_help=True, help="Check a guided flow, and play it in text.")
Which = Annotated[str, typer.Argument(help="A flow as a file, JSON or YAML; or the code of one that is kept here.")]


@app.callback()
def flow() -> None:
    """Check a guided flow, and play it in text."""


@app.command()
def check(which: Which) -> None:
    """Say what is wrong with a flow and what to do; ends with 1 if anything is."""
    flow, around = _flow(which)
    from fanal.scenarios.rules import flows
    from fanal.scenarios.wording_of_flows import sentences

    found = sentences(flows.check(flow, around))
    for one in found:
        typer.secho(f"✗ {one}", fg=typer.colors.RED)
    typer.echo(f"{len(flow.steps)} steps in {', '.join(flow.languages)}: {len(found)} findings.")
    raise typer.Exit(1 if found else 0)


@app.command()
def play(
    which: Which,
    keys: Annotated[
        str, typer.Option(help="What the caller presses, turn by turn: 1,700110#,,1. An empty one is silence.")
    ] = "",
    finds: Annotated[
        str, typer.Option(help="What lookups find, such as order_state=not_found,hours=closed; else what they can.")
    ] = "",
    language: Annotated[str, typer.Option(help="The language it begins in.")] = "",
) -> None:
    """Play a flow: what a caller would hear, and what the keys lead to. Without --keys you are asked for them."""
    flow, _around = _flow(which)
    from fanal.scenarios.rules import flows
    from fanal.scenarios.rules.flows.trying import Trial

    trial = Trial(flow=flow, finds=dict(one.split("=", 1) for one in finds.split(",") if "=" in one))
    turn = trial.begin(language=language)
    pressed = iter(keys.split(",")) if keys else _asked()
    _show(turn)
    while not turn.over:
        try:
            given = next(pressed)
        except StopIteration:
            typer.echo("… the caller is still there.")
            return
        secret = isinstance(turn.wants, flows.Keys) and turn.wants.secret
        typer.secho(f"> {'•' * len(given) if secret else given or '(silence)'}", fg=typer.colors.CYAN)
        turn = trial.step(turn, given)
        _show(turn)
    _show_end(turn)


@app.command()
def speak(which: Which) -> None:
    """Make the sound of everything that is always said alike, and say where it lies; ends with 1 if any is silence."""
    flow, _around = _flow(which)
    from fanal.scenarios.speaking import fixed_prompts, sound_of

    silent = 0
    for said in fixed_prompts(flow, code=Path(which).stem):
        path = sound_of(said)
        silent += path is None
        typer.echo(f"{said.name}.{said.language}: {path or 'silence'}")
    raise typer.Exit(1 if silent else 0)


def _flow(which: str) -> "tuple[Flow, Surroundings | None]":
    """From a file alone; or one of ours, with what it may name here."""
    from fanal.running import program

    file = Path(which)
    is_file = bool(file.suffix) or len(file.parts) > 1
    program.begin_without_database() if is_file else program.begin()
    from fanal.configuration import files
    from fanal.scenarios.rules.flows import Unreadable, read
    from fanal.scenarios.wording_of_flows import sentences

    try:
        if is_file:
            return read(files.read(file.read_text(encoding="utf-8"))), None
        return _stored(which)
    except (OSError, UnicodeDecodeError, files.Unreadable, LookupError) as why:
        problems = [f"{which} cannot be read: {why}"]
    except Unreadable as why:
        problems = sentences(why.findings)
    for one in problems:
        typer.secho(f"✗ {one}", err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


def _stored(code: str) -> "tuple[Flow, Surroundings]":
    """Raises LookupError and Unreadable."""
    from fanal.scenarios.models import Flow
    from fanal.scenarios.rules.flows import read
    from fanal.scenarios.soundness import around

    row = Flow.objects.filter(code=code).first()
    if row is None:
        known = ", ".join(Flow.objects.values_list("code", flat=True)) or "none"
        raise LookupError(f"there is no such flow, only: {known}; a file has its ending in its name")
    return read(row.content), around()


def _asked() -> Iterator[str]:
    """What a person at the terminal presses, until they end it."""
    while True:
        try:
            yield typer.prompt("Keys", default="", show_default=False)
        except (typer.Abort, EOFError):
            return


def _show(turn: "Turn") -> None:
    for said in turn.says:
        typer.echo(f"  {said.language}: {said.text}")


def _show_end(turn: "Turn") -> None:
    from fanal.scenarios.wording_of_flows import end

    typer.secho(end(turn), bold=True)
    for name, value in turn.gathered.items():
        typer.echo(f"  {name} = {value}")
