"""`fanal live`: the event stream, served by uvicorn on the next port."""

import typer

app = typer.Typer()


@app.command()
def live(
    host: str = typer.Option("", help="Address to listen on; FANAL_HOST otherwise."),
    port: int = typer.Option(0, help="Port to listen on; FANAL_LIVE_PORT, or the port after FANAL_PORT, otherwise."),
) -> None:
    """Serve the event stream."""
    import uvicorn

    from fanal.environment import environment
    from fanal.running import program
    from fanal.running.ports import must_be_free

    port = port or environment.live_port or environment.port + 1
    must_be_free(host or environment.host, port)
    program.begin()
    program.end_with_supervisor()
    uvicorn.run(
        "fanal.asgi:application",
        host=host or environment.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        proxy_headers=bool(environment.trusted_proxies),
        forwarded_allow_ips=environment.trusted_proxies or None,
        timeout_graceful_shutdown=3,
    )
