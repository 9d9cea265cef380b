"""The people of the guided tour: the same in every demo, so that tests, the demo shop and readers can rely on them."""

from dataclasses import dataclass

PASSWORD = "lantern-harbour-demo"  # noqa: S105  the demo's only one, printed on purpose
DOMAIN = "demo.example"

AGENT = f"agent@{DOMAIN}"
SECOND = f"second@{DOMAIN}"
MANAGER = f"manager@{DOMAIN}"
SUPERVISOR = f"supervisor@{DOMAIN}"
ADMINISTRATOR = f"admin@{DOMAIN}"
PRACTISING = f"practice@{DOMAIN}"
TECHNICIAN = f"technician@{DOMAIN}"

SIGN_INS = (
    (AGENT, "agent"),
    (SECOND, "senior agent"),
    (MANAGER, "queue manager"),
    (SUPERVISOR, "supervisor"),
    (ADMINISTRATOR, "administrator"),
    (PRACTISING, "agent who practises"),
    (TECHNICIAN, "field technician"),
)

SHOP = "shop"
POST, POST_ADDRESS = "post", f"hello@{DOMAIN}"
PHONE, PHONE_NUMBER = "phone", "+33199001234"
PRACTICE = "practice"
FLOW = "phone"
SHOP_SECRET = "demo-shop-signs-with-this-and-nobody-else-does"  # noqa: S105  of the demo shop only


@dataclass(frozen=True, kw_only=True)
class Player:
    """One customer of the tour. `signed` is the id by which the shop vouches for them, if they are signed in there."""

    name: str
    language: str
    email: str = ""
    phone: str = ""
    signed: str = ""
    order: str = ""
    account: str = ""
    card: str = ""


KNOWN = Player(
    name="Amélie Laurent",
    language="fr",
    email="amelie.laurent@mail.example",
    phone="+33612480157",
    signed="shop-1001",
    order="HL-700110",
    account="HA-5500110",
    card="4000001234567899",
)
HOUSEHOLD_PHONE = "+393204815162"
AMBIGUOUS = (
    Player(
        name="Giulia Rossi", language="en", phone=HOUSEHOLD_PHONE, email="giulia.rossi@mail.example", order="HL-700120"
    ),
    Player(
        name="Marco Rossi", language="en", phone=HOUSEHOLD_PHONE, email="marco.rossi@mail.example", order="HL-700121"
    ),
    Player(name="Chiara Rossi", language="en", phone=HOUSEHOLD_PHONE, email="chiara.rossi@mail.example"),
)
UNKNOWN = Player(name="Alex Winter", language="en", email="alex.winter@nowhere.example", phone="+447911123456")
GRANDMOTHER = Player(
    name="Нина Соколова",
    language="ru",
    email="nina.sokolova@mail.example",
    phone="+79161234567",
    order="HL-700130",
    account="HA-5500130",
)
GRANDCHILD = Player(
    name="Дарья Соколова",
    language="ru",
    email="darya.sokolova@mail.example",
    phone="+79167654321",
    signed="shop-1002",
)
WITH_ORDER = Player(
    name="عمر حداد", language="ar", email="omar.haddad@mail.example", phone="+962791234567", order="HL-700140"
)
FIVE_MATTERS = Player(
    name="Sofia Marchetti",
    language="en",
    email="sofia.marchetti@mail.example",
    phone="+393331234567",
    signed="shop-1003",
    order="HL-700150",
    account="HA-5500150",
    card="5100001234567895",
)
PLAYERS = (KNOWN, *AMBIGUOUS, GRANDMOTHER, GRANDCHILD, WITH_ORDER, FIVE_MATTERS)
"""Everybody of the tour who is a customer; UNKNOWN is none, on purpose."""
