"""How a page answers when it draws nothing itself: with a refusal in a sentence, or by going on to another page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def refused(sentence: str) -> HttpResponse:
    """A clear sentence for the person, shown as a toast."""
    return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """To another page, whole: out of a dialog or a fragment too."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
