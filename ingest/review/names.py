"""Names that nobody knows and that look like a model or a company: one question each, however often they are met.

Where they stand is kept as mentions of the kind ``unknown``, so that how often one was met is counted anew and never
added up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count

from ingest.models import Mention, Proposal, Revision
from ingest.review.proposing import Question, Told, ask, key_of
from ingest.review.usefulness import uncertainty, usefulness

if TYPE_CHECKING:
    from ingest.annotation.annotate import Annotation

UNKNOWN = "unknown"


def name_key(text: str) -> str:
    """By which a name is the same, however it is written."""
    return " ".join(text.split()).casefold()


def slug_of(text: str) -> str:
    """Of a mention of an unknown name: no word of the text, so that a takedown leaves none."""
    return hashlib.sha256(name_key(text).encode()).hexdigest()[:40]


def unknown_mentions(revision: Revision, annotation: Annotation) -> list[Mention]:
    """The places of the unknown names."""
    return [
        Mention(
            revision=revision,
            kind=UNKNOWN,
            slug=slug_of(name.text),
            text=name.text[:200],
            field=name.field,
            start=name.start,
            end=name.end,
        )
        for name in getattr(annotation, "unknown", ())
        if name.text.strip()
    ]


def slugs_in(revisions: Collection[int]) -> set[str]:
    """The unknown names, by their slugs, that stand in the revisions."""
    return set(Mention.objects.filter(revision__in=revisions, kind=UNKNOWN).values_list("slug", flat=True))


def propose_names(told: Told, before: Iterable[str], *, now: datetime) -> int:
    """Ask about the names in these revisions, after their mentions were stored; returns how many are new.

    ``before``: the slugs of those that stood in them; what stands nowhere any more is settled.
    """
    said = _said(told)
    slugs = {*said, *before}
    if not slugs:
        return 0
    said = {**_said_before(slugs - said.keys()), **said}
    met = _met(slugs)
    new = ask((_question(slug, met[slug], said[slug]) for slug in sorted(met.keys() & said.keys())), now=now)
    gone = [key_of("name", slug) for slug in slugs - met.keys()]
    Proposal.objects.filter(kind="name", key__in=gone, state="open").update(state="settled")
    return new


def _said(told: Told) -> dict[str, tuple[str, float, str]]:
    """slug -> (what it looks like, how sure that is at its surest, who says so)."""
    found: dict[str, tuple[str, float, str]] = {}
    for _, annotation in told:
        for name in getattr(annotation, "unknown", ()):
            slug, score = slug_of(name.text), min(1.0, max(0.0, name.score))
            if slug not in found or found[slug][1] < score:
                found[slug] = (name.looks_like, score, annotation.annotator)
    return found


def _said_before(slugs: Collection[str]) -> dict[str, tuple[str, float, str]]:
    keys = {key_of("name", slug): slug for slug in slugs}
    proposals = Proposal.objects.filter(kind="name", key__in=list(keys))
    return {keys[p.key]: (p.what.get("looks_like", ""), p.confidence, p.proposer) for p in proposals}


def _met(slugs: Collection[str]) -> Mapping[str, tuple[int, Mention]]:
    """slug -> (in how many revisions, the latest of its mentions that still has its words)."""
    there = Mention.objects.filter(kind=UNKNOWN, slug__in=slugs).exclude(text="")
    times = dict(there.values_list("slug").annotate(n=Count("revision", distinct=True)))
    latest = there.order_by("slug", "-revision__knowable_at", "-revision", "start").distinct("slug")
    return {mention.slug: (times[mention.slug], mention) for mention in latest.select_related("revision")}


def _question(slug: str, met: tuple[int, Mention], said: tuple[str, float, str]) -> Question:
    (times, mention), (looks_like, score, proposer) = met, said
    places = {name: getattr(mention, name) for name in ("text", "field", "start", "end")}
    return Question(
        kind="name",
        key=key_of("name", slug),
        subject=mention.text,
        what={**places, "looks_like": looks_like},
        confidence=score,
        usefulness=usefulness(
            uncertainty(score), companies=1, counted=True, times=times, at=mention.revision.knowable_at
        ),
        proposer=proposer,
        revision=mention.revision,
        times=times,
    )
