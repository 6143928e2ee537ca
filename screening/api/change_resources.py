"""Why a company's scores moved, as a resource: by cause and indicator, adding up exactly."""

from __future__ import annotations

from datetime import date

from django.http import Http404

from kbase.models import Company
from screening.api.problems import BadParameters, Fault
from screening.api.resource import Asked, Parameter, Resource
from screening.api.rows import ListRows
from screening.changes.chain import UNTOLD, Way, between
from screening.fields import Field, Record
from screening.methodology import CURRENT
from screening.models.scores import CAUSES, KINDS
from screening.records import ATTRIBUTION, LICENCE, OWN_LICENCE, score_attribution

CHANGE = (
    Field("company", "text", "Slug of the company."),
    Field("kind", "text", "Which of the two scores.", choices=KINDS),
    Field("since", "day", "The scored day from which the change is told; null: none.", nullable=True),
    Field("until", "day", "The scored day up to which it is told; null: none.", nullable=True),
    Field("before", "number", "The score on `since`, 0 to 100; null with a `note`.", nullable=True),
    Field("after", "number", "The score on `until`; null with a `note`.", nullable=True),
    Field(
        "cause",
        "text",
        "`company`: what it did; `field`: what the others did; `catching_up`: the record came to see what was there; "
        "`decay`: time passed; `method`: another method or registry; `untold`: no stored change says.",
        choices=(*CAUSES, UNTOLD),
    ),
    Field("indicator", "text", "Name of the indicator in the methodology; empty where the cause is `untold`."),
    Field(
        "points", "number", "By how much: those of one kind add up to `after` − `before`; null: unknown.", nullable=True
    ),
    Field("evidence", "texts", "Ids of the evidence that came or went, up to 50."),
    Field("note", "text", "Where the chain of changes is broken, or why there is none; may be empty.", filters=False),
    LICENCE,
    ATTRIBUTION,
)


def _records(way: Way) -> list[Record]:
    """One for each cause and indicator, and one for what no change tells; none where nothing moved."""
    same = {
        "company": way.company,
        "kind": way.kind,
        "since": way.since,
        "until": way.until,
        "before": way.before,
        "after": way.after,
        "note": "; ".join(way.breaks),
        "licence": OWN_LICENCE,
        "attribution": score_attribution(CURRENT),
    }
    told = [
        {**same, "cause": p.cause, "indicator": p.indicator, "points": p.points, "evidence": list(p.evidence)}
        for p in way.parts
    ]
    is_unknown = way.before is None or way.after is None
    if is_unknown or way.untold:
        points = None if is_unknown else way.untold
        told.append({**same, "cause": UNTOLD, "indicator": "", "points": points, "evidence": []})
    return told


def changes(asked: Asked) -> ListRows:
    slug = asked.path["slug"]
    if not Company.objects.filter(slug=slug).exists():
        raise Http404(f"no company {slug!r}")
    since: date | None = asked.given["from"]
    until = min(filter(None, (asked.given["to"], asked.as_of)))
    if since is not None and since > until:
        raise BadParameters([Fault("from", f"{since} is later than the day to explain, {until}")])
    ways = [between(slug, kind, since, until, asked.vintage) for kind in KINDS]
    return ListRows([record for way in ways for record in _records(way)])


CHANGES = Resource(
    name="changes",
    path=(Field("slug", "text", "Slug of the company."),),
    title="Change",
    about="Why a company's scores moved between two days: by cause and indicator, adding up to the difference.",
    fields=CHANGE,
    key=("kind", "cause", "indicator"),
    order=("kind", "cause", "indicator"),
    rows=changes,
    parameters=(
        Parameter("from", "day", "The day to compare with (default: the first scored day)."),
        Parameter("to", "day", "The day whose scores are explained (default: `as_of`)."),
    ),
)
