"""The table of the shared cache, which counts sign-in attempts; it may be lost with a crash, so it is not logged."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("configuration", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX cache_expires ON cache (expires);
            """,
            "DROP TABLE cache",
        )
    ]
