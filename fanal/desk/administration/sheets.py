"""Every kind of configuration as a page: its words, its columns and its form. A new kind is a new entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.agents.models import Agent
from fanal.configuration.shapes import BY_CODE
from fanal.deciding import wording
from fanal.deciding.rules import parsed
from fanal.desk.administration.forms import (
    accounts,
    advising,
    asked,
    escalation,
    flows,
    hours,
    people,
    promises,
    sources,
    speech,
    work,
)
from fanal.desk.administration.forms.base import ConfigForm
from fanal.holdings.models import SourceKind
from fanal.kpis.words import duration

Column = tuple[Promise, Callable[[Any], Any]]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`code` is its address and, with underscores, the shape; `off` tells which rows are shown as not in use."""

    code: str
    title: Promise
    one: Promise
    text: Promise
    icon: str
    form: type[ConfigForm]
    columns: tuple[Column, ...] = ()
    related: tuple[str, ...] = ()
    order: str = "name"
    can_add: bool = True
    can_remove: bool = True

    @property
    def model(self) -> type[Model]:
        return BY_CODE[self.shape].model

    @property
    def shape(self) -> str:
        return self.code.replace("-", "_")

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.select_related(*self.related).order_by(self.order)

    def is_off(self, row: Any) -> bool:
        return not getattr(row, "active", getattr(row, "is_active", True))


def _count(accessor: str) -> Callable[[Any], int]:
    return lambda row: getattr(row, accessor).count()


def _levels(row: Any) -> str:
    return ", ".join(f"{held.skill.name} {held.level}" for held in row.skills.select_related("skill"))


def _week(calendar: Any) -> str:
    return ", ".join(sorted({f"{p.opens_at:%H:%M}-{p.closes_at:%H:%M}" for p in calendar.periods.all()}))


SHEETS: dict[str, Sheet] = {
    sheet.code: sheet
    for sheet in (
        Sheet(
            code="agents", title=_("People"), one=_("Person"), icon="people", form=people.AgentForm,
            text=_("Who signs in, with their role, skills and how much they take on at once."),
            columns=(
                (_("E-mail address"), lambda row: row.email), (_("Role"), lambda row: row.role.name),
                (_("Team"), lambda row: row.team or ""), (_("Skills"), _levels),
            ),
            related=("role", "team"), can_add=False, can_remove=False,
        ),
        Sheet(
            code="roles", title=_("Roles"), one=_("Role"), icon="shield", form=people.RoleForm,
            text=_("What a person may do, and what they see of customers."),
            columns=(
                (_("Permissions"), lambda row: len(row.permissions)),
                (_("People"), lambda row: Agent.objects.filter(role=row, is_active=True).count()),
            ),
        ),
        Sheet(
            code="teams", title=_("Teams"), one=_("Team"), icon="people", form=people.TeamForm,
            text=_("People of one team see each other's cases."),
            columns=((_("People"), lambda row: Agent.objects.filter(team=row, is_active=True).count()),),
        ),
        Sheet(
            code="tiers", title=_("Tiers"), one=_("Tier"), icon="queue", form=people.TierForm,
            text=_("First line, second line, and so on."), columns=((_("Rank"), lambda row: row.rank),),
        ),
        Sheet(
            code="skills", title=_("Skills"), one=_("Skill"), icon="star", form=people.SkillForm,
            text=_("What an agent can be good at and a queue can need."),
            columns=((_("People"), _count("agents")),),
        ),
        Sheet(
            code="breaks", title=_("Break reasons"), one=_("Break reason"), icon="pause", form=people.BreakForm,
            text=_("What agents choose from when they go on a break."),
            columns=((_("Productive"), lambda row: _("yes") if row.counts_as_productive else _("no")),),
        ),
        Sheet(
            code="queues", title=_("Queues"), one=_("Queue"), icon="queue", form=work.QueueForm,
            text=_("Where work waits: whom it needs, how long it rings, when it overflows."),
            columns=(
                (_("Skills"), _levels), (_("Hours"), lambda row: row.calendar or _("always open")),
                (_("Answer within"), lambda row: duration(row.answer_within_seconds)),
                (_("Overflows to"), lambda row: row.overflow_to or ""),
            ),
            related=("calendar", "overflow_to"),
        ),
        Sheet(
            code="calendars", title=_("Hours"), one=_("Hours"), icon="clock", form=hours.CalendarForm,
            text=_("Opening hours of the week, and holidays."),
            columns=(
                (_("Time zone"), lambda row: row.zone), (_("Opening hours"), _week),
                (_("Special days"), _count("special_days")),
            ),
        ),
        Sheet(
            code="accounts", title=_("Channels"), one=_("Channel account"), icon="chat", form=accounts.AccountForm,
            text=_("Our addresses: the chat on a site, and whatever else customers write to."),
            columns=((_("Channel"), lambda row: row.get_kind_display()), (_("Code"), lambda row: row.code)),
            can_remove=False,
        ),
        Sheet(
            code="sources", title=_("Back offices"), one=_("Back office"), icon="globe", form=sources.SourceForm,
            text=_("Who knows orders, accounts, cards and devices better than we do: asked, and told what to do."),
            columns=(
                (_("Knows"), lambda row: ", ".join(str(SourceKind(kind).label) for kind in row.kinds)),
                (_("Actions"), lambda row: row.actions.count()), (_("Address"), lambda row: row.address),
            ),
        ),
        Sheet(
            code="speech-services", title=_("Speech services"), one=_("Speech service"), icon="microphone",
            form=speech.SpeechServiceForm,
            text=_("Who writes down what is said in calls, where a number or a queue wants it."),
            columns=(
                (_("Language"), lambda row: row.get_language_display() or _("every other")),
                (_("Address"), lambda row: row.address),
            ),
        ),
        Sheet(
            code="flows", title=_("Guided flows"), one=_("Guided flow"), icon="call", form=flows.FlowForm,
            text=_("What a caller hears before people: menus, questions, lookups. Checked before it goes live."),
            columns=(
                (_("Steps"), lambda row: len(row.content.get("steps", {}))),
                (_("Languages"), lambda row: ", ".join(map(str, row.content.get("languages", [])))),
                (_("Code"), lambda row: row.code),
            ),
        ),
        Sheet(
            code="canned-replies", title=_("Canned replies"), one=_("Canned reply"), icon="note", order="title",
            form=work.CannedReplyForm, text=_("Ready answers, one text per language."),
            columns=(
                (_("Category"), lambda row: row.category or ""), (_("Languages"), lambda row: ", ".join(row.texts)),
            ),
            related=("category",),
        ),
        Sheet(
            code="case-types", title=_("Case types"), one=_("Case type"), icon="case", form=work.CaseTypeForm,
            text=_("Kinds of matters: enquiry, complaint, fault."), columns=((_("Tier"), lambda row: row.tier or ""),),
            related=("tier",),
        ),
        Sheet(
            code="case-fields", title=_("Fields of cases"), one=_("Field of cases"), icon="document",
            form=asked.CaseFieldForm, text=_("What is to be known of the cases of a type."),
            columns=(
                (_("Case type"), lambda row: row.case_type), (_("Kind"), lambda row: row.get_kind_display()),
                (_("Needed"), lambda row: row.get_required_display()),
            ),
            related=("case_type",), can_remove=False,
        ),
        Sheet(
            code="case-steps", title=_("Steps of cases"), one=_("Step of cases"), icon="checks",
            form=asked.TypeStepForm, text=_("The steps that the cases of a type begin with."),
            columns=(
                (_("Case type"), lambda row: row.case_type),
                (_("Needed to settle"), lambda row: _("yes") if row.required else _("no")),
            ),
            related=("case_type",),
        ),
        Sheet(
            code="categories", title=_("Categories"), one=_("Category"), icon="tag", form=work.CategoryForm,
            text=_("What a matter is about, as a tree."), columns=((_("Part of"), lambda row: row.parent or ""),),
            related=("parent",),
        ),
        Sheet(
            code="targets", title=_("Service targets"), one=_("Service target"), icon="clock", form=promises.TargetForm,
            text=_("By when we answer and settle which cases. The target that names most of a case holds for it."),
            columns=(
                (_("For"), promises.whom), (_("Promises"), promises.what),
                (_("Hours"), lambda row: row.calendar or _("around the clock")),
            ),
            related=("case_type", "calendar"),
        ),
        Sheet(
            code="escalation-rules", title=_("Escalation"), one=_("Escalation rule"), icon="up",
            form=escalation.EscalationRuleForm, order="position",
            text=_("What goes to another line by itself, or becomes more urgent: by time, priority and customer."),
            columns=(
                (_("When"), escalation.when), (_("For"), escalation.whom), (_("Does"), escalation.what),
            ),
            related=("case_type", "tier", "hand_over_to"),
        ),
        Sheet(
            code="dispositions", title=_("Outcomes"), one=_("Outcome"), icon="wrapup", form=work.DispositionForm,
            text=_("How a matter ended; a prank or a wrong number is one too."),
            columns=(
                (_("Settles"), lambda row: _("yes") if row.settles else _("no")),
                (_("Genuine"), lambda row: _("yes") if row.genuine else _("no")),
            ),
        ),
        Sheet(
            code="advice-rules", title=_("Advice"), one=_("Rule of advice"), icon="star", form=advising.AdviceRuleForm,
            text=_("What the company would do for whom, from history and holdings; agents follow it or not."),
            columns=(
                (_("Advises"), lambda row: wording.title(row, offer=row.offer)),
                (_("When"), lambda row: "; ".join(wording.condition(one) for one in parsed(row.conditions))),
                (_("Shown"), lambda row: row.shown.count()),
                (_("Followed"), lambda row: row.shown.filter(decided="followed").count()),
            ),
            related=("queue",), order="position",
        ),
        Sheet(
            code="case-rules", title=_("Automatic cases"), one=_("Automatic case"), icon="rule", form=work.CaseRuleForm,
            order="action",
            text=_("Which action of an agent makes which case by itself."),
            columns=(
                (_("Makes"), lambda row: row.case_type), (_("Category"), lambda row: row.category),
                (_("In the scenario"), lambda row: row.scenario or _("every")),
            ),
            related=("case_type", "category", "scenario"),
        ),
    )
}  # fmt: skip

GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("People"), ("agents", "roles", "teams", "tiers", "skills", "breaks")),
    (_("Work"), ("queues", "calendars", "accounts", "flows", "sources", "speech-services")),
    (
        _("Matters"),
        (
            *("case-types", "case-fields", "case-steps", "categories", "targets", "escalation-rules"),
            *("dispositions", "case-rules", "advice-rules", "canned-replies"),
        ),
    ),
)
