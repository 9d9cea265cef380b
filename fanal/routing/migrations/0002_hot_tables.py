"""Queue entries, offers and loads change all day: keep room on their pages and clean them early."""

from django.db import migrations

HOT = "fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0"
TABLES = ("routing_queueentry", "routing_offer", "routing_agentload")


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET ({HOT})", f"ALTER TABLE {table} RESET (fillfactor)") for table in TABLES
    ]
