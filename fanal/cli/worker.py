"""`fanal worker`: carries out the tasks that others deferred."""

import typer

app = typer.Typer()


@app.command()
def worker(
    concurrency: int = typer.Option(2, help="Tasks carried out at once."),
) -> None:
    """Carry out deferred tasks."""
    import asyncio

    from fanal.running import program

    program.begin()
    program.end_with_supervisor()
    asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app as tasks
    from procrastinate.contrib.django.utils import connector_params

    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=concurrency + 2)
    with tasks.replace_connector(connector) as working:
        async with working.open_async():
            await working.run_worker_async(concurrency=concurrency, shutdown_graceful_timeout=15)
