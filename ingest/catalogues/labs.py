"""Which lab a catalogue means by the name of an organisation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from ingest.catalogues.common import Rejection

NOT_A_LETTER = re.compile(r"[\W_]+")
NAMED = 400  # unknown organisations that a rejection names


def _plain(word: str) -> str:
    return NOT_A_LETTER.sub("", word).lower()


@lru_cache(maxsize=1)
def _by_word() -> dict[str, str]:
    """Plain word -> lab, by the registry's slugs, names, aliases that are not ambiguous, and prefixes of ids."""
    from kbase.registry.validate import read_registry  # only where a document is read

    found: dict[str, str] = {}
    for lab in read_registry().labs:
        aliases = (alias.text for alias in lab.aliases if not alias.ambiguous)
        for word in (lab.slug, lab.name, *aliases, *lab.id_prefixes):
            found.setdefault(_plain(word), lab.slug)
    return found


def lab_of(organisation: str) -> str | None:
    """The registry's lab that an organisation is; None where it is none that is known."""
    return _by_word().get(_plain(organisation)) if _plain(organisation) else None


def unknown(organisations: Iterable[str], where: str) -> list[Rejection]:
    """One rejection that names the organisations whose models were left out, the most frequent first."""
    counts = Counter(organisations)
    if not counts:
        return []
    told = ", ".join(f"{name} ({count})" for name, count in counts.most_common(NAMED))
    more = f" and {len(counts) - NAMED} others" if len(counts) > NAMED else ""
    return [Rejection(where, f"no labs of the registry, their models are left out: {told}{more}")]
