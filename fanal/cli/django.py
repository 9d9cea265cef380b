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

    def run() -> None:
        execute_from_command_line(["fanal django", *context.args])

    if context.args[:1] != ["migrate"]:
        run()
        return
    import django

    from fanal.running import program

    django.setup()
    from fanal.running.connections.changing import patiently

    patiently(run, tell=program.tell)
