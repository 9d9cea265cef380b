"""What was spent of each limit, over all processes; it may be lost with a crash, so it is not logged."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("configuration", "0002_cache")]
    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE rate_limit (
                key bytea PRIMARY KEY,
                spent double precision NOT NULL,
                per_second double precision NOT NULL,
                at timestamptz NOT NULL
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
            """,
            "DROP TABLE rate_limit",
        )
    ]
