import django.db.models.functions.text
from django.db import migrations, models


from fanal.norms import spelling


def file_pairs(apps, schema_editor):
    """Words with th or dh are filed with the pair as one letter too, since Arabic writes them with one."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, text FROM customers_nametoken WHERE text ~ '[td]h'")
        filed = [(key[:90], word) for word, text in cursor.fetchall() for key in spelling.keys(text)]
        cursor.execute(
            "INSERT INTO customers_namekey (key, token_id) "
            "SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [[key for key, _word in filed], [word for _key, word in filed]],
        )


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_relationships_are_kept'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(django.db.models.functions.text.Lower('city'), condition=models.Q(('city', ''), _negated=True), name='customer_town'),
        ),
        migrations.RunPython(file_pairs, migrations.RunPython.noop),
    ]
