"""`fanal bench`: measure on generated data, and say whether the goals are met."""

import importlib
import json
import pkgutil
from types import ModuleType
from typing import Annotated, Any

import typer

app = typer.Typer()


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Which one; see --list.")] = "",
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
    names: bool = typer.Option(False, "--list", help="Name the benches."),
    load: Annotated[list[str] | None, typer.Option(help="Change the load: key=number, e.g. agents=200.")] = None,
) -> None:
    """Measure speed or memory on generated data, in a database of its own; ends with 1 if a goal is not met."""
    from fanal.running import program

    program.begin()
    known = benches()
    if names or not name:
        for found in known.values():
            typer.echo(f"{found.NAME:12} {(found.__doc__ or '').splitlines()[0]}")
        return
    if name not in known:
        raise typer.BadParameter(f"no such bench: {name}; there are {', '.join(known)}")
    result = _measure(known[name], dict(_pair(word) for word in load or ()))
    if as_json:
        print(json.dumps(result))
    else:
        _show(result)
    raise typer.Exit(0 if result["met"] else 1)


def benches() -> dict[str, ModuleType]:
    """The modules of this package that have NAME, GOALS and run(progress, **load) -> (load, figures)."""
    import fanal.benches

    found = (
        importlib.import_module(f"fanal.benches.{one.name}") for one in pkgutil.iter_modules(fanal.benches.__path__)
    )
    return {module.NAME: module for module in found if hasattr(module, "GOALS")}


def _measure(module: ModuleType, changed: dict[str, float]) -> dict[str, Any]:
    from rich.console import Console

    from fanal.benches.frame import met

    with Console(stderr=True).status(f"{module.NAME} …") as status:
        load, figures = module.run(lambda line: status.update(line), **changed)
    return {
        "bench": module.NAME,
        "load": load,
        "figures": {key: round(value, 3) for key, value in figures.items()},
        "goals": dict(module.GOALS),
        "met": met(figures, module.GOALS),
    }


def _show(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from fanal.benches.frame import at_least, met

    load = ", ".join(f"{key} {value:,}" for key, value in result["load"].items())
    table = Table("figure", "measured", "goal", title=f"{result['bench']}: {load}")
    for key, value in result["figures"].items():
        limit = result["goals"].get(key)
        goal = "" if limit is None else f"{'≥' if at_least(key) else '≤'} {limit:,}"
        colour = "" if limit is None else "green" if met({key: value}, {key: limit}) else "red"
        table.add_row(key, f"{value:,.2f}", f"[{colour}]{goal}[/]" if colour else goal)
    Console().print(table)


def _pair(word: str) -> tuple[str, float]:
    key, _, value = word.partition("=")
    return key, float(value) if "." in value else int(value)
