"""A shop whose orders, accounts and cards a real back office on loopback knows better; fanal asks it by HTTP."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fanal.demo.back_office import describing
from fanal.demo.back_office.server import server
from fanal.demo.back_office.store import Store
from fanal.environment import environment
from tests.matters.fixtures import talk

__all__ = ["talk"]


@pytest.fixture
def store() -> Iterator[Store]:
    found = Store()
    yield found
    found.close()


@pytest.fixture
def office(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """It serves for as long as the test lasts; `office.slow` are the seconds of its switch."""
    running = server(store, slow=1.0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setattr(environment, "outside_allowed", [f"{describing.HOST}=127.0.0.1:{running.server_port}"])
    yield running
    running.shutdown()
    running.server_close()
    thread.join(timeout=5)


@pytest.fixture
def sources(db: None, office: Any) -> dict[str, Any]:
    """The demo's sources, set up as the demo sets them up."""
    from fanal.demo.company.configure import back_offices
    from fanal.holdings.models import HoldingSource

    back_offices()
    HoldingSource.objects.update(within_ms=400, retries=0)
    return {row.code: row for row in HoldingSource.objects.all()}


@pytest.fixture
def shop(db: None, store: Store) -> Any:
    """The shop of the matters, whose things the back office knows under their numbers."""
    from fanal.holdings.models import Holding
    from tests.matters.shop import build

    built = build()
    Holding.objects.filter(pk=built.card.pk).update(parent=built.account)
    built.card.refresh_from_db()
    store.fill(
        [
            ("account", built.account.number, {"balance": {"amount": "99.10", "currency": "EUR"}, "state": "in use"}),
            ("card", f"{built.account.number}/{built.card.number}", {"state": "in use"}),
            ("order", built.order.number, {"status": "packed", "deliver_to": "1 rue Basse, Lyon", "way": []}),
            ("order", built.others_order.number, {"status": "in transit", "way": []}),
            ("device", built.device.number, {"state": "in use", "faults": []}),
        ]
    )
    return built


@pytest.fixture
def clock() -> Any:
    from tests.matters.shop import Clock

    return Clock(datetime.now(UTC))


@pytest.fixture
def carry(sources: dict[str, Any]) -> Iterator[Callable[..., None]]:
    """Carry everything that is wanted to the back office and back, as the worker does, until nothing is under way."""
    import time

    from django.utils import timezone

    from fanal.scenarios.back_office import Carrier

    ended = threading.Event()
    carrier = Carrier(stop=ended, now=timezone.now)

    def until_done(rounds: int = 400) -> Carrier:
        for _ in range(rounds):
            carrier.round()
            if not carrier.busy:
                carrier.round()
                if not carrier.busy:
                    return carrier
            time.sleep(0.01)
        raise TimeoutError

    until_done.carrier = carrier  # type: ignore[attr-defined]
    yield until_done  # type: ignore[misc]
    carrier.close()
