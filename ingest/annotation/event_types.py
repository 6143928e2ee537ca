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
# Of a participant; ``model``: a family, ``generation``: ``lab/generation``, all others a company (or a lab).
ROLES = (
    "actor",
    "buyer",
    "developer",
    "generation",
    "host",
    "investor",
    "model",
    "partner",
    "seller",
    "subject",
    "target",
)
EVIDENCE_CONFIDENCE = 0.6  # of an event that is evidence; what lies under it is stored, and proposed for review
