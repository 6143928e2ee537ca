"""Which evidence came or went with a change: ids, compared by what they say and not by their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from screening.facts import Facts
from screening.indicators import SUPPLY

MOST = 50  # ids of one change
OF_LISTINGS = frozenset({*SUPPLY, "models_served"})
NOTHING: Mapping[str, str] = {}

Said = Mapping[str, str]  # evidence -> what it says: a listing its generation and where; everything else only itself


def said_of(facts: Facts) -> Mapping[str, Said]:
    """company -> its evidence. Listings of one generation say the same, at whatever price and under whatever id.

    News that reports an offering says the same as the listing that confirms it.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in facts.supply:
        found[row.company][row.evidence] = f"{row.generation} on a {row.kind}"
    for story in facts.stories:
        found[story.company][story.evidence] = story.evidence
    for (company, _), role in facts.roles.items():
        found[company][role.evidence] = role.evidence
    for company, share in facts.shares.items():
        found[company][share.evidence] = share.evidence
    for held in (facts.made, facts.owned):
        for company, estimate in held.items():
            found[company] |= {pid: pid for pid in estimate.evidence}
    return found


def difference(before: Said, after: Said) -> set[str]:
    """The ids on either side that say what none of the other says."""
    said, says = set(before.values()), set(after.values())
    return {pid for pid, it in after.items() if it not in said} | {pid for pid, it in before.items() if it not in says}


def _as_said(ids: Iterable[str], *sides: Said) -> Said:
    return {pid: next((side[pid] for side in sides if pid in side), pid) for pid in ids}


def evidence_of(
    indicator: str, used: tuple[Collection[str], Collection[str]], before: Said, after: Said, moved: Collection[str]
) -> tuple[str, ...]:
    """Up to 50 ids that came or went, in the order of their names.

    ``used``: what the indicator rested on before and after; ``moved``: what came to the company, or went. Of what the
    indicator used, that; where it used none of it, what it uses now and did not, or the other way round; and where that
    is nothing either, an indicator of what is on offer names the listings that came and went.
    """
    found = {pid for side in used for pid in side if pid in moved}
    if not found:
        found = difference(*(_as_said(side, before, after) for side in used))
    if not found and indicator in OF_LISTINGS:
        found = {pid for pid in moved if {**before, **after}.get(pid, pid) != pid}
    return tuple(sorted(found)[:MOST])
