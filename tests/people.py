"""The cast of the tests: an agent, a supervisor, a queue manager, an administrator, by one call each."""

from itertools import count
from typing import Any

from fanal.agents.models import Agent, FieldClass, Permission, Role

ROLES: dict[str, list[Permission]] = {
    "agent": [Permission.HANDLE],
    "manager": [Permission.HANDLE, Permission.SUPERVISE_OWN_QUEUES, Permission.BLOCK],
    "supervisor": [
        Permission.HANDLE,
        Permission.SEE_ALL_CASES,
        Permission.SUPERVISE,
        Permission.EXPORT,
        Permission.BLOCK,
        Permission.REPLAY,
        Permission.HEAR,
        Permission.HOLD,
    ],
    "administrator": [Permission.ADMINISTER, Permission.SUPERVISE, Permission.SEE_ALL_CASES],
}
number = count(1)


def a_role(code: str) -> Role:
    """One of the four roles, all field classes included."""
    role, _ = Role.objects.get_or_create(
        code=f"test-{code}",
        defaults={"name": code, "permissions": ROLES[code], "field_classes": list(FieldClass.values)},
    )
    return role


def an_agent(role: str = "agent", **more: Any) -> Agent:
    """A new person of a role; each call makes another one."""
    n = next(number)
    return Agent.objects.create_user(f"person{n}@test.example", "pass", name=f"Person {n}", role=a_role(role), **more)
