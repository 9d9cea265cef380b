"""Whether each relay lets our browsers through, to the exchange and nowhere else."""

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fanal.environment import environment
from fanal.running.doctor.finding import Finding, fail, ok, warn
from fanal.running.relays.addresses import Place, place_of
from fanal.running.relays.asking import MISMATCH, UNAUTHORISED, NoAnswer, allocate, give_back, way_to
from fanal.running.relays.credentials import GOOD_FOR, credentials
from fanal.running.relays.messages import UDP, Kind, Part, family

WHO = "doctor"
FORBIDDEN = 403
FULL = (486, 508)
FAR = timedelta(days=3650)  # good by every clock that is not wrong by ten years
ELSEWHERE = ("10.255.255.254", "169.254.169.254", "127.0.0.1", "fdff::1")  # where credentials for a call must not lead


def relays() -> Iterator[Finding]:
    """Nothing is said where none is set."""
    now = datetime.now(UTC)
    for url in environment.turn_urls:
        yield examined(url, secret=environment.turn_secret, to=environment.pbx_address, now=now)


def examined(url: str, *, secret: str, to: str, now: datetime) -> Finding:
    """How the relay at this address is; `to` is where the exchange takes sound."""
    name, place = f"Relay {url}", place_of(url)
    if place.tls and not place.tcp:
        return warn(name, "is not looked at: by DTLS", "Leave ?transport=udp away: by TLS it can be looked at.")
    if (address := ipaddress.ip_address(to)).is_loopback or address.is_unspecified:
        todo = "Set FANAL_PBX_ADDRESS to the machine's own address, which Asterisk names to browsers."
        return fail(name, f"leads to no PBX at {to}", todo)
    try:
        found = _asked(place, name, secret=secret, to=to, now=now, until=now + GOOD_FOR)
        return found or _asked(place, name, secret=secret, to=to, now=now, until=now + GOOD_FOR) or _mismatch(name)
    except ssl.SSLCertVerificationError as problem:
        todo = "Browsers refuse it, too: give coturn the whole chain of a certificate for this name."
        return fail(name, f"has a certificate that is not trusted: {problem.verify_message}", todo)
    except (OSError, NoAnswer) as problem:
        todo = "Does coturn run, and do firewalls let this port through? `bin/pbx relay FILE` writes its settings."
        return fail(name, f"does not answer ({problem})", todo)


def _asked(place: Place, name: str, *, secret: str, to: str, now: datetime, until: datetime) -> Finding | None:
    """None: the port we asked from was used a moment ago (437), which another one is not. Raises NoAnswer, OSError."""
    with way_to(place) as way:
        way.ask(Kind.BINDING)
        who, proof = credentials(secret=secret, who=WHO, until=until)
        found, signed = allocate(way, who, proof, [(Part.TRANSPORT, UDP), *family(to)])
        if found.code == MISMATCH:
            return None
        if signed is None:
            return _unasked(name, found.code, found.why)
        if found.code == UNAUTHORISED:
            return _refused(place, name, secret=secret, to=to, now=now)
        if found.code:
            todo = "Its log says more; `bin/pbx relay FILE` writes settings that suit."
            what = "has no room" if found.code in FULL else "refuses"
            return fail(name, f"{what} ({found.code} {found.why})", todo)
        try:
            if way.leads_to(to, signed=signed).code == FORBIDDEN:
                todo = f"Its settings need allowed-peer-ip={to}: `bin/pbx relay FILE` writes them."
                return fail(name, f"lets nobody through to the PBX at {to}", todo)
            beyond = [one for one in ELSEWHERE if one != to and not way.leads_to(one, signed=signed).code]
        finally:
            give_back(way, signed)
    if beyond:
        todo = "Who calls from a page could reach your own network: `bin/pbx relay FILE` writes settings that deny it."
        return fail(name, f"leads to more than the PBX, such as {beyond[0]}", todo)
    return ok(name, f"lets browsers through to {to}, and nowhere else")


def _refused(place: Place, name: str, *, secret: str, to: str, now: datetime) -> Finding:
    """The same secret with a far later time: who is let in then was refused for the clock. Raises NoAnswer, OSError."""
    with way_to(place) as way:
        who, proof = credentials(secret=secret, who=WHO, until=now + FAR)
        found, signed = allocate(way, who, proof, [(Part.TRANSPORT, UDP), *family(to)])
        if signed and not found.code:
            give_back(way, signed)
    if found.code != UNAUTHORISED:
        todo = "Set the clock of one of them right (NTP): what runs out in a day has run out there already."
        return fail(name, "its clock differs from this machine's by more than a day", todo)
    todo = "FANAL_TURN_SECRET and coturn's static-auth-secret differ, or use-auth-secret is missing there."
    return fail(name, "has another secret", todo)


def _unasked(name: str, code: int, why: str) -> Finding:
    if code:
        return fail(name, f"carries nothing ({code} {why})", "Is it a relay (TURN), or does it know STUN alone?")
    todo = "Everybody may send through it: `bin/pbx relay FILE` writes settings that ask for credentials."
    return fail(name, "asks nobody for credentials", todo)


def _mismatch(name: str) -> Finding:
    return warn(name, f"is still busy with an earlier question ({MISMATCH})", "Ask again in a minute.")
