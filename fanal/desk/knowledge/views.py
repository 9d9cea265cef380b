"""Articles that are being written: the list, one of them, and a draft made in one click."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import SUPERVISES, Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.answers import go_to
from fanal.desk.cases.finding import WRITERS, changeable
from fanal.desk.given import number
from fanal.desk.knowledge.forms import ArticleForm
from fanal.desk.knowledge.gathering import body_for, of_one
from fanal.desk.supervision.frequent import request_of
from fanal.knowledge import actions
from fanal.knowledge.models import Article, ArticleState

WORKERS = (Permission.HANDLE, *SUPERVISES)
SHOWN = 200
SENTENCES: dict[str, str | Promise] = {
    "title_missing": gettext_lazy("Give the article a title: the question it answers."),
    "body_too_long": gettext_lazy("The text is too long. Make two articles of it."),
    "written_meanwhile": gettext_lazy(
        "Somebody else has written on this article meanwhile. Copy what you wrote, open it again and put it in."
    ),
}


@require_GET
@needs(*WORKERS)
def articles(request: SignedInRequest) -> HttpResponse:
    dropped = request.GET.get("state") == ArticleState.DROPPED
    state = ArticleState.DROPPED if dropped else ArticleState.DRAFT
    rows = Article.objects.visible_to(request.user).filter(state=state).select_related("category", "written_by")
    return render(
        request, "knowledge/list.html", {"articles": rows.order_by("-updated_at", "-pk")[:SHOWN], "dropped": dropped}
    )


@require_http_methods(["GET", "POST"])
@needs(*WORKERS)
def article(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Article.objects.visible_to(request.user).select_related("case"), pk=pk)
    form = ArticleForm(request.POST if request.method == "POST" else None, article=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write(article=found, **form.cleaned_data, now=timezone.now(), by=request.user)
        except actions.NotPossible as why:
            form.add_error(None, str(SENTENCES[why.code]))
        else:
            messages.success(request, _("Saved."))
            return redirect("articles")
    shown = {"article": found, "form": form}
    return render(request, "knowledge/article.html", shown, status=422 if form.errors else 200)


@require_http_methods(["POST", "DELETE"])
@needs(*WORKERS)
def dropping(request: SignedInRequest, pk: int) -> HttpResponse:
    """Posting puts the draft aside; deleting that takes it up again."""
    found = get_object_or_404(Article.objects.visible_to(request.user), pk=pk)
    actions.drop(article=found, dropped=request.method == "POST", now=timezone.now(), by=request.user)
    return go_to(request, reverse("articles"))


@require_POST
@needs(*WRITERS)
def of_case(request: SignedInRequest, pk: int) -> HttpResponse:
    """One click on a case: a draft with what was asked and answered."""
    case = changeable(request.user, pk)
    made = actions.draft(
        title=case.subject,
        body=body_for(of_one(case)),
        language=translation.get_language(),
        category=case.category,
        case=case,
        now=timezone.now(),
        by=request.user,
    )
    return go_to(request, reverse("article", args=[made.pk]))


@require_POST
@needs(*SUPERVISES)
def of_frequent(request: SignedInRequest) -> HttpResponse:
    """One click on a frequent request: `tier`, `type`, `category` and `days` as in its row."""
    given = request.POST
    key = (
        number(given.get("tier", "")) or None,
        number(given.get("type", "")),
        number(given.get("category", "")) or None,
    )
    found = request_of(request.user, key=key, days=number(given.get("days", "")), now=timezone.now())
    if found is None:
        raise Http404
    made = actions.draft(
        title=found.title,
        body=body_for(found.cases, settled_by=found.settled_by),
        language=translation.get_language(),
        category=found.category,
        case=None,
        now=timezone.now(),
        by=request.user,
    )
    return go_to(request, reverse("article", args=[made.pk]))
