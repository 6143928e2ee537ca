from django.apps import AppConfig


class KbaseConfig(AppConfig):
    name = "kbase"
    verbose_name = "The record"
