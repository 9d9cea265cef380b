"""Whether calls can come in, where somebody takes them."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from fanal.running.doctor.database import row
from fanal.running.doctor.finding import Finding, fail, ok, warn

HERE = ("127.0.0.1", "localhost", "::1")
NUMBERS = "SELECT count(*) FROM channels_channelaccount WHERE kind = 'voice' AND active"


WRITES = """
SELECT (SELECT count(*) FROM channels_channelaccount a WHERE kind = 'voice' AND active
            AND settings -> 'recording' ->> 'transcribed' = 'true')
     + (SELECT count(*) FROM routing_queue WHERE active AND transcribed = 'on'),
    (SELECT count(*) FROM interactions_speechservice WHERE active)
"""
MISSED = """
SELECT count(*), coalesce(string_agg(DISTINCT why, ', '), '') FROM interactions_unheard
WHERE began_at > now() - interval '1 day'
"""


def transcripts() -> Iterator[Finding]:
    """Nothing is said where nobody wants talks written down."""
    wanted, services = row(WRITES)
    if not wanted:
        return
    if not services:
        todo = "Set one up under Administration, Speech services, or switch it off at the numbers and queues."
        yield warn("Transcripts", "wanted, and no speech service is set up", todo)
        return
    gaps, why = row(MISSED)
    if gaps:
        yield warn("Transcripts", f"{gaps} gaps since yesterday: {why}", "docs/transcripts.md says why.")
    else:
        yield ok("Transcripts", f"by {services} speech service{'s' if services > 1 else ''}")


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
    yield from steered(environment.pbx_address, environment.pbx_http_port)
    yield from patched(local.version())
    if running:
        yield ok("Calls", f"Asterisk {'.'.join(map(str, local.version()))} runs (process {running.pid})")
    else:
        yield warn("Calls", "the PBX does not run", "Start it with `bin/pbx start`; calls come in from then on.")


def steered(address: str, port: int) -> Iterator[Finding]:
    """Whether ARI can be reached from elsewhere: it speaks plain text, and whoever hears its secret steers every call.

    It listens on this machine only; an Asterisk that was started with other settings may not.
    """
    if address in HERE:
        return
    if not _answers(address, port):
        yield ok("Steering of calls", f"answers on this machine only, not at {address}")
    else:
        todo = "Run `bin/pbx stop`, then `bin/pbx start`: it listens on 127.0.0.1 then, behind a proxy with TLS."
        yield fail("Steering of calls", f"ARI answers unencrypted at {address}:{port}", todo)


def patched(version: tuple[int, ...]) -> Iterator[Finding]:
    """Whether known holes are mended in it; a newer branch than we know of is left to its makers."""
    from fanal.running.pbx.program import MENDED

    first = MENDED.get(version[0])
    if first and version < first:
        here, there = ".".join(map(str, version)), ".".join(map(str, first))
        yield warn("Version of the PBX", f"Asterisk {here} has known holes", f"Install {there} or newer.")


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def _browsers() -> Iterator[Finding]:
    """How browsers reach the PBX: agents' phones, and customers' pages."""
    from fanal.environment import environment

    if distrusted := unreached(environment.pbx_public_url):
        yield distrusted
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


def unreached(url: str) -> Finding | None:
    """Why a browser cannot get to the PBX by TLS, of which it says nothing itself; None if it can, or needs no TLS."""
    parts = urlsplit(url)
    if parts.scheme != "wss":
        return None
    host, name = parts.hostname or "", "Encryption of calls in browsers"
    try:
        with socket.create_connection((host, parts.port or 443), timeout=3) as line:
            ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
    except ssl.SSLCertVerificationError as problem:
        todo = "Browsers refuse it without a word: it needs the whole chain of a certificate for this name."
        return fail(name, f"the certificate at {url} is not trusted: {problem.verify_message}", todo)
    except OSError as problem:
        todo = "Does the proxy with TLS run, and do firewalls let its port through? FANAL_PBX_PUBLIC_URL names it."
        return fail(name, f"nothing answers at {url} ({problem})", todo)
    return None


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in HERE
