"""`fanal django …`: Django's management commands, with the embedded database started where it is needed."""

import typer

app = typer.Typer()
WITHOUT_DATABASE = {"", "help", "version", "makemessages", "compilemessages", "collectstatic", "findstatic"}


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def django(context: typer.Context) -> None:
    """Django's management commands, as manage.py would run them."""
    if (context.args or [""])[0] not in WITHOUT_DATABASE:
        from fanal.running import program

        program.ensure_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["fanal django", *context.args])
