"""Cases that are open or were settled lately are filed under their words, so that others find them alike."""

from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

from fanal.norms import words

AT_ONCE = 2000


def file(apps: Any, schema_editor: Any) -> None:
    case, trait = apps.get_model("cases", "Case"), apps.get_model("cases", "CaseTrait")
    lately = Q(state="settled", settled_at__lt=timezone.now() - timedelta(days=30)) | Q(withdrawn_at__isnull=False)
    rows = case.objects.exclude(lately).exclude(origin="rule", state="settled").order_by("pk")
    columns = rows.values_list("pk", "opened_at", "subject", "holding__product")
    found = columns.iterator(AT_ONCE)
    while some := list(islice(found, AT_ONCE)):
        trait.objects.bulk_create(
            trait(case_id=pk, opened_at=opened_at, trait=name)
            for pk, opened_at, subject, product in some
            for name in [*(f"w:{word}" for word in words.stems(subject)), *([f"p:{product}"] if product else [])]
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_alike_and_problems"), ("holdings", "0001_initial")]
    operations = [migrations.RunPython(file, migrations.RunPython.noop)]
