"""What the demo's customers hold: accounts, cards, contracts, devices with their faults, and orders in every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from fanal.demo import cast
from fanal.demo.company.products import CARRIERS, DEVICES, FAULTS, GOODS, HUBS, PRODUCTS
from fanal.demo.generating.people import Someone
from fanal.demo.generating.rows import Table
from fanal.holdings.models import Fault, Holding, Order, OrderLine, OrderState, OrderStep
from fanal.norms import cards

CURRENCIES = {"GB": "GBP", "PL": "PLN", "RU": "RUB", "UA": "UAH", "KZ": "KZT", "EG": "EGP", "MA": "MAD", "JO": "JOD"}
LANE = (OrderState.PLACED, OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELIVERED)
NOTES: dict[str, str] = {
    OrderState.PLACED: "Order received",
    OrderState.PAID: "Payment received",
    OrderState.PACKED: "Packed in the warehouse",
    OrderState.SHIPPED: "Handed to the carrier",
    OrderState.DELIVERED: "Delivered",
    OrderState.CANCELLED: "Cancelled",
    OrderState.RETURNED: "Came back to the warehouse",
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """An order or holding as the history needs it: its row, what it is called and where it stands."""

    id: int
    label: str
    product: str = ""
    placed_at: datetime | None = None
    late: bool = False


@dataclass(kw_only=True)
class Holdings:
    """Draws what people hold and collects the rows. `products` are the codes with their ids."""

    rng: Random
    now: datetime
    products: dict[str, int]
    key: bytes

    def __post_init__(self) -> None:
        self.holdings = Table(
            Holding, "customer", "kind", "product", "parent", "number", "number_hash", "state", "balance", "currency",
            "balance_at", "begins_on", "ends_on",
        )  # fmt: skip
        self.faults = Table(Fault, "device", "code", "description", "reported_at", "settled_at", "remedy")
        self.orders = Table(
            Order, "customer", "number", "state", "placed_at", "promised_on", "delivered_at", "total", "currency",
            "carrier", "tracking_number", "deliver_to",
        )  # fmt: skip
        self.lines = Table(OrderLine, "order", "product", "quantity", "price")
        self.steps = Table(OrderStep, "order", "state", "at", "place", "note")
        self.tables: Sequence[Table] = (self.holdings, self.faults, self.orders, self.lines, self.steps)
        self.known: dict[int, Held] = {}
        self.ordered: dict[int, Held] = {}

    def draw(self, people: Sequence[Someone], players: dict[str, Someone]) -> None:
        self._cast(players)
        special = {someone.id for someone in players.values()}
        for someone in people:
            if someone.id in special:
                continue
            if self.rng.random() < 0.5:
                self._money(someone)
            for _ in range(self.rng.choices((0, 1, 2, 3), (35, 40, 18, 7))[0]):
                self._device(someone)
            if self.rng.random() < 0.25:
                self._contract(someone)
            for _ in range(self.rng.choices((0, 1, 2, 4, 7), (22, 38, 24, 12, 4))[0]):
                self.order(someone)

    def _money(self, someone: Someone, *, account: str = "", card: str = "") -> None:
        """One or two accounts with their cards."""
        currency = CURRENCIES.get(someone.land.code, "EUR")
        for product in ("account-current", "account-savings")[: 1 + (self.rng.random() < 0.3 and not account)]:
            number = account or f"HA-{3000000 + len(self.holdings.rows)}"
            balance = Decimal(self.rng.randrange(-20_000, 900_000)) / 100
            state = self.rng.choices(("active", "blocked", "closed"), (94, 3, 3))[0] if not account else "active"
            id = self._hold(
                someone, "account", product, number, state=state, balance=balance, currency=currency,
                balance_at=self.now - timedelta(hours=self.rng.randint(1, 60)),
            )  # fmt: skip
            someone.accounts.append(id)
            for kind in ("card-debit", "card-credit")[: 1 + (self.rng.random() < 0.35)]:
                self._card(someone, kind, id, card or self._card_number())
                card = ""

    def _card(self, someone: Someone, product: str, account: int, number: str) -> None:
        begins = self.now.date() - timedelta(days=self.rng.randint(30, 1500))
        ends = begins + timedelta(days=4 * 365)
        state = "expired" if ends < self.now.date() else self.rng.choices(("active", "blocked"), (95, 5))[0]
        id = self._hold(
            someone, "card", product, cards.last_four(number), parent=account, state=state,
            number_hash=cards.keyed_hash(number, key=self.key), begins_on=begins, ends_on=ends,
        )  # fmt: skip
        someone.cards.append(id)

    def _card_number(self) -> str:
        return with_check_digit("400000" + f"{self.rng.randrange(10**9):09d}")

    def _device(self, someone: Someone, *, product: str = "", faults: int | None = None) -> None:
        product = product or self.rng.choice(DEVICES)
        bought = self.now.date() - timedelta(days=self.rng.randint(20, 2200))
        serial = f"{product.split('-')[0][:3].upper()}{self.rng.randrange(10**7):07d}"
        id = self._hold(
            someone, "device", product, serial, begins_on=bought, ends_on=bought + timedelta(days=730),
        )  # fmt: skip
        someone.devices.append(id)
        number = self.rng.choices((0, 1, 2, 4), (55, 27, 13, 5))[0] if faults is None else faults
        for _ in range(number):
            code, description, remedy = self.rng.choice(FAULTS[PRODUCTS[product][1]])
            age = self.rng.randint(2, max((self.now.date() - bought).days, 3))
            reported = self.now - timedelta(days=age, minutes=self.rng.randint(0, 900))
            settled = reported + timedelta(hours=self.rng.randint(2, 200))
            done = settled < self.now
            self.faults.add(id, code, description, reported, settled if done else None, remedy if done else "")

    def _contract(self, someone: Someone) -> None:
        product = self.rng.choice(("plan-coast", "plan-fibre", "warranty-plus"))
        begins = self.now.date() - timedelta(days=self.rng.randint(30, 900))
        ends = begins + timedelta(days=self.rng.choice((365, 730, 1825)))
        state = "expired" if ends < self.now.date() else "active"
        number = f"HC-{100000 + len(self.holdings.rows)}"
        someone.contracts.append(
            self._hold(someone, "contract", product, number, state=state, begins_on=begins, ends_on=ends)
        )

    def _hold(
        self, someone: Someone, kind: str, product: str, number: str, *, parent: int | None = None,
        number_hash: str = "", state: str = "active", balance: Decimal | None = None, currency: str = "",
        balance_at: datetime | None = None, begins_on: date | None = None, ends_on: date | None = None,
    ) -> int:  # fmt: skip
        id = self.holdings.add(
            someone.id, kind, self.products[product], parent, number, number_hash, state, balance, currency, balance_at,
            begins_on, ends_on,
        )  # fmt: skip
        self.known[id] = Held(id=id, label=f"{PRODUCTS[product][0]} {number}", product=product)
        return id

    def order(self, someone: Someone, *, number: str = "", state: str = "", late: bool | None = None) -> int:
        """One order with its lines and its way so far; a third of what is still under way is late."""
        recent = self.rng.random() < 0.45
        ended = self.rng.choices((OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED), (84, 8, 8))[0]
        state = state or (self.rng.choice(LANE) if recent else ended)
        age = self.rng.uniform(0.2, 9) if state in LANE[:4] else self.rng.uniform(6, 400)
        late = late if late is not None else state in LANE[:4] and self.rng.random() < 0.33
        if late:
            age = self.rng.uniform(7, 16)
        placed = self.now - timedelta(days=age)
        promised = self.now.date() - timedelta(days=self.rng.randint(1, 4)) if late else (
            max(placed + timedelta(days=self.rng.randint(3, 6)), self.now + timedelta(days=state in LANE[:4]))
        ).date()  # fmt: skip
        if state not in LANE[:4]:
            promised = (placed + timedelta(days=self.rng.randint(3, 6))).date()
        way = _way(state)
        times = self._times(placed, len(way))
        sent = OrderState.SHIPPED in way
        carrier = self.rng.choice(CARRIERS) if sent else ""
        tracking = f"{carrier[:2].upper()}{self.rng.randrange(10**9):09d}" if sent else ""
        delivered = times[way.index(OrderState.DELIVERED)] if OrderState.DELIVERED in way else None
        number = number or f"HL-{100000 + len(self.orders.rows)}"
        goods = self.rng.sample(GOODS, self.rng.choices((1, 2, 3), (60, 28, 12))[0])
        pieces = [(code, self.rng.choices((1, 2), (88, 12))[0], PRODUCTS[code][2]) for code in goods]
        total = sum((count * price for _, count, price in pieces), Decimal(0))
        id = self.orders.add(
            someone.id, number, state, placed, promised, delivered, total, "EUR", carrier, tracking, someone.address
        )
        for code, count, price in pieces:
            self.lines.add(id, self.products[code], count, price)
        hubs = self.rng.sample(HUBS, 2)
        for step, at in zip(way, times, strict=True):
            place = someone.city if step == OrderState.DELIVERED else hubs[0] if step == OrderState.SHIPPED else ""
            self.steps.add(id, step, at, place, NOTES[step])
        if late and state == OrderState.SHIPPED:
            at = self.now - timedelta(days=2, hours=self.rng.randint(1, 20))
            self.steps.add(id, OrderState.SHIPPED, max(at, times[-1]), hubs[1], "Missed the connection")
        someone.orders.append(id)
        self.ordered[id] = Held(id=id, label=number, placed_at=placed, late=bool(late))
        return id

    def _times(self, placed: datetime, steps: int) -> list[datetime]:
        """When each step was; all of them before now."""
        span = min((self.now - placed) * 0.9, timedelta(days=5.5))
        inner = sorted(self.rng.uniform(0.02, 1) for _ in range(steps - 1))
        return [placed, *(placed + span * part for part in inner)]

    def _cast(self, players: dict[str, Someone]) -> None:
        """Exactly what the tour needs."""
        for player in cast.PLAYERS:
            someone = players[player.name]
            if player.account:
                self._money(someone, account=player.account, card=player.card)
            if player.order:
                late = player in (cast.WITH_ORDER, cast.FIVE_MATTERS)
                self.order(someone, number=player.order, state=OrderState.SHIPPED, late=late)
        for player in (cast.KNOWN, cast.GRANDMOTHER, cast.FIVE_MATTERS):
            someone = players[player.name]
            self._device(someone, product="washer-tide-7", faults=2)
            self._contract(someone)
        washer = players[cast.KNOWN.name].devices[0]
        self.faults.add(washer, "E18", "Water does not drain", self.now - timedelta(days=2), None, "")
        for state in (OrderState.DELIVERED, OrderState.RETURNED):
            self.order(players[cast.KNOWN.name], state=state)


def _way(state: str) -> list[str]:
    if state == OrderState.CANCELLED:
        return [OrderState.PLACED, OrderState.PAID, OrderState.CANCELLED]
    if state == OrderState.RETURNED:
        return [*LANE, OrderState.RETURNED]
    return list(LANE[: LANE.index(OrderState(state)) + 1])


def with_check_digit(digits: str) -> str:
    """The number completed so that it passes the check of ISO/IEC 7812-1."""
    return next(digits + str(last) for last in range(10) if cards.luhn(digits + str(last)))
