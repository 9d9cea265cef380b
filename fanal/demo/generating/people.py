"""The demo's customers: people and organisations, with their addresses, families, doubles and mergers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from fanal.customers.models import (
    ContactPoint,
    ContactPointKind,
    ContactPointState,
    Customer,
    CustomerKind,
    Relationship,
    RelationshipKind,
)
from fanal.demo import cast
from fanal.demo.company.matters import CASE_RULES
from fanal.demo.generating.names import COMPANIES, LANDS, Land
from fanal.demo.generating.rows import Table
from fanal.norms import names

DOMAINS = ("mail.example", "post.example", "inbox.example", "example.com", "example.org", "example.net")
POWERS_OF_FAMILY = (
    "look_up_order",
    "refresh_balance",
    "explain_contract_end",
    "report_device_fault",
    "record_complaint",
)

CAST = frozenset(player.name for player in (*cast.PLAYERS, cast.UNKNOWN))


@dataclass(kw_only=True)
class Someone:
    """A generated customer, as the rest of the generator needs it."""

    id: int
    name: str
    language: str
    land: Land
    street: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    since: datetime
    organisation: bool = False
    merged: bool = False
    orders: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)
    devices: list[int] = field(default_factory=list)
    contracts: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.street}, {self.postcode} {self.city}"


@dataclass(kw_only=True)
class People:
    """Draws customers and collects their rows."""

    rng: Random
    now: datetime
    all: list[Someone] = field(default_factory=list)
    players: dict[str, Someone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.customers = Table(
            Customer, "kind", "name", "given_name", "family_name", "language", "born_on", "address", "postcode", "city",
            "country", "value_band", "external_id", "survivor", "practice", "created_at",
        )  # fmt: skip
        self.points = Table(
            ContactPoint, "customer", "kind", "value", "given", "state", "state_at", "preferred", "shared"
        )
        self.relationships = Table(Relationship, "person", "represents", "kind", "powers", "verified_at", "ends_on")
        self.tables: Sequence[Table] = (self.customers, self.points, self.relationships)
        self._used: set[str] = {player.phone for player in cast.PLAYERS} | {cast.UNKNOWN.phone}

    def draw(self, number: int) -> None:
        """The cast first, then about `number` others: three in a hundred twice, one in ten in a household."""
        self._cast()
        while len(self.all) < number:
            match self.rng.random():
                case chance if chance < 0.04:
                    self._household()
                case chance if chance < 0.055:
                    self._company()
                case chance if chance < 0.075:
                    self._double(self.person())
                case chance if chance < 0.085:
                    self._merged(self.person())
                case chance if chance < 0.095:
                    self._represented()
                case _:
                    self.person()

    def person(
        self, *, land: Land | None = None, family: str = "", home: Someone | None = None, older: bool = False
    ) -> Someone:
        """One more person, at home with `home` if given."""
        land = land or self.rng.choices(LANDS, [land.weight for land in LANDS])[0]
        man = self.rng.random() < 0.5
        given = self.rng.choice(land.given[man])
        family = family or self.rng.choice(land.family)
        name, first, last = written(given, family, man)
        if self.rng.random() < 0.12 and "/" in given:
            name, first, last = written(given, family, man, form=1)
        if name in CAST:
            return self.person(land=land, home=home, older=older)
        someone = self._enter(land, name, first, last, home=home, born_on=self._born(older))
        self._phone(someone)
        if self.rng.random() < 0.85:
            self._email(someone)
        return someone

    def _enter(
        self, land: Land, name: str, first: str, last: str, *, born_on: date | None, home: Someone | None = None,
        external_id: str = "", organisation: bool = False, language: str = "", practice: bool = False,
    ) -> Someone:  # fmt: skip
        since = self.now - timedelta(days=self.rng.randint(70, 2500), minutes=self.rng.randint(0, 1400))
        city, postcode = (home.city, home.postcode) if home else self.rng.choice(land.cities)
        street = home.street if home else land.street.format(
            street=self.rng.choice(land.streets), house=self.rng.randint(1, 140)
        )  # fmt: skip
        language = language or (land.language if self.rng.random() < 0.95 else "en")
        band = self.rng.choices((0, 1, 2, 3), (70, 20, 8, 2))[0]
        id = self.customers.add(
            CustomerKind.ORGANISATION if organisation else CustomerKind.PERSON, name, first, last, language, born_on,
            street, postcode, city, land.code, band, 
            external_id or f"shop-{20000 + len(self.customers.rows)}", None, practice, since,
        )  # fmt: skip
        someone = Someone(
            id=id, name=name, language=language, land=land, street=street, postcode=postcode, city=city, since=since,
            organisation=organisation,
        )  # fmt: skip
        if not practice:
            self.all.append(someone)
        return someone

    def _born(self, older: bool) -> date | None:
        if self.rng.random() < 0.15 and not older:
            return None
        age = self.rng.randint(68, 92) if older else self.rng.randint(18, 84)
        return self.now.date() - timedelta(days=age * 365 + self.rng.randint(0, 364))

    def _phone(self, someone: Someone, *, number: str = "", shared: bool = False) -> str:
        if not number:
            number = self._number(someone.land)
        state = self.rng.choices(
            (ContactPointState.VALID, ContactPointState.VERIFIED, ContactPointState.DISCONNECTED), (70, 26, 4)
        )[0]
        if shared:
            state = ContactPointState.VALID
        someone.phone = number
        self.points.add(someone.id, ContactPointKind.PHONE, number, number, state, someone.since, not shared, shared)
        return number

    def _number(self, land: Land) -> str:
        while True:
            start, more = self.rng.choice(land.mobile)
            number = f"+{land.dial}{start}{self.rng.randrange(10**more):0{more}d}"
            if number not in self._used:
                self._used.add(number)
                return number

    def _email(self, someone: Someone, *, value: str = "") -> None:
        if not value:
            words = names.tokens(someone.name)[:3] or ("customer",)
            value = f"{'.'.join(words)}{someone.id % 1000}@{self.rng.choice(DOMAINS)}"
        state = self.rng.choices(
            (
                ContactPointState.VALID,
                ContactPointState.DELIVERABLE,
                ContactPointState.VERIFIED,
                ContactPointState.BOUNCED,
            ),
            (30, 45, 20, 5),
        )[0]
        someone.email = value
        self.points.add(someone.id, ContactPointKind.EMAIL, value, value, state, someone.since, False, False)

    def _household(self) -> None:
        """Two to four people behind one number."""
        first = self.person()
        if not first.phone:
            return
        shared = self._number(first.land)
        family = self.rng.choice(first.land.family)
        home = [self.person(land=first.land, family=family, home=first) for _ in range(self.rng.randint(1, 3))]
        for someone in (first, *home):
            self._phone(someone, number=shared, shared=True)
        for someone in home:
            self.relationships.add(someone.id, first.id, RelationshipKind.HOUSEHOLD, [], None, None)

    def _company(self) -> None:
        """An organisation with a switchboard that its people share."""
        land = self.rng.choice(LANDS)
        name = f"{self.rng.choice(COMPANIES)} {self.rng.randint(2, 99)}"
        company = self._enter(land, name, "", "", born_on=None, organisation=True)
        switchboard = self._phone(company, shared=True)
        self._email(company, value=f"office{company.id}@{self.rng.choice(DOMAINS)}")
        for _ in range(self.rng.randint(1, 3)):
            employee = self.person(land=land, home=company)
            self._phone(employee, number=switchboard, shared=True)
            powers = ["look_up_order", "change_delivery_address", "report_device_fault"]
            self.relationships.add(
                employee.id, company.id, RelationshipKind.EMPLOYEE, powers, company.since + timedelta(days=3), None
            )

    def _double(self, first: Someone) -> None:
        """The same person once more: in another script, or with another spelling, and half of their addresses."""
        name = other_spelling(first.name, first.land, self.rng)
        words = name.split()
        second = self._enter(first.land, name, words[0], " ".join(words[1:]), born_on=None, home=first)
        if self.rng.random() < 0.6 and first.phone:
            self._phone(second, number=first.phone)
        else:
            self._email(second, value=first.email)

    def _merged(self, first: Someone) -> None:
        """A double that was found: its rows stay, and it points at the survivor."""
        before = len(self.all)
        self._double(first)
        for someone in self.all[before:]:
            someone.merged = True
            self.customers.change(someone.id, survivor=first.id)

    def _represented(self) -> None:
        """Somebody old, and a younger one who may act for them."""
        old = self.person(older=True)
        young = self.person(land=old.land)
        kind = self.rng.choice((RelationshipKind.FAMILY, RelationshipKind.GUARDIAN, RelationshipKind.REPRESENTATIVE))
        powers = list(CASE_RULES) if kind == RelationshipKind.GUARDIAN else list(POWERS_OF_FAMILY)
        ends = self.now.date() + timedelta(days=self.rng.randint(-60, 700)) if self.rng.random() < 0.4 else None
        self.relationships.add(young.id, old.id, kind, powers, old.since + timedelta(days=10), ends)

    def _cast(self) -> None:
        lands = {land.code: land for land in LANDS}
        homes = {"fr": "FR", "ru": "RU", "ar": "JO", "en": "IT"}
        rossi: Someone | None = None
        for player in cast.PLAYERS:
            words = player.name.split()
            born = date(1941, 3, 14) if player is cast.GRANDMOTHER else date(1987, 6, 5)
            someone = self._enter(
                lands[homes[player.language]], player.name, words[0], words[-1], born_on=born,
                external_id=player.signed or f"shop-11{len(self.all):02d}", language=player.language,
                home=rossi if player in cast.AMBIGUOUS else None,
            )  # fmt: skip
            shared = player in cast.AMBIGUOUS
            rossi = rossi or (someone if shared else None)
            someone.phone, someone.email = player.phone, player.email
            since = someone.since
            self.points.add(someone.id, "phone", player.phone, player.phone, "valid", since, not shared, shared)
            self.points.add(someone.id, "email", player.email, player.email, "verified", since, False, False)
            self.players[player.name] = someone
        old, young = self.players[cast.GRANDMOTHER.name], self.players[cast.GRANDCHILD.name]
        self.relationships.add(
            young.id, old.id, RelationshipKind.FAMILY, list(POWERS_OF_FAMILY), self.now - timedelta(days=200), None
        )
        first, *others = (self.players[player.name] for player in cast.AMBIGUOUS)
        for other in others:
            self.relationships.add(other.id, first.id, RelationshipKind.HOUSEHOLD, [], None, None)


def written(given: str, family: str, man: bool, *, form: int = 0) -> tuple[str, str, str]:
    """Full, given and family name: form 0 in the land's script, others in Latin letters where there are some."""
    first = _form(given, form)
    last = _form(family, form)
    if not man:
        last = _feminine(last)
    return f"{first} {last}", first, last


def other_spelling(name: str, land: Land, rng: Random) -> str:
    """The name as another clerk would have written it: other script, other transliteration, no accents, swapped."""
    first, _, last = name.partition(" ")
    for pool in (*land.given, land.family):
        for entry in pool:
            forms = entry.split("/")
            if forms[0] == first and len(forms) > 1:
                first = rng.choice(forms[1:])
            for form in (forms[0], _feminine(forms[0])):
                if form == last and len(forms) > 1:
                    chosen = rng.choice(forms[1:])
                    last = _feminine(chosen) if form != forms[0] else chosen
    changed = f"{first} {last}"
    if changed != name:
        return changed
    folded = " ".join(names.tokens(name)).title()
    return folded if folded and folded != name and rng.random() < 0.5 else f"{last} {first}"


def _form(entry: str, form: int) -> str:
    forms = entry.split("/")
    return forms[min(form, len(forms) - 1)]


def _feminine(family: str) -> str:
    endings = ("ов", "ёв", "ев", "ин", "ov", "yov", "ev", "in")
    if family.endswith(endings) and family not in ("Martin", "Collin", "Guérin"):
        return family + ("а" if family[-1] > "z" else "a")
    return family
