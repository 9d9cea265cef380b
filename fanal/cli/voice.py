"""`fanal voice`: takes the calls of the exchange, and steers them."""

import typer

app = typer.Typer()


@app.command()
def voice() -> None:
    """Take the calls of the exchange, and bring each to where it should be."""
    import signal
    import threading

    from fanal.running import program, zone

    program.begin()
    program.end_with_supervisor()
    zone.keep()
    from fanal.channels.asterisk.ari import Address
    from fanal.environment import environment
    from fanal.intake.voice.flowing import Speak
    from fanal.intake.voice.phones import Phones
    from fanal.intake.voice.room import Room
    from fanal.intake.voice.speaking import Voice, silence
    from fanal.running import pbx
    from fanal.running.pbx.configuration.dialplan import APP
    from fanal.running.pbx.configuration.programs import ARI_USER
    from fanal.running.pbx.installation import secret_of

    stop = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stop.set())
    url = environment.pbx_url or f"ws://127.0.0.1:{environment.pbx_http_port}"
    address = Address(url=url, user=ARI_USER, secret=secret_of(environment))
    speak: Speak = silence
    if not environment.pbx_url:
        local = pbx.find()
        seen_as = pbx.pbx_of(environment, local).folders.state / "sounds"
        speak = Voice(folder=local.outside(seen_as), seen_as=seen_as)
    Room(address, app=APP, phones=Phones(media_address=environment.pbx_address), speak=speak, stop=stop).run()
