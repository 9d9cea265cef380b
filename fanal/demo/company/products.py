"""What the demo company sells, and what goes wrong with it."""

from decimal import Decimal

# Code to name, family and price; the families of devices have faults below.
PRODUCTS = {
    "washer-tide-7": ("Tide 7 washing machine", "washing machines", Decimal("489.00")),
    "washer-tide-9": ("Tide 9 washing machine", "washing machines", Decimal("649.00")),
    "dish-reef-12": ("Reef 12 dishwasher", "dishwashers", Decimal("529.00")),
    "dish-reef-6": ("Reef 6 compact dishwasher", "dishwashers", Decimal("329.00")),
    "fridge-floe-300": ("Floe 300 fridge", "fridges", Decimal("599.00")),
    "fridge-floe-450": ("Floe 450 fridge-freezer", "fridges", Decimal("899.00")),
    "oven-beacon-60": ("Beacon 60 oven", "ovens", Decimal("449.00")),
    "kettle-gull": ("Gull kettle", "small appliances", Decimal("39.90")),
    "vacuum-breeze": ("Breeze vacuum cleaner", "vacuum cleaners", Decimal("219.00")),
    "router-mast-5": ("Mast 5 router", "routers", Decimal("129.00")),
    "router-mast-6": ("Mast 6 router", "routers", Decimal("189.00")),
    "filter-set": ("Filter set", "accessories", Decimal("14.90")),
    "hose-2m": ("Inlet hose, 2 m", "accessories", Decimal("18.50")),
    "plan-coast": ("Coast mobile plan", "plans", Decimal("14.00")),
    "plan-fibre": ("Fibre 1000", "plans", Decimal("34.00")),
    "account-current": ("Current account", "accounts", Decimal("0.00")),
    "account-savings": ("Savings account", "accounts", Decimal("0.00")),
    "card-debit": ("Debit card", "cards", Decimal("0.00")),
    "card-credit": ("Credit card", "cards", Decimal("0.00")),
    "warranty-plus": ("Five-year warranty", "contracts", Decimal("89.00")),
}
GOODS = tuple(
    code for code, (_, family, price) in PRODUCTS.items() if price >= 10 and family not in ("plans", "contracts")
)
DEVICES = (
    "washer-tide-7", "washer-tide-9", "dish-reef-12", "dish-reef-6", "fridge-floe-300",
    "fridge-floe-450", "oven-beacon-60", "vacuum-breeze", "router-mast-5", "router-mast-6",
)  # fmt: skip

# Family to fault code, what it is and what settles it.
FAULTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "washing machines": (
        ("E18", "Water does not drain", "Drain filter and hose cleaned"),
        ("E21", "Drum does not turn", "Belt replaced"),
        ("E32", "Door is not locked", "Door lock replaced"),
        ("E05", "Water is not heated", "Heating element replaced"),
    ),
    "dishwashers": (
        ("I20", "Water does not drain", "Sieve and hose cleaned"),
        ("I30", "Leak protection has closed", "Float switch dried, seal replaced"),
        ("I10", "No water comes in", "Inlet valve replaced"),
    ),
    "fridges": (
        ("F4", "Temperature sensor gives no value", "Sensor replaced"),
        ("H1", "Too warm inside", "Door seal replaced"),
    ),
    "ovens": (("F11", "A key is stuck", "Control panel cleaned"), ("F2", "Too hot", "Thermostat replaced")),
    "vacuum cleaners": (
        ("V3", "Brush is blocked", "Brush freed"),
        ("V7", "Battery does not charge", "Battery replaced"),
    ),
    "routers": (
        ("L0", "No signal on the line", "Line measured and reconnected"),
        ("W2", "Wireless drops out", "Channel changed, software renewed"),
    ),
}
CARRIERS = ("Northwind Parcels", "Colibri Express", "Karavan Post", "Tern Freight")
HUBS = ("Lille", "Lyon", "Köln", "Milano", "Warszawa", "Tallinn", "Marseille", "Dubai", "Casablanca", "Almaty")
