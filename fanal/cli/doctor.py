"""`fanal doctor`: how every component is, and what to do."""

import json

import typer

app = typer.Typer()


@app.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Check every component and say what to do; ends with 1 if something fails (warnings do not count)."""
    from fanal.running import program

    could_not = program.try_to_begin()
    from rich.console import Console
    from rich.markup import escape

    from fanal.running.doctor import Finding, State, examine

    console = Console()
    marks = {State.OK: "[green]✓[/green]", State.WARN: "[yellow]![/yellow]", State.FAIL: "[red]✗[/red]"}
    first = [Finding(name="Embedded database", state=State.FAIL, what=could_not, todo="")] if could_not else []
    findings = []
    for finding in (*first, *examine()):
        findings.append(finding)
        if not as_json:
            console.print(f"{marks[finding.state]} {escape(finding.name)}: {escape(finding.what)}")
            if finding.todo:
                console.print(f"  → {escape(finding.todo)}")
    well = all(finding.state != State.FAIL for finding in findings)
    if as_json:
        plain = [{"name": f.name, "state": f.state, "what": f.what, "todo": f.todo} for f in findings]
        print(json.dumps({"well": well, "findings": plain}, ensure_ascii=False))
    raise typer.Exit(0 if well else 1)
