"""A worker of the `cases` bench: a process that opens cases through the action as fast as it can, when told to."""

import random
import sys
import time

SUBJECTS = (
    *("The parcel has not arrived", "The machine does not drain", "Wrong colour delivered", "The card was refused"),
    *("Balance is not what it should be", "The router does not start", "Invoice came twice", "Contract ends too early"),
)
THINGS = ("kitchen", "hallway", "office", "garden", "cellar", "shop", "workshop", "attic")


def main(number: int, seed: int) -> None:
    """Says `ready`, waits for a line, opens `number` cases, and says `done`."""
    from fanal.running import program

    program.begin()
    from django.utils import timezone

    from fanal.agents.models import Agent
    from fanal.cases.actions import open_case
    from fanal.cases.models import CaseType, Category
    from fanal.customers.models import Customer

    rng = random.Random(seed)
    staff = list(Agent.objects.filter(email__startswith="bench").select_related("role", "team").order_by("pk"))
    types, categories = list(CaseType.objects.order_by("pk")), list(Category.objects.order_by("pk"))
    most = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    people = list(Customer.objects.in_bulk([rng.randint(1, most) for _ in range(200)]).values())

    def one() -> None:
        agent = rng.choice(staff)
        open_case(
            type=rng.choice(types),
            category=rng.choice(categories),
            subject=f"{rng.choice(SUBJECTS)}, {rng.choice(THINGS)} {rng.randrange(1000)}",
            customer=rng.choice(people),
            owner=agent,
            values={},
            now=timezone.now(),
            by=agent,
        )

    for _ in range(20):
        one()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    for _ in range(number):
        one()
    print(f"done {time.process_time() - began}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
