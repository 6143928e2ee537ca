"""Review from the shell: what the machine was unsure of, and what people decide."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.models import Correction, Proposal
from ingest.models.review import PROPOSAL_KINDS, PROPOSAL_STATES
from ingest.review.checking import ReviewError
from ingest.review.deciding import Word, accept, add_alias, correct, correct_revision, dismiss, withdraw_alias
from ingest.review.labels import corrections_as_labels
from kbase.registry.decided import KINDS

SHOWN = 50


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    fields = ("id", "kind", "state", "subject", "what", "confidence", "usefulness", "times", "proposer")
    return {
        **{field: getattr(proposal, field) for field in fields},
        "revision": proposal.revision_id,
        "learned_at": proposal.learned_at.isoformat(),
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
    }


def correction_json(correction: Correction) -> dict[str, Any]:
    return {
        **{field: getattr(correction, field) for field in ("id", "kind", "what", "why", "by")},
        "proposal": correction.proposal_id,
        "revision": correction.revision_id,
        "decided_at": correction.decided_at.isoformat(),
    }


class Command(BaseCommand):
    help = "What the machine was unsure of, most useful first; accept, correct, dismiss it, or add an alias"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="the questions")
        listing.add_argument("--kind", choices=PROPOSAL_KINDS)
        listing.add_argument("--state", choices=PROPOSAL_STATES, default="open")
        listing.add_argument("--limit", type=int, default=SHOWN)
        history = actions.add_parser("history", help="what people decided, the latest first")
        history.add_argument("--limit", type=int, default=SHOWN)
        labels = actions.add_parser("labels", help="what people decided of texts, as labels to learn from")
        taking = actions.add_parser("accept", help="it is as the machine guesses")
        refusing = actions.add_parser("dismiss", help="it is not so")
        for action in (taking, refusing):
            action.add_argument("id", type=int, metavar="PROPOSAL")
        correcting = actions.add_parser("correct", help="it is otherwise: a JSON object says how")
        which = correcting.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", metavar="PROPOSAL")
        which.add_argument("--revision", type=int, metavar="ID", help="a revision, whether or not it is asked about")
        correcting.add_argument("--what", default="-", metavar="JSON", help="'-' reads standard input")
        alias = actions.add_parser("alias", help="a text means a company, lab, platform or family")
        alias.add_argument("text")
        alias.add_argument("slug")
        alias.add_argument("--withdraw", action="store_true", help="it means that no more: take a decision back")
        alias.add_argument("--of", choices=KINDS, default="company")
        alias.add_argument("--ambiguous", action="store_true", help="it counts only where the context agrees")
        for action in (taking, refusing, correcting, alias):
            action.add_argument("--by", required=True, metavar="WHO")
            action.add_argument("--why", required=True, metavar="TEXT")
        for action in (listing, history, labels, taking, refusing, correcting, alias):
            action.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        show: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "history": self._history,
            "labels": self._labels,
        }
        try:
            if options["action"] in show:
                show[options["action"]](options)
            else:
                self._correction(_decide(options), options["json"])
        except ReviewError as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        found = Proposal.objects.filter(state=options["state"]).order_by("-usefulness", "pk")
        found = found.filter(kind=options["kind"]) if options["kind"] else found
        for proposal in found[: max(0, options["limit"])]:
            if options["json"]:
                self._line(proposal_json(proposal))
            else:
                asked = proposal.what.get("type") or proposal.what.get("slug") or ""
                self.stdout.write(
                    f"{proposal.pk}\t{proposal.kind}\t{proposal.confidence:.2f}\t{asked}\t{proposal.subject}"
                )

    def _history(self, options: dict[str, Any]) -> None:
        for correction in Correction.objects.order_by("-decided_at", "-pk")[: max(0, options["limit"])]:
            self._correction(correction, options["json"])

    def _labels(self, options: dict[str, Any]) -> None:
        for label in corrections_as_labels():
            self._line({**label, "decided_at": label["decided_at"].isoformat()})

    def _correction(self, correction: Correction, as_line: bool) -> None:
        if as_line:
            self._line(correction_json(correction))
            return
        said = json.dumps(correction.what, ensure_ascii=False)
        self.stdout.write(f"{correction.pk}\t{correction.decided_at:%Y-%m-%d %H:%M}\t{correction.by}\t{said}")

    def _line(self, plain: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(plain, ensure_ascii=False))


def _decide(options: dict[str, Any]) -> Correction:
    word = Word(by=options["by"], why=options["why"], now=timezone.now())
    if options["action"] == "accept":
        return accept(options["id"], word)
    if options["action"] == "dismiss":
        return dismiss(options["id"], word)
    if options["action"] == "alias":
        decide = withdraw_alias if options["withdraw"] else add_alias
        return decide({name: options[name] for name in ("text", "of", "slug", "ambiguous")}, word)
    what = _what(options["what"])
    if options["revision"] is not None:
        return correct_revision(options["revision"], what, word)
    return correct(options["id"], what, word)


def _what(given: str) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if given == "-" else given)
    except ValueError as error:
        raise CommandError(f"what is stated is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError("what is stated is no JSON object")
    return found
