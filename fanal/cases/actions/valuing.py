"""What the fields of a new case are given."""

from collections.abc import Mapping
from typing import Any

from fanal.cases import rules
from fanal.cases.asking import fields_of, for_rules
from fanal.cases.models import CaseType
from fanal.cases.rules.values import checked, missing


def values_to_open(type: CaseType, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they will be kept. Raises NotPossible when one is wrong, or one that is needed is missing."""
    fields = for_rules(fields_of(type.pk))
    values = checked(fields, given, {})
    if names := missing(fields, values, to="to_open"):
        raise rules.NotPossible("missing_to_open", names=names)
    return values
