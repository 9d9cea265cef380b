"""`fanal verify`: the invariants of the data, each with its sentence and what breaks it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from fanal.running.verify import Verdict

app = typer.Typer()


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Only these invariants.", show_default=False)] = None,
    thorough: bool = typer.Option(False, "--thorough", help="Fold all events again too; takes long with many events."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Check that the data keeps what fanal promises of it; ends with 1 if something does not hold."""
    from fanal.running import program

    program.begin()
    from rich.console import Console

    from fanal.kpis.actions import FOLLOWS
    from fanal.running.postgres import NotPossible
    from fanal.running.verify import invariants
    from fanal.running.verify import verify as check

    if unknown := set(names or ()) - {invariant.name for invariant in (*invariants(), FOLLOWS)}:
        raise typer.BadParameter(f"no such invariant: {', '.join(sorted(unknown))}")
    console = Console()
    verdicts = []
    if missing := program.missing_migrations():
        raise NotPossible(f"{missing} migrations are not applied to this database: run `fanal django migrate` first.")
    for verdict in check(names=frozenset(names or ()), besides=[FOLLOWS] if thorough or names else []):
        verdicts.append(verdict)
        if not as_json:
            _show(console, verdict)
    held = all(verdict.holds for verdict in verdicts)
    if as_json:
        print(json.dumps({"holds": held, "invariants": [_plain(verdict) for verdict in verdicts]}, ensure_ascii=False))
    else:
        broken = sum(not verdict.holds for verdict in verdicts)
        console.print(f"{len(verdicts)} checked, " + ("all hold." if held else f"[red]{broken} broken.[/red]"))
        if not (thorough or names):
            console.print(f"[dim]Not checked: {FOLLOWS.sentence} Ask with --thorough, or for {FOLLOWS.name}.[/dim]")
    raise typer.Exit(0 if held else 1)


def _show(console: "Console", verdict: "Verdict") -> None:
    from rich.table import Table

    mark = "[green]✓[/green]" if verdict.holds else f"[red]✗ {verdict.offending:,}[/red]"
    console.print(f"{mark} {verdict.invariant.sentence} [dim]{verdict.invariant.name} {verdict.seconds:.1f} s[/dim]")
    if not verdict.holds:
        table = Table(*verdict.columns, caption=f"the first {len(verdict.first)} of {verdict.offending:,}")
        for row in verdict.first:
            table.add_row(*row)
        console.print(table)


def _plain(verdict: "Verdict") -> dict[str, object]:
    return {
        "name": verdict.invariant.name,
        "sentence": verdict.invariant.sentence,
        "holds": verdict.holds,
        "offending": verdict.offending,
        "first": [dict(zip(verdict.columns, row, strict=True)) for row in verdict.first],
    }
