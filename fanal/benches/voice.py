"""Calls on a real Asterisk: how soon the pop is there and the phone rings, and what happens with too many of them."""

import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from django.conf import settings as django
from django.db import connection

from fanal.agents.models import Agent
from fanal.benches import voice_world
from fanal.benches.frame import (
    Figures,
    Progress,
    database,
    given,
    on_ports,
    percentile,
    ports_in_a_row,
    processes,
    spread,
    wait_for,
)
from fanal.benches.processor import Spent, server_of
from fanal.benches.telephones import Telephones
from fanal.benches.voice_pages import Pages
from fanal.benches.voice_world import NUMBER
from fanal.environment import environment
from fanal.running import pbx
from fanal.running.pbx.callers import Call, Callers, Calling, echo
from fanal.running.pbx.configuration import Pbx

NAME = "voice"
GOALS = {
    "pop_painted_p95_ms": 300.0,
    "pops_missed": 0.0,
    "ringing_p95_ms": 400.0,
    "failed": 0.0,
    "media_entered_times_bare": 2.0,
    "signalling_entered_times_bare": 2.0,
    "double_offers": 0.0,
    "surplus_kept_waiting": 0.0,
    "cut_by_surplus": 0.0,
    "recovery_s": 10.0,
}
PARTS = ("web", "live", "acd", "worker")
CUSTOMERS = 3000
STAYS = 4.0  # seconds, most calls
LIFTED_AFTER = 1.5  # seconds: who looks at the pop first; what is painted later than that is missed
IN_PROGRESS = 20
TOLD_WITHIN = 1.0  # second
RECOVERED = 0.4  # seconds from the call to the ringing
PATIENCE = 90.0


def run(
    progress: Progress,
    *,
    first_agents: int = 36,
    agents: int = 300,
    pages: int = 3,
    calls_per_s: float = 5,
    media_per_s: float = 15,
    signalling_per_s: float = 30,
    seconds: int = 30,
) -> tuple[dict[str, float], Figures]:
    """Each load on a PBX that was started for it; what is compared was measured in the same run."""
    load = {
        "first_agents": first_agents, "agents": agents, "pages": pages, "calls_per_s": calls_per_s,
        "media_per_s": media_per_s, "signalling_per_s": signalling_per_s, "seconds": seconds,
    }  # fmt: skip
    with _centre(progress) as centre:
        some = centre.hire(first_agents)
        progress("A bare answerer, for comparison …")
        bare_media = centre.bare(per_s=media_per_s, seconds=seconds, media=True)
        bare_signalling = centre.bare(per_s=signalling_per_s, seconds=seconds, media=False)
        with centre.taking_calls(), Pages(some[:pages], port=centre.ports.web) as desks:
            progress("Calls that are answered, with pages open …")
            figures = _desk(centre, desks, per_s=calls_per_s, seconds=3 * seconds)
        figures["pops_missed"] = float(desks.missed())
        centre.hire(agents - first_agents)
        for name, per_s, media, bare in (
            ("media", media_per_s, True, bare_media),
            ("signalling", signalling_per_s, False, bare_signalling),
        ):
            progress(f"{per_s} calls a second, {name} …")
            with centre.taking_calls():
                figures |= _rate(centre, name, per_s=per_s, seconds=seconds, media=media, bare=bare)
        progress("All agents talk at once …")
        with centre.taking_calls():
            figures |= _at_once(centre, agents)
        progress("Twice as many calls as can be taken …")
        with centre.taking_calls():
            figures |= _surplus(centre, per_s=2 * signalling_per_s, seconds=min(seconds, 12))
        figures["failed"] = sum(value for name, value in figures.items() if name.endswith("_failed"))
        figures["double_offers"] = voice_world.count(voice_world.DOUBLE_OFFERS)
        figures["double_talks"] = voice_world.count(voice_world.DOUBLE_TALKS)
    return load, figures


@dataclass(frozen=True, kw_only=True)
class Ports:
    web: int
    live: int
    sip: int
    http: int
    carrier: int
    other_carrier: int
    telephones: int
    echo: int
    sound: int


@dataclass
class Centre:
    """The contact centre, its exchange and its telephones."""

    folder: Path
    ports: Ports
    local: pbx.Local
    exchange: Pbx
    address: str
    telephones: Telephones
    parts: dict[str, psutil.Process] = field(default_factory=dict)
    called: int = 0

    def hire(self, many: int) -> Sequence[Agent]:
        return voice_world.hire(many, port=self.ports.telephones)

    @contextmanager
    def exchange_runs(self) -> Iterator[psutil.Process]:
        running = pbx.start(self.local, self.exchange)
        try:
            yield psutil.Process(running.pid)
        finally:
            pbx.stop(self.local, self.exchange)

    @contextmanager
    def taking_calls(self) -> Iterator[None]:
        """`fanal voice` on an exchange that was just started; all telephones can be rung."""
        with self.exchange_runs() as exchange, processes([["-m", "fanal", "voice"]], self.address) as (voice,):
            self.parts |= {"voice": psutil.Process(voice.pid), "exchange": exchange}
            until(voice_world.all_can_be_rung)
            yield
            until(voice_world.all_can_be_rung)

    def place(
        self, many: int, *, per_s: float, stays: float = STAYS, media: bool = False, port: int = 0
    ) -> AbstractContextManager[Calling]:
        """Calls by the next customers, none of whom calls twice before all have; by the one carrier or the other."""
        first, self.called = self.called, self.called + many
        callers = Callers(
            folder=self.folder,
            pbx_port=self.ports.sip,
            port=port or self.ports.carrier,
            numbers=voice_world.numbers(CUSTOMERS),
        )
        return callers.calling(NUMBER, calls=many, per_s=per_s, seconds=stays, media=media, first=first)

    def bare(self, *, per_s: float, seconds: float, media: bool) -> list[float]:
        """From the call to the application, in milliseconds, with nothing but an answerer."""
        written = self.folder / f"bare-{media}"
        command = ["-m", "fanal.benches.bare_answerer", f"ws://127.0.0.1:{self.ports.http}", self.exchange.secret]
        with self.exchange_runs(), processes([[*command, str(written)]], self.address):
            until(written.exists)
            with self.place(round(per_s * seconds), per_s=per_s, media=media) as calling:
                calls = calling.wait()
            lines = (line.split() for line in written.read_text().splitlines())
            return entered_ms(calls, {number: float(at) for number, at in lines})


@contextmanager
def _centre(progress: Progress) -> Iterator[Centre]:
    local, first = pbx.find(), ports_in_a_row(11)
    ports = Ports(
        web=first, live=first + 1, sip=first + 2, http=first + 3, carrier=first + 4, other_carrier=first + 9,
        telephones=first + 5, echo=first + 6, sound=first + 8,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="fanal-bench-voice-") as folder:
        trunks = [f"carrier=127.0.0.1:{ports.carrier}", f"other=127.0.0.1:{ports.other_carrier}"]
        settings = {
            "FANAL_HOME": folder,
            "FANAL_SECRET": django.SECRET_KEY,  # what this process signs is to be read by the others
            "FANAL_PBX_URL": "",
            "FANAL_PBX_TRUNKS": json.dumps(trunks),
            "FANAL_PBX_SIP_PORT": str(ports.sip),
            "FANAL_PBX_HTTP_PORT": str(ports.http),
        }
        own = replace(
            environment, home=Path(folder), secret=django.SECRET_KEY, pbx_trunks=trunks, pbx_sip_port=ports.sip,
            pbx_http_port=ports.http,
        )  # fmt: skip
        exchange = pbx.pbx_of(own, local)
        work = Path(folder) / "callers"
        work.mkdir()
        with (
            on_ports(ports.web, ports.live),
            given(settings),
            database(NAME, progress) as address,
            echo(work, port=ports.echo, media_port=ports.sound),
            Telephones(port=ports.telephones, media_port=ports.sound, lifted_after=LIFTED_AFTER) as telephones,
        ):
            voice_world.make(customers=CUSTOMERS)
            with processes([["-m", "fanal", part] for part in PARTS], address) as started:
                wait_for(ports.web)
                wait_for(ports.live)
                parts = {part: psutil.Process(one.pid) for part, one in zip(PARTS, started, strict=True)}
                if server := server_of(address):
                    parts["postgresql"] = server
                yield Centre(
                    folder=work, ports=ports, local=local, exchange=exchange, address=address, telephones=telephones,
                    parts=parts,
                )  # fmt: skip
                connection.close()


def _desk(centre: Centre, desks: Pages, *, per_s: float, seconds: float) -> Figures:
    with centre.place(round(per_s * seconds), per_s=per_s, media=True) as calling:
        while calling.process.poll() is None:
            desks.look()
        calls = calling.so_far()
    asked = {call.number: call.asked for call in calls}
    painted = [(at - asked[number]) * 1000 for number, at in desks.painted.items() if number in asked]
    return {
        **spread("ringing", rung_ms(centre, calls)),
        **spread("pop_painted", painted),
        "pops": float(len(painted)),
        "desk_failed": failed(calls),
        "desk_not_rung": not_rung(centre, calls),
    }


def _rate(centre: Centre, name: str, *, per_s: float, seconds: float, media: bool, bare: Sequence[float]) -> Figures:
    spent = Spent(centre.parts)
    with centre.place(round(per_s * seconds), per_s=per_s, media=media) as calling:
        calls = calling.wait()
    each = {f"{name}_{part}_processor_ms_each": 1000 * used / len(calls) for part, used in spent.since().items()}
    entered = entered_ms(calls, voice_world.entered())
    own, theirs = percentile(entered, 0.95), percentile(bare, 0.95)
    return {
        f"{name}_entered_p95_ms": own,
        f"{name}_entered_bare_p95_ms": theirs,
        f"{name}_entered_times_bare": own / theirs,
        **spread(f"{name}_ringing", rung_ms(centre, calls)),
        f"{name}_failed": failed(calls),
        f"{name}_not_rung": not_rung(centre, calls),
        **each,
    }


def _at_once(centre: Centre, agents: int) -> Figures:
    """They come at 25 a second and stay until the last one has come, and some seconds more."""
    per_s = 25.0
    with centre.place(agents, per_s=per_s, stays=agents / per_s + 6) as calling:
        calls = calling.wait()
    return {
        "at_once_most": float(most_at_once(calls, centre.telephones.rang)),
        **spread("at_once_ringing", rung_ms(centre, calls)),
        "at_once_failed": failed(calls),
        "at_once_not_rung": not_rung(centre, calls),
    }


def _surplus(centre: Centre, *, per_s: float, seconds: float) -> Figures:
    """Some talk already; then the others come twice as fast as they can be taken, and afterwards one by one."""
    with centre.place(
        IN_PROGRESS, per_s=IN_PROGRESS, stays=seconds + 10, port=centre.ports.other_carrier
    ) as in_progress:
        time.sleep(3)
        with centre.place(round(per_s * seconds), per_s=per_s) as calling:
            time.sleep(seconds)
            recovery = _recovery(centre)
            calls = calling.wait()
        before = in_progress.wait()
    told = [min((at for code, at in call.told.items() if code >= 180), default=math.inf) for call in calls]
    taken = [call for call in calls if 200 in call.told]
    return {
        "surplus_per_s": per_s,
        "surplus_refused": float(sum(503 in call.told for call in calls)),
        "surplus_taken_per_s": len(taken) / seconds,
        **spread("surplus_answered", [(call.told[200] - call.asked) * 1000 for call in taken]),
        "surplus_taken_not_rung": not_rung(centre, taken),
        "surplus_kept_waiting": float(sum(at - call.asked > TOLD_WITHIN for at, call in zip(told, calls, strict=True))),
        "cut_by_surplus": float(sum(call.failed for call in before) + sum(bool(call.theirs) for call in calls)),
        "recovery_s": recovery,
    }


def _recovery(centre: Centre) -> float:
    """Seconds until calls ring as soon as they should again, three in a row."""
    began = last_bad = time.time()
    good = 0
    while good < 3 and time.time() - began < PATIENCE:
        with centre.place(1, per_s=1, stays=1, port=centre.ports.other_carrier) as calling:
            rung = rung_ms(centre, calling.wait())
        if rung and rung[0] <= RECOVERED * 1000:
            good += 1
        else:
            good, last_bad = 0, time.time()
    return last_bad - began


def entered_ms(calls: Sequence[Call], entered: dict[str, float]) -> list[float]:
    return [(entered[call.number] - call.asked) * 1000 for call in calls if call.number in entered and call.asked]


def rung_ms(centre: Centre, calls: Sequence[Call]) -> list[float]:
    rang = centre.telephones.rang
    return [(rang[call.number] - call.asked) * 1000 for call in calls if rang.get(call.number, 0) > call.asked > 0]


def failed(calls: Sequence[Call]) -> float:
    """Calls that did not go through, or were refused."""
    return float(sum(call.failed or 503 in call.told for call in calls))


def not_rung(centre: Centre, calls: Sequence[Call]) -> float:
    """Calls that were taken, and whose callers laid down before a telephone rang for them."""
    return float(sum(centre.telephones.rang.get(call.number, 0) <= call.asked for call in calls))


def most_at_once(calls: Sequence[Call], rang: dict[str, float]) -> int:
    talked = [call for call in calls if call.number in rang and call.bye]
    moves = sorted([(rang[call.number], 1) for call in talked] + [(call.bye, -1) for call in talked])
    now = most = 0
    for _at, step in moves:
        now += step
        most = max(most, now)
    return most


def until(there: Callable[[], bool]) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > deadline:
            raise TimeoutError("the contact centre is not ready")
        time.sleep(0.1)
