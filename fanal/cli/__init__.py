"""The `fanal` command line: one file per command, each imported only when it is asked for."""

import typer

app = typer.Typer(name="fanal", no_args_is_help=True, help="An open contact-centre CRM.")


@app.callback()
def _fanal() -> None:
    """An open contact-centre CRM."""
