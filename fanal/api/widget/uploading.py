"""Files to and from a visitor: checked by their content, given to the contact's own visitor only, as downloads."""

from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Status, UploadedFile

from fanal.api import limits
from fanal.api.problems import Problem
from fanal.api.visitors import Visitor
from fanal.api.widget.asking import account_of, limit
from fanal.api.widget.schemas import FileOut
from fanal.intake import actions as intake
from fanal.interactions import actions as interactions
from fanal.interactions import files
from fanal.interactions.models import Attachment
from fanal.norms import texts

router = Router()
ENVELOPE = 64 * 1024


@router.post("/attachments", response={201: FileOut}, summary="Send a file for a message that follows")
def upload(request: HttpRequest, file: File[UploadedFile]) -> Status[FileOut]:
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    of = account_of(visitor)
    limit(of, "upload", visitor.id)
    limit(of, "uploads", f"uploads:{limits.address(request)}")
    limits.check_size(request, files.LARGEST + ENVELOPE)
    interaction = intake.running(account=of, source=visitor.id)
    if interaction is None:
        raise Problem(409, "no_contact", _("Write a first message, then send the file."))
    try:
        kept = interactions.attach(
            interaction=interaction, name=file.name or "", content=file.read(files.LARGEST + 1), now=timezone.now()
        )
    except files.NotAccepted as problem:
        raise Problem(422, problem.code, _said(problem.code)) from problem
    return Status(201, FileOut(id=kept.pk, name=kept.name, media_type=kept.media_type, size=kept.size))


@router.get("/attachments/{attachment}", summary="A file of the own conversation", url_name="widget-attachment")
def download(request: HttpRequest, attachment: int) -> FileResponse:
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    limit(account_of(visitor), "fetch", visitor.id)
    own = Attachment.objects.filter(interaction__account=visitor.account, interaction__source=visitor.id)
    row = own.filter(Q(message__isnull=False) | Q(by=None), pk=attachment).first()
    path = files.path_of(row.sha256) if row else None
    if row is None or path is None or not path.exists():
        raise Problem(404, "not_found", _("There is no such file in this conversation."))
    response = FileResponse(path.open("rb"), content_type=row.media_type)
    response["Content-Disposition"] = texts.content_disposition(row.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _said(code: str) -> str:
    match code:
        case "file_empty":
            return _("The file is empty.")
        case "file_too_large":
            return _("The file is too large: at most 10 MB.")
        case _:
            return _("This kind of file is not taken. Send a picture, a PDF, a text, a Word or an Excel file.")
