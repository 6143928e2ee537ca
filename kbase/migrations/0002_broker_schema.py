"""The schema in which Celery's messages live when PostgreSQL is the broker; backups leave it out."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kbase", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS celery_broker", "DROP SCHEMA IF EXISTS celery_broker CASCADE")
    ]
