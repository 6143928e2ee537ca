"""What a person decides of a proposal: a correction that is never changed, and at once what follows from it.

Every decision is one transaction: the correction, the proposal's new state, and what is derived. Raises ReviewError,
and then nothing is stored. Who decides says in which state he saw the proposal (``seen``, by default open): of several
at once one decides, and the others are told (``Decided``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from ingest.catalogues.store import resolve_again
from ingest.models import Correction, Event, Proposal, Revision
from ingest.review import aliases, effects, naming, spread
from ingest.review.checking import (
    Decided,
    ReviewError,
    What,
    checked_alias,
    checked_annotation,
    checked_resolution,
    checked_word,
    known,
    one_line,
)
from ingest.review.names import slug_of
from ingest.review.offerings import PARTS, normalised
from ingest.review.proposing import OF_REVISIONS, key_of
from kbase.locks import ALIASES, one_at_a_time
from kbase.models import CatalogueRow
from kbase.registry.compiled import compiled
from kbase.registry.decided import DecidedAlias

OPEN = "open"
KIND = {"event": "annotation", "mention": "annotation", "name": "alias", "offering": "resolution"}


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides, why and when. ``user``: the account, where there is one."""

    by: str
    now: datetime
    why: str = ""
    user: User | None = None


def seen_as(proposal: Proposal) -> str:
    """The state in which somebody sees a proposal; each decision about it makes another one."""
    return f"{proposal.state} {proposal.decided_at.isoformat()}" if proposal.decided_at else proposal.state


def accept(proposal_id: int, word: Word, seen: str = OPEN) -> Correction:
    """It is as the machine guesses. A name: it is one, and is wanted in the registry."""
    return _decide(proposal_id, "accepted", word, seen, _accepted)


def dismiss(proposal_id: int, word: Word, seen: str = OPEN) -> Correction:
    """It is not so, or nothing that we follow; it is not asked again."""
    return _decide(proposal_id, "dismissed", word, seen, _dismissed)


def correct(proposal_id: int, what: Mapping[str, Any], word: Word, seen: str = OPEN) -> Correction:
    """It is otherwise: all that the revision names and tells; what the name or the id means."""
    return _decide(proposal_id, "corrected", word, seen, lambda proposal: _corrected(proposal, what))


def add_alias(what: Mapping[str, Any], word: Word) -> Correction:
    """A text means a company, lab, platform or family (``text``, ``of``, ``slug``, ``ambiguous``)."""
    said = _said_alias(what)
    with one_at_a_time(ALIASES), transaction.atomic():
        asked = Proposal.objects.select_for_update().filter(kind="name", key=key_of("name", slug_of(said["text"])))
        proposal = asked.first()
        if DecidedAlias(**said) in aliases.decided() and (proposal is None or proposal.state != OPEN):
            raise Decided(f"“{said['text']}” means the {said['of']} {said['slug']} already: nothing was stored again")
        correction = _record(proposal, "alias", said, word)
        if proposal:
            _close(proposal, "corrected", word.now)
    aliases.publish_if_free()
    return correction


def withdraw_alias(what: Mapping[str, Any], word: Word) -> Correction:
    """A text means no more, from now on, what people decided (``text``, ``of``, ``slug``)."""
    text, of, slug = (one_line(what.get(name, "")) for name in ("text", "of", "slug"))
    with one_at_a_time(ALIASES), transaction.atomic():
        stands = [a for a in aliases.decided() if (a.text.casefold(), a.of, a.slug) == (text.casefold(), of, slug)]
        if not stands:
            raise Decided(
                f"nobody decided that “{text}” means the {of} {slug}, or it was taken back: nothing was stored"
            )
        correction = _record(None, "alias", {**asdict(stands[0]), "withdrawn": True}, word)
    aliases.publish_if_free()
    return correction


def correct_revision(revision_id: int, what: Mapping[str, Any], word: Word) -> Correction:
    """What a revision names and tells, whether or not anything of it was asked."""
    said = checked_annotation(what, known())
    with transaction.atomic():
        revision = _held(revision_id)
        correction = _record(None, "annotation", said, word, revision)
        _follow(correction)
    return correction


def _decide(proposal_id: int, state: str, word: Word, seen: str, meant: Callable[[Proposal], What]) -> Correction:
    with transaction.atomic():
        revision = _asked_about(proposal_id)  # before the proposal, as annotating does: no deadlock
        proposal = _locked(proposal_id, seen)
        correction = _record(proposal, KIND[proposal.kind], meant(proposal), word, revision)
        _close(proposal, state, word.now)
        _follow(correction)
    if correction.kind == "alias":
        aliases.publish_if_free()
    return correction


def _asked_about(proposal_id: int) -> Revision | None:
    """The revision that an event or mention is asked of, held."""
    asked = Proposal.objects.filter(pk=proposal_id, kind__in=OF_REVISIONS).first()
    return _held(asked.revision_id) if asked else None


def _locked(proposal_id: int, seen: str) -> Proposal:
    """The proposal, which nobody else decides until this transaction ends, where it still is as it was seen."""
    proposal = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if proposal is None:
        raise ReviewError(f"there is no proposal {proposal_id}")
    if seen_as(proposal) != seen:
        raise Decided(f"the question {proposal_id} is no longer {seen.partition(' ')[0]}, but {_state_of(proposal)}")
    return proposal


def _state_of(proposal: Proposal) -> str:
    """Its state, and who decided so."""
    last = proposal.corrections.order_by("decided_at", "pk").last()
    return f"{proposal.state} by {last.by} at {last.decided_at:%Y-%m-%d %H:%M}" if last else proposal.state


def _held(revision_id: int | None) -> Revision:
    """The revision, held with its versions alike. One that was taken down has nothing left to decide about."""
    revision = Revision.objects.select_related("article__source").filter(pk=revision_id or 0).first()
    if revision is None:
        raise ReviewError(f"there is no revision {revision_id}")
    if revision.article.withheld == "taken_down":
        raise ReviewError("the item was taken down: its words are gone")
    effects.hold(effects.versions_alike(revision))
    return revision


def _record(
    proposal: Proposal | None, kind: str, what: What, word: Word, revision: Revision | None = None
) -> Correction:
    by, why = checked_word(word.by, word.why)
    return Correction.objects.create(
        kind=kind,
        proposal=proposal,
        revision=revision,
        what=what,
        why=why,
        user=word.user,
        by=by,
        decided_at=word.now,
    )


def _close(proposal: Proposal, state: str, now: datetime) -> None:
    proposal.state, proposal.decided_at = state, now
    proposal.save(update_fields=["state", "decided_at"])


def _accepted(proposal: Proposal) -> What:
    what = proposal.what
    if proposal.kind == "event":
        return {"types": [what["type"]], "events": [what]}
    if proposal.kind == "mention":
        return {"types": [], "mentions": [_place(what, True)]}
    if proposal.kind == "name":
        return _no_alias(proposal) | {"wanted": what.get("looks_like") or "name"}
    if not what["lab"]:
        raise ReviewError("the machine has no guess to accept: state what it means, or dismiss it")
    return {"provider": "", "model_id": what["model_id"], **{part: what[part] for part in PARTS}}


def _dismissed(proposal: Proposal) -> What:
    what = proposal.what
    if proposal.kind == "event":
        return {"types": [what["type"]], "events": []}
    if proposal.kind == "mention":
        return {"types": [], "mentions": [_place(what, False)]}
    if proposal.kind == "name":
        return _no_alias(proposal)
    return {"provider": "", "model_id": what["model_id"], **dict.fromkeys(PARTS)}


def _corrected(proposal: Proposal, what: Mapping[str, Any]) -> What:
    slugs = known()
    if proposal.kind in OF_REVISIONS:
        return checked_annotation(_with_details(proposal, what), slugs)
    if proposal.kind == "name":
        return _said_alias({"text": proposal.subject, **what})
    said = checked_resolution(what, slugs)
    model_id = proposal.what["model_id"]
    model = said["model"] or said["generation"] or model_id.rpartition("/")[2][:80]
    return {"provider": "", "model_id": model_id, **said, "model": model}


def _said_alias(what: Mapping[str, Any]) -> What:
    said = checked_alias(what, known(), compiled(settings.DATA_DIR, decided=False))
    spread.check(said)
    return said


def _with_details(proposal: Proposal, what: Mapping[str, Any]) -> What:
    """Sums and the like that the machine read stay with a type that is stated again."""
    read = dict(Event.objects.filter(revision=proposal.revision_id, overruled_at=None).values_list("type", "details"))
    events = [{"details": read.get(event.get("type"), {}), **event} for event in what.get("events", ())]
    companies = what.get("companies", ())
    return {**what, "events": [{**event, "companies": companies} for event in events]}


def _place(what: Mapping[str, Any], is_meant: bool) -> What:
    """Without its words: a takedown must not leave them in a correction."""
    return {**{name: what[name] for name in ("kind", "slug", "field", "start", "end")}, "is": is_meant}


def _no_alias(proposal: Proposal) -> What:
    return {"text": proposal.subject, "of": "", "slug": "", "ambiguous": False}


def _follow(correction: Correction) -> None:
    """Bring what is derived in line. Done again it changes nothing."""
    if correction.kind == "annotation" and correction.revision:
        settle_revision(correction.revision, correction.decided_at)
    elif correction.kind == "resolution":
        _settle_rows(correction.what["model_id"], correction.decided_at)


def settle_revision(revision: Revision, now: datetime) -> None:
    """Events, claims and mentions of the revision and its versions alike, by machine and decisions; open questions."""
    versions = effects.versions_alike(revision)
    machine = effects.machine_spells(versions)
    mentions = naming.stored_mentions(versions)
    effects.keep_events(versions, machine)
    naming.keep_mentions(versions, mentions)
    for version in versions:
        _answered(version, now)


def _answered(revision: Revision, now: datetime) -> None:
    """What a correction of the whole revision, or of its type, has answered by the way is not asked any more."""
    said = effects.corrections_of([revision])[revision.pk]
    whole = [c for c in said if "types" not in c.what]
    for proposal in Proposal.objects.filter(kind__in=OF_REVISIONS, revision=revision, state="open"):
        if proposal.kind == "event":
            answered = any(effects.decision_of(c).covers(proposal.what["type"]) for c in said)
        else:
            answered = bool(whole)
        if answered:
            _close(proposal, "corrected", now)


def _settle_rows(model_id: str, now: datetime) -> None:
    rows = CatalogueRow.objects.values_list("provider__catalogue", "outside_id").distinct()
    ids: dict[str, set[str]] = {}
    for catalogue, outside_id in rows:
        if normalised(outside_id) == model_id:
            ids.setdefault(catalogue, set()).add(outside_id)
    for catalogue, only in ids.items():
        resolve_again(catalogue, now=now, only=only)
