from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"
    verbose_name = "Scores and what people see"

    def ready(self) -> None:
        """Issues of the digest hear of it when an item is taken down."""
        from screening.digest import redacting  # noqa: F401
