"""One answer to all: written once, each reader seen beforehand, and its progress afterwards."""

from datetime import timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.cases.models import Case
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import refused
from fanal.desk.cases.answering import candidates, outcomes, readers, unknown
from fanal.desk.cases.finding import READERS, WRITERS, changeable, seen
from fanal.desk.given import number
from fanal.desk.workplace.later import UNDO_SECONDS, undo_seconds
from fanal.interactions import actions as interactions
from fanal.interactions.models import CopyState, SharedAnswer
from fanal.norms import texts

LONGEST = 4000
LONGEST_SUBJECT = 200


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def answers(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page with everybody who would get it; posting shows each what they get, or sends it."""
    case = changeable(request.user, pk)
    given = request.POST if request.method == "POST" else _written_before(case, request.GET.get("again", ""))
    text = texts.clean(given.get("text", "")).strip()
    subject = texts.clean(given.get("subject", ""), keep_newlines=False).strip() or case.subject
    chosen = {number(one) for one in given.getlist("case")} if "case" in given or request.method == "POST" else None
    cases = candidates(case, agent=request.user)
    problem = ""
    if request.method == "POST":
        problem = _problem(text, subject, chosen or set())
        sending = given.get("do") == "send"
        if not problem and sending and (names := unknown(text)):
            problem = _("Fill in what is missing first: %(names)s") % {"names": ", ".join(names)}
        if not problem and sending:
            some = [one for one in cases if one.pk in (chosen or set())]
            now = timezone.now()
            goes_at = now + timedelta(seconds=_undo_seconds(case))
            answer = interactions.share_answer(
                case=case, cases=some, subject=subject, text=text, goes_at=goes_at, by=request.user, now=now
            )
            return redirect("case_answer", case.pk, answer.pk)
    rows = readers(cases, agent=request.user, chosen=chosen, text=text)
    people = sum(1 for one in rows if one.chosen and not one.together)
    context = {
        "case": case, "readers": rows, "people": people, "text": text, "subject": subject, "problem": problem,
        "previewed": request.method == "POST" and not problem,
        "earlier": SharedAnswer.objects.filter(case=case).select_related("by").order_by("-pk")[:5],
    }  # fmt: skip
    return render(request, "cases/answers.html", context, status=422 if problem else 200)


@require_http_methods(["DELETE"])
@needs(*WRITERS)
def sending(request: SignedInRequest, pk: int, answer_pk: int) -> HttpResponse:
    """Undo: nobody gets it, and its words can be written on."""
    case = changeable(request.user, pk)
    shared = get_object_or_404(SharedAnswer, pk=answer_pk, case=case)
    if not interactions.take_answer_back(answer=shared, by=request.user, now=timezone.now()):
        return refused(_("It is too late: this answer is on its way already."))
    return answer_rows(request, case, answer_pk)


@require_GET
@needs(*READERS)
def answer(request: SignedInRequest, pk: int, answer_pk: int) -> HttpResponse:
    """Who has got it by now; the rows alone when the page asks again."""
    return answer_rows(request, seen(request.user, pk), answer_pk)


def answer_rows(request: SignedInRequest, case: Case, answer_pk: int) -> HttpResponse:
    shared = get_object_or_404(SharedAnswer.objects.select_related("by"), pk=answer_pk, case=case)
    rows = outcomes(shared, agent=request.user)
    context = {
        "case": case,
        "answer": shared,
        "rows": rows,
        "total": shared.copies.count(),
        "done": shared.copies.exclude(state__in=("planned", "undone")).count(),
        "undone": shared.copies.filter(state="undone").count(),
        "waits": shared.done_at is None and shared.goes_at is not None and shared.goes_at > timezone.now(),
    }
    template = "cases/answer_rows.html" if request.headers.get("HX-Request") else "cases/answer.html"
    return render(request, template, context)


def _undo_seconds(case: Case) -> int:
    """As long as a mail waits in which it can be taken back, in the account that it would go out from."""
    account = interactions.mail_account(practice=case.practice)
    return undo_seconds(account) if account else UNDO_SECONDS


def _written_before(case: Case, pk: str) -> QueryDict:
    """The words of an answer that was taken back, to whom they were to go."""
    given = QueryDict(mutable=True)
    before = SharedAnswer.objects.filter(case=case, pk=number(pk)).first() if pk else None
    if before:
        given["text"], given["subject"] = before.text, before.subject
        copies = before.copies.filter(state=CopyState.UNDONE).values_list("case", flat=True)
        given.setlist("case", [str(one) for one in copies])
    return given


def _problem(text: str, subject: str, chosen: set[int]) -> str:
    if not 0 < len(text) <= LONGEST:
        return _("Write between 1 and 4,000 characters.")
    if len(subject) > LONGEST_SUBJECT:
        return _("Write a subject of at most 200 characters.")
    return "" if chosen else _("Choose at least one case.")
