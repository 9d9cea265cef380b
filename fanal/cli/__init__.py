"""The `fanal` command line: one file per command, imported only when that command is asked for."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from typing import Any

import typer

from fanal import __version__

# Command to the module that offers it as `app`, and the line that `fanal --help` shows.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("fanal.cli.up", "Run everything on this machine."),
    "doctor": ("fanal.cli.doctor", "Check every component and say what to do."),
    "verify": ("fanal.cli.verify", "Check that the data keeps what fanal promises of it."),
    "backup": ("fanal.cli.backup", "Write everything that must be kept into one file; --drill tries it out."),
    "restore": ("fanal.cli.restore", "Bring back what `fanal backup` wrote."),
    "config": ("fanal.cli.config", "Export the configuration to one file, or apply it from one."),
    "flow": ("fanal.cli.flow", "Check a guided flow, such as an IVR, and play it in text."),
    "demo": ("fanal.demo.cli", "Load the demo company."),
    "email": ("fanal.cli.email", "What fanal makes of e-mails."),
    "traffic": ("fanal.demo.traffic", "Play customers through the real doors."),
    "bench": ("fanal.benches.cli", "Measure speed and memory."),
    "web": ("fanal.cli.web", "Serve the pages."),
    "live": ("fanal.cli.live", "Serve the event stream."),
    "acd": ("fanal.cli.acd", "Offer waiting work to agents."),
    "mail": ("fanal.cli.mail", "Read the mailboxes, and send what we write."),
    "voice": ("fanal.cli.voice", "Take the calls of the exchange, and steer them."),
    "pbx": ("fanal.cli.pbx", "Run an Asterisk of our own on this machine."),
    "worker": ("fanal.cli.worker", "Carry out deferred tasks, and keep the figures up."),
    "django": ("fanal.cli.django", "Django's management commands."),
}


def main() -> None:
    """Run the command named on the command line; what cannot work here is said in one paragraph."""
    wanted = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        _app(wanted)()
    except Exception as reason:
        from fanal.variables import NotUnderstood

        if not isinstance(reason, NotUnderstood):
            from fanal.running.postgres import NotPossible

            if not isinstance(reason, NotPossible):
                raise
        typer.secho(str(reason), err=True, fg=typer.colors.RED)
        sys.exit(1)


def _app(wanted: str) -> typer.Typer:
    """The whole command line with only the wanted command loaded; the others are there for the help alone."""
    app = typer.Typer(name="fanal", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_fanal)
    for name, (module, summary) in COMMANDS.items():
        if name == wanted:
            _mount(app, name, importlib.import_module(module).app, summary)
        elif _exists(module):
            app.command(name, help=summary)(_not_loaded)
    return app


def _mount(app: typer.Typer, name: str, part: typer.Typer, summary: str) -> None:
    """A part with one function of the command's own name is the command; any other is a group of commands."""
    only = part.registered_commands[0] if len(part.registered_commands) == 1 else None
    callback: Callable[..., Any] | None = only.callback if only else None
    if only and callback and name in (only.name, callback.__name__) and part.registered_callback is None:
        app.command(name, help=callback.__doc__ or summary, context_settings=only.context_settings)(callback)
    else:
        app.add_typer(part, name=name, help=summary, no_args_is_help=True)


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _fanal(
    version: bool = typer.Option(False, "--version", help="Show the version and end.", is_eager=True),
) -> None:
    """An open contact-centre CRM: every contact on any channel, answered by the right person, and nothing lost."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def _not_loaded() -> None:
    raise AssertionError("only the wanted command is ever run")
