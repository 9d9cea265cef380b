"""The whole configuration as a file: taken away, looked at before it is applied, and applied."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.configuration import files
from fanal.configuration.actions import NotPossible, applying
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.file import FileForm, TextForm
from fanal.desk.administration.menu import menu_of
from fanal.desk.limits import exporting

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def file(request: SignedInRequest) -> HttpResponse:
    """A file that is handed in changes nothing yet: what it would change is shown, with a button that does it."""
    posted = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    if posted and form.is_valid():
        return _report(request, form.cleaned_data["data"], form.cleaned_data["text"])
    context = {"menu": menu_of("file"), "form": form}
    return render(request, "administration/file.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ADMINISTER)
def applied(request: SignedInRequest) -> HttpResponse:
    """Checked once more as a whole: all of it, or nothing."""
    form = TextForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The file did not arrive as a whole. Choose it again."))
        return redirect("administration_file")
    try:
        report = applying.apply(data=form.cleaned_data["data"], by=request.user, now=timezone.now())
    except NotPossible as why:
        messages.error(request, why.sentence())
        return redirect("administration_file")
    if report.problems:
        return _report(request, form.cleaned_data["data"], form.cleaned_data["text"])
    count = len(report.differences)
    said = ngettext("Applied: %(count)s row changed.", "Applied: %(count)s rows changed.", count)
    messages.success(request, said % {"count": count})
    return redirect("administration_file")


@never_cache
@require_GET
@needs(Permission.ADMINISTER)
@exporting
def download(request: SignedInRequest) -> HttpResponse:
    """Without secrets and passwords."""
    answer = HttpResponse(files.write(applying.export()), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="fanal-{timezone.now():%Y-%m-%d}.yaml"'
    return answer


def _report(request: SignedInRequest, data: Any, text: str) -> HttpResponse:
    try:
        report, refused = applying.apply(data=data, by=request.user, now=timezone.now(), dry_run=True), ""
    except NotPossible as why:
        report, refused = applying.Report(), why.sentence()
    wrong = bool(report.problems or refused)
    context = {
        "menu": menu_of("file"),
        "refused": refused,
        "problems": report.problems[:MOST_SHOWN],
        "differences": report.differences[:MOST_SHOWN],
        "count": len(report.differences),
        "may_apply": not wrong and bool(report.differences),
        "form": TextForm(initial={"text": text}),
    }
    return render(request, "administration/file_report.html", context, status=422 if wrong else 200)
