"""`fanal doctor`: looks at every component and says how it is and, where it is not well, what to do."""

from collections.abc import Callable, Iterator

from fanal.running.doctor import calls, database, exposure, letters, machine, parts, relays
from fanal.running.doctor.finding import Finding, State

__all__ = ["CHECKS", "Finding", "State", "examine"]

# In the order in which they are shown; those after the database's need it to answer.
CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    machine.python,
    machine.memory,
    machine.disk,
    machine.ports,
    parts.assets,
    parts.translations,
    parts.secrets,
    exposure.exposed,
    parts.mail,
    parts.speech,
    parts.chromium,
    relays.relays,
    database.server,
    database.settings,
    database.clock,
    database.migrations,
    database.processes,
    database.figures,
    database.clocks,
    database.hearing,
    database.escalation,
    letters.mail,
    calls.exchange,
    calls.transcripts,
)


def examine() -> Iterator[Finding]:
    """Every finding; a check that itself breaks is a finding too, so that the others still run."""
    for check in CHECKS:
        try:
            findings = list(check())
        except Exception as reason:
            name = f"{check.__module__.rsplit('.', 1)[-1]}.{check.__name__}"
            findings = [Finding(name=name, state=State.FAIL, what=_first_line(reason), todo="Please report this.")]
        yield from findings
        if check is database.server and any(finding.state == State.FAIL for finding in findings):
            return  # nothing more can be asked of it


def _first_line(reason: Exception) -> str:
    return f"{type(reason).__name__}: {reason}".strip().split("\n", 1)[0]
