"""`fanal worker`: carries out deferred tasks, keeps the clocks and the figures up, and asks back offices."""

import typer

app = typer.Typer()


@app.command()
def worker(
    concurrency: int = typer.Option(2, help="Tasks carried out at once."),
) -> None:
    """Carry out deferred tasks, keep clocks, escalation and figures up, and ask back offices."""
    import asyncio
    import threading

    from django.utils.module_loading import autodiscover_modules

    from fanal.running import program, zone

    program.begin()
    program.end_with_supervisor()
    zone.keep()
    autodiscover_modules("tasks")
    from fanal.clocks import keeping as clocks
    from fanal.escalation import keeping as escalation
    from fanal.kpis import keeping as figures
    from fanal.scenarios import back_office

    stop = threading.Event()
    keepers = [
        threading.Thread(target=keep, args=[stop], name=name, daemon=True)
        for name, keep in (
            ("figures", figures.keep),
            ("clocks", clocks.keep),
            ("escalation", escalation.keep),
            ("back office", back_office.keep),
        )
    ]
    for keeper in keepers:
        keeper.start()
    try:
        asyncio.run(_work(concurrency))
    finally:
        stop.set()
        for keeper in keepers:
            keeper.join(timeout=10)


async def _work(concurrency: int) -> None:
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app as tasks
    from procrastinate.contrib.django.utils import connector_params

    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=concurrency + 2)
    with tasks.replace_connector(connector) as working:
        async with working.open_async():
            await working.run_worker_async(concurrency=concurrency, shutdown_graceful_timeout=15)
