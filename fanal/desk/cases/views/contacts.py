"""The contacts of a case: linking one more, and reading what was said in one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fanal.cases import wording
from fanal.cases.merged import parts_of
from fanal.cases.rules import NotPossible
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.cases import drawing
from fanal.desk.cases.finding import READERS, WRITERS, changeable, seen
from fanal.desk.cases.forms import LinkForm
from fanal.interactions.models import Interaction, Topic
from fanal.scenarios import actions as scenarios

MOST_MESSAGES = 200


@require_http_methods(["GET", "POST"])
@needs(*WRITERS)
def contacts(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that a contact was about this case too."""
    case = changeable(request.user, pk)
    form = LinkForm(request.POST or None, case=case, agent=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            scenarios.link_in(
                interaction=form.cleaned_data["interaction"], case=case, now=timezone.now(), by=request.user
            )
        except NotPossible as problem:
            form.add_error(None, wording.sentence(problem))
        else:
            return drawing.done(request, case, _("Contact linked."))
    return drawing.dialog(
        request,
        form,
        title=_("Link a contact to case %(number)s") % {"number": case.number},
        url=reverse("case_contacts", args=[case.pk]),
        button=_("Link it"),
        help=_("Contacts of the same customer, and those you have now."),
    )


@require_GET
@needs(*READERS)
def contact(request: SignedInRequest, pk: int, topic_pk: int) -> HttpResponse:
    """What was said, for those who may see the contact."""
    case = seen(request.user, pk)
    visible = Interaction.objects.visible_to(request.user)
    topics = Topic.objects.select_related("interaction").filter(case__in=[case.pk, *parts_of(case)])
    topic = get_object_or_404(topics, pk=topic_pk, interaction__in=visible)
    messages = topic.interaction.messages.select_related("agent")[:MOST_MESSAGES]
    notes = topic.interaction.notes.select_related("by")[:MOST_MESSAGES]
    return render(request, "cases/contact.html", {"topic": topic, "said": messages, "notes": notes})
