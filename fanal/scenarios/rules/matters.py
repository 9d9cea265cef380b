"""Which case an action makes, and whether it is one that is there already."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MatterRule:
    """«This action in this scenario is that kind of matter»; scenario None: in any."""

    id: int
    action: str
    scenario: int | None
    type: int
    category: int
    subject: str
    settles: bool


@dataclass(frozen=True, kw_only=True)
class RaisedMatter:
    """A topic of the interaction that stands: its case if there is one, and what that is about."""

    topic: int
    category: int | None
    case: int | None = None
    type: int | None = None
    holding: int | None = None
    order: int | None = None
    made_itself: bool = False


def which_rule(action: str, scenario: int | None, rules: Iterable[MatterRule]) -> MatterRule | None:
    """The rule of this very scenario before the general one; among equals the oldest."""
    fitting = [rule for rule in rules if rule.action == action and rule.scenario in (None, scenario)]
    return min(fitting, key=lambda rule: (rule.scenario is None, rule.id), default=None)


def same_matter(
    rule: MatterRule, raised: Iterable[RaisedMatter], *, holding: int | None, order: int | None
) -> RaisedMatter | None:
    """The topic that is already this matter: a case of the same type, category and object; else a bare topic
    of the category (what the scenario expected), which then gets the case. None: a new matter."""
    bare = None
    for matter in raised:
        if matter.category != rule.category:
            continue
        if matter.case is None:
            bare = bare or matter
        elif (matter.type, matter.holding, matter.order) == (rule.type, holding, order):
            return matter
    return bare


def subject_of(rule: MatterRule, thing: str) -> str:
    """The subject with its {object} filled in; empty when it speaks of an object and there is none."""
    if "{object}" in rule.subject and not thing:
        return ""
    return " ".join(rule.subject.replace("{object}", thing).split()).strip(" ,·:-")[:200]
