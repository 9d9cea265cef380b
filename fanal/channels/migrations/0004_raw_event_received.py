from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while others write
    dependencies = [("channels", "0003_mail")]

    operations = [
        AddIndexConcurrently(
            model_name="rawevent",
            index=models.Index(
                condition=models.Q(("state", "received")), fields=["account", "source"], name="raw_event_received"
            ),
        ),
        AddIndexConcurrently(
            model_name="rawevent", index=BrinIndex(fields=["received_at"], name="raw_event_by_time")
        ),
    ]
