"""The Celery application: what runs when. Tasks carry ids only; the tables say what is undone."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbase.settings")

app = Celery("tessera")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["ingest", "screening"])
app.conf.beat_schedule = {
    "fetch what is due": {"task": "ingest.sweep_due_sources", "schedule": 60.0},
    "score what changed": {"task": "screening.score_what_changed", "schedule": 600.0},
    "report on the scores": {"task": "screening.report_on_scores", "schedule": 300.0},
    "send what is due": {"task": "screening.send_due_digests", "schedule": crontab(minute="*/10")},
    "forget what is old": {"task": "ingest.forget_old", "schedule": crontab(hour=3, minute=17)},
    "look for dead sources": {"task": "ingest.repair_dead_sources", "schedule": crontab(hour=4, minute=41)},
    "purge the broker": {"task": "ingest.purge_broker", "schedule": crontab(minute=7)},
}
