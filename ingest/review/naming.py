"""Who a revision names, after what people decided: machine mentions with the corrections applied in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.models import Correction, Mention, Revision
from ingest.review.effects import corrections_of
from kbase.models import Company, Family

FULL = {"company": "companies", "family": "families"}  # kind of a mention -> where a correction lists all of that kind
Names = Mapping[tuple[str, str], Sequence[str]]  # (kind, slug) -> how it is written


def names_of(slugs: Iterable[tuple[str, str]]) -> Names:
    """The names by which a text may call companies and families, the longest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, model in (("company", Company), ("family", Family)):
        wanted = [slug for of_kind, slug in slugs if of_kind == kind]
        for entry in model.objects.filter(slug__in=wanted) if wanted else ():
            found[kind, entry.slug] = sorted({entry.name, *entry.aliases}, key=len, reverse=True)
    return found


def named(machine: Iterable[Mention], corrections: Sequence[Correction], revision: Revision) -> list[Mention]:
    """The machine's mentions, without whom people took out, and with whom they put in."""
    mentions = list(machine)
    listed = {(kind, slug) for c in corrections for kind, key in FULL.items() if key in c.what for slug in c.what[key]}
    names = names_of(listed) if listed else {}
    for correction in corrections:
        mentions = _with_lists(mentions, correction, revision, names)
        mentions = _with_places(mentions, correction, revision)
    return mentions


def _with_lists(mentions: list[Mention], correction: Correction, revision: Revision, names: Names) -> list[Mention]:
    """Where a correction lists all companies or families, no others are named."""
    for kind, key in FULL.items():
        if key not in correction.what:
            continue
        wanted = set(correction.what[key])
        mentions = [m for m in mentions if m.kind != kind or m.slug in wanted]
        missing = wanted - {m.slug for m in mentions if m.kind == kind}
        mentions += [_somewhere(revision, kind, slug, names.get((kind, slug), ())) for slug in sorted(missing)]
    return mentions


def _with_places(mentions: list[Mention], correction: Correction, revision: Revision) -> list[Mention]:
    """Single places of which a person said whether the name means this one; of another version, its title's alone."""
    for place in correction.what.get("mentions", ()):
        if place["field"] != "title" and correction.revision_id != revision.pk:
            continue
        at = (place["kind"], place["slug"], place["field"], place["start"])
        mentions = [m for m in mentions if (m.kind, m.slug, m.field, m.start) != at]
        if place["is"]:
            text = str(getattr(revision, place["field"]))[place["start"] : place["end"]]
            mentions.append(_mention(revision, place["kind"], place["slug"], place["field"], place["start"], text))
    return mentions


def _somewhere(revision: Revision, kind: str, slug: str, names: Iterable[str]) -> Mention:
    """Named where the text has one of its names; else in the text as a whole: an empty place at its beginning."""
    for name in names:
        for field in ("title", "summary"):
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(getattr(revision, field)), re.IGNORECASE)
            if found:
                return _mention(revision, kind, slug, field, found.start(), found[0])
    return _mention(revision, kind, slug, "title", 0, "")


def _mention(revision: Revision, kind: str, slug: str, field: str, start: int, text: str) -> Mention:
    end = start + len(text)
    return Mention(revision=revision, kind=kind, slug=slug, field=field, start=start, end=end, text=text[:200])


def keep_mentions(revisions: Sequence[Revision], machine: Mapping[int, Sequence[Mention]]) -> None:
    """Replace the mentions of the revisions by the machine's as people corrected them."""
    decided = corrections_of(revisions)
    Mention.objects.filter(revision__in=[revision.pk for revision in revisions]).delete()
    Mention.objects.bulk_create(
        (
            mention
            for revision in revisions
            for mention in named(machine.get(revision.pk, ()), decided[revision.pk], revision)
        ),
        batch_size=2000,
        ignore_conflicts=True,
    )


def stored_mentions(revisions: Sequence[Revision]) -> dict[int, list[Mention]]:
    """revision -> its mentions as they are stored, ready to be stored anew."""
    found: dict[int, list[Mention]] = {revision.pk: [] for revision in revisions}
    for mention in Mention.objects.filter(revision__in=list(found)).order_by("pk"):
        mention.pk = None
        found[mention.revision_id].append(mention)
    return found
