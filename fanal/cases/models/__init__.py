"""The matters that customers want settled, and what belongs to them."""

from fanal.cases.models.bulk import BulkChange, BulkItem, BulkKind, BulkState
from fanal.cases.models.case import (
    LISTED,
    Burst,
    Case,
    CaseHelper,
    CaseNote,
    CaseOrigin,
    CaseQuery,
    CaseState,
    CaseTrait,
    CaseType,
    CaseViewer,
    Category,
    Part,
    Priority,
)
from fanal.cases.models.fields import CaseField, CaseStep, FieldKind, Required, TypeStep
from fanal.cases.models.following import CaseFollower, Notice
from fanal.cases.models.merging import CaseMerge, CaseSplit
from fanal.cases.models.reminders import CaseDependency, Reminder
from fanal.cases.models.views import SavedView, Sharing, ViewPlace
from fanal.cases.models.visits import COMES, Visit, VisitOutcome, VisitPart, VisitState

__all__ = [
    "COMES",
    "LISTED",
    "BulkChange",
    "BulkItem",
    "BulkKind",
    "BulkState",
    "Burst",
    "Case",
    "CaseDependency",
    "CaseField",
    "CaseFollower",
    "CaseHelper",
    "CaseMerge",
    "CaseNote",
    "CaseOrigin",
    "CaseQuery",
    "CaseSplit",
    "CaseState",
    "CaseStep",
    "CaseTrait",
    "CaseType",
    "CaseViewer",
    "Category",
    "FieldKind",
    "Notice",
    "Part",
    "Priority",
    "Reminder",
    "Required",
    "SavedView",
    "Sharing",
    "TypeStep",
    "ViewPlace",
    "Visit",
    "VisitOutcome",
    "VisitPart",
    "VisitState",
]
