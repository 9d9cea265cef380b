"""Whether calls can come in, where somebody takes them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from fanal.running.doctor.database import row
from fanal.running.doctor.finding import Finding, ok, warn

NUMBERS = "SELECT count(*) FROM channels_channelaccount WHERE kind = 'voice' AND active"


def exchange() -> Iterator[Finding]:
    """Nothing is said where nobody takes calls."""
    from fanal.environment import environment
    from fanal.running import pbx
    from fanal.running.postgres import NotPossible

    if not row(NUMBERS)[0]:
        return
    yield from _browsers()
    if environment.pbx_url:
        yield ok("Calls", f"by the PBX at {environment.pbx_url}")
        return
    try:
        local = pbx.find()
        running = pbx.status(local, pbx.pbx_of(environment, local))
    except NotPossible as problem:
        yield warn("Calls", "no PBX on this machine", str(problem))
        return
    if running:
        yield ok("Calls", f"Asterisk {'.'.join(map(str, local.version()))} runs (process {running.pid})")
    else:
        yield warn("Calls", "the PBX does not run", "Start it with `bin/pbx start`; calls come in from then on.")


def _browsers() -> Iterator[Finding]:
    """How browsers reach the PBX: agents' phones, and customers' pages."""
    from fanal.environment import environment

    if not environment.pbx_public_url:
        yield warn("Calls in browsers", "off", "Set FANAL_PBX_PUBLIC_URL, at best wss://; docs/web-calls.md says more.")
    elif not environment.turn_urls:
        said = f"at {environment.pbx_public_url}, without a relay"
        todo = "Behind strict firewalls there will be no sound: set FANAL_TURN_URLS and FANAL_TURN_SECRET (coturn)."
        yield (
            ok("Calls in browsers", said)
            if _is_here(environment.pbx_public_url)
            else warn("Calls in browsers", said, todo)
        )
    else:
        relays = ", ".join(environment.turn_urls)
        yield ok("Calls in browsers", f"at {environment.pbx_public_url}, relays: {relays}")


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
