"""The words for what news can tell: needed with and without a database."""

EVENT_TYPES = (
    "release",
    "availability",
    "optimisation",
    "tuning",
    "serving",
    "accelerator",
    "datacentre",
    "partnership",
    "pricing",
    "deal",
    "policy",
    "research",
    "other",
)
DIRECTIONS = ("adds", "removes", "neutral")
STATUSES = ("done", "announced", "reported", "denied", "cancelled")
DATE_ORIGINS = ("stated", "clamped", "guessed", "first_seen")
