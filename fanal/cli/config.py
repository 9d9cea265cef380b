"""`fanal config export|apply`: the whole configuration as one file."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command("export")
def export_all(
    to: Annotated[
        Path | None, typer.Argument(help="The file to write; without one, standard output.", show_default=False)
    ] = None,
    with_secrets: bool = typer.Option(False, "--with-secrets", help="The secrets of channel accounts too."),
) -> None:
    """Write the whole configuration as YAML; nobody's password is in it."""
    from fanal.running import program

    program.begin()
    from fanal.configuration import files
    from fanal.configuration.actions import applying

    text = files.write(applying.export(secrets=with_secrets))
    if not to:
        sys.stdout.write(text)
        return
    with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there before, open to all
        file.write(text)


@app.command("apply")
def apply_all(
    source: Annotated[Path, typer.Argument(help="The file to apply.", exists=True, dir_okay=False)],
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the differences and change nothing."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Make the configuration as the file says, all of it or nothing; ends with 1 if something is wrong in it."""
    from fanal.running import program

    program.begin()
    from django.utils import timezone
    from rich.console import Console
    from rich.markup import escape

    from fanal.configuration import files
    from fanal.configuration.actions import applying

    try:
        data = files.read(source.read_text(encoding="utf-8"))
    except (files.Unreadable, UnicodeDecodeError) as problem:
        raise typer.BadParameter(f"{source} cannot be read: {problem}") from problem
    report = applying.apply(data=data, by=None, now=timezone.now(), dry_run=dry_run)
    if as_json:
        plain = {
            "applied": not report.problems and not dry_run,
            "problems": [vars(problem) for problem in report.problems],
            "differences": [vars(difference) for difference in report.differences],
        }
        print(json.dumps(plain, ensure_ascii=False, default=str))
    else:
        console = Console()
        for one in report.problems:
            console.print(f"[red]✗[/red] {escape(one.path)}: {escape(one.what)} → {escape(one.todo)}")
        for difference in [] if report.problems else report.differences:
            console.print(f"{'+' if difference.new else '~'} {escape(difference.path)}")
            for name, (old, new) in {} if difference.new else difference.changes.items():
                console.print(f"    {escape(name)}: {escape(str(old))} → {escape(str(new))}")
        count = len(report.differences)
        done = "nothing was changed" if report.problems or dry_run else "applied"
        console.print(f"{len(report.problems)} problems, {count} differences; {done}.")
    raise typer.Exit(1 if report.problems else 0)


@app.command("setup-link", hidden=True)
def setup_link() -> None:
    """Print where the first administrator is made, while there is nobody yet."""
    from fanal.running import program

    program.begin()
    from fanal.configuration.actions import first_run
    from fanal.environment import environment

    if first_run.nobody_is_here():
        print(f"{environment.origin}/setup/{first_run.setup_token()}/")
