"""What stops a command and is shown as it stands."""


class PlainError(Exception):
    """Its text is for people, one line a fault: ``manage.py`` prints it without a traceback and exits with 1."""
