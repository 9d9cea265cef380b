"""Whether calls can come in, where somebody takes them."""

from collections.abc import Iterator

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
