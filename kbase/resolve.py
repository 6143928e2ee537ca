"""Which lab, family, generation and model an outside id means.

``Resolver(registry).resolve(provider, model_id, name)`` answers from the id (and, where that says nothing, the
name) alone: the same words always give the same answer. What it cannot tell is ``None``: a router, a service, a
moving alias's generation, the maker of an unsigned fine-tune.

The order of the evidence: the maker named in the id comes before the look of the name (Writer's Palmyra is not
PaLM); the family's rule reads the version; a fine-tune of another lab's model belongs to who tuned it and to the
base's family.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kbase.naming.brands import BRAND, FAMILY_OF, SERVICE_MAKERS, SERVICES, STARTS, brand_generation, guess
from kbase.naming.evidence import CONFIDENCE
from kbase.naming.ids import OutsideId, Prefixes, plain, slug, take_apart
from kbase.naming.rule import Rule, generation_of, spell
from kbase.naming.rules import rule_for
from kbase.naming.tunes import OWN_LINES, base_in, is_tuned, own_version, signed
from kbase.registry.schema import Registry


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an outside id means; slugs, ``None`` where unknown.

    ``model`` is a stable key: the same for every host, without dates, quantisation or tier. ``variant`` is what was
    left off (region, quantisation, tier, mode), ``""`` for the plain offering. ``evidence`` is what the answer rests
    on (``naming.evidence``), ``confidence`` how often such answers are right as a whole, 0 to 1; 0 for no answer.
    """

    lab: str | None = None
    family: str | None = None
    generation: str | None = None
    model: str | None = None
    confidence: float = 0.0
    variant: str = ""
    evidence: str = ""


NOTHING = Resolution()
LONGEST = 400  # characters of an id or name; no host's is half as long
GENERATION = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
MODEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
PATH = re.compile(r"(?:[\w@.~:-]+/)+[\w.:-]+")


class Resolver:
    """Answers by the labs, families and platforms of one registry; keeps its answers, so that repeats cost nothing."""

    def __init__(self, registry: Registry) -> None:
        self._labs = {slug(word): lab.slug for lab in registry.labs for word in (lab.slug, *lab.id_prefixes)}
        self._homes = {family.slug: family.lab for family in registry.families}
        brands = {*FAMILY_OF, *STARTS}
        makers = {word.rstrip("/").lower() for lab in registry.labs for word in (lab.slug, *lab.id_prefixes)}
        self._prefixes = Prefixes.of(makers, brands)
        self._first_parties = _first_parties(registry, set(self._labs.values()))
        self._answers: dict[tuple[str, str, str], Resolution] = {}

    def resolve(self, provider: str, model_id: str, name: str = "") -> Resolution:
        """What ``model_id`` in ``provider``'s listing means; ``name`` is the listing's display name."""
        key = (provider, model_id, name)
        known = self._answers.get(key)
        if known is None:
            if max(map(len, key)) > LONGEST:
                return NOTHING
            known = self._answers[key] = self._resolve(*key)
        return known

    def variant(self, provider: str, outside_id: str) -> str:
        """What distinguishes this offering from the platform's plain one: ``eu``, ``fp8+free``, or ``""``."""
        return self.resolve(provider, outside_id).variant

    def _resolve(self, provider: str, model_id: str, name: str) -> Resolution:
        outside = take_apart(self._fullest(model_id, name), self._prefixes)
        found = self._read(outside, name)
        found = self._by_name(outside, name) if found is None else self._completed(found, outside, name)
        return found or self._guess(outside, provider)

    def _by_name(self, outside: OutsideId, name: str) -> Resolution | None:
        """The id says nothing, perhaps the display name does."""
        named = take_apart(name, self._prefixes)
        named = OutsideId(outside.makers, named.tail, outside.marks, outside.moving)
        found = self._read_rule(named) or (self._read_brand(named) if not outside.makers else None)
        return found and replace(found, evidence="name", confidence=CONFIDENCE["name"])

    def _completed(self, found: Resolution, outside: OutsideId, name: str) -> Resolution:
        """Where the id leaves the version open, or half of it, the name may say it: Mistral Medium 3.1."""
        so_far = found.generation or ""
        open_to = not re.search(r"\d", so_far) or f"{so_far[-1]}." in name
        if not name or not found.family or outside.moving or not open_to:
            return found
        named = take_apart(name, self._prefixes)
        told = self._read_rule(named) or self._read_brand(named)
        if told is None or told.family != found.family or not _finer(told.generation or "", so_far):
            return found
        return _answer("name", found.lab, found.family, told.generation, told.model, found.variant)

    @staticmethod
    def _fullest(model_id: str, name: str) -> str:
        """A display name that is the id with its maker before it (``@cf/deepgram/nova-3``) says more than the id."""
        return (
            name if "/" not in model_id and PATH.fullmatch(name) and plain(name).endswith(plain(model_id)) else model_id
        )

    def _read(self, outside: OutsideId, name: str) -> Resolution | None:
        if SERVICES.match(outside.tail):
            return _nothing(outside)
        found = self._read_rule(outside) or self._read_base(outside, name) or self._read_brand(outside)
        if found is None and not SERVICE_MAKERS.isdisjoint(outside.makers):
            return _nothing(outside)
        return found

    def _read_rule(self, outside: OutsideId) -> Resolution | None:
        maker = self._maker(outside)
        tail = f"{maker}-{outside.tail}" if maker and re.match(r"[vr]\d", outside.tail) else outside.tail
        known = rule_for(tail, maker)
        if known is None:
            return None
        spelled, folded = spell(known, tail)
        tuned = known.open and is_tuned(spelled, everywhere=self._stranger(outside) is not None)
        lab = self._lab_of(outside, known, spelled, tuned)
        tuned = tuned or lab not in (None, self._homes.get(known.family))
        generation = generation_of(known, spelled, outside.moving)
        key = spelled if generation or not outside.moving else f"{outside.tail}-latest"
        if tuned and not generation and not outside.moving:
            generation = own_version(spelled)
        evidence = ("tuned" if lab else "unsigned") if tuned or not lab else "rule" if generation else "open"
        return _answer(evidence, lab, known.family, generation, _key(key), _variant(outside, folded))

    def _lab_of(self, outside: OutsideId, known: Rule, spelled: str, tuned: bool) -> str | None:
        home = known.home or known.lab or self._homes.get(known.family)
        maker = self._maker(outside)
        if tuned and (maker is None or self._stranger(outside)):
            return self._stranger(outside) or signed(spelled)
        if maker in (None, home):
            return home
        return maker if known.open and (tuned or not outside.quantised) else home

    def _read_base(self, outside: OutsideId, name: str) -> Resolution | None:
        """A fine-tune under a name of its own that says what it was made from: ``eva-qwen2.5-72b``."""
        own = BRAND.match(outside.tail)
        if own and FAMILY_OF[own[1]] in OWN_LINES:
            return None
        tail = outside.tail.replace("l31-", "l3.1-")
        based = base_in(tail) or (base_in(plain(name)) if outside.makers and not own else None)
        if based is None:
            return None
        known, rest = based
        generation = generation_of(known, spell(known, rest)[0], moving=False)
        if own and (generation is None or re.match(rf"{re.escape(own[1])}-?v?\d", tail)):
            generation = brand_generation(tail, own[1])
        lab = self._maker_or_stranger(outside) or (self._homes.get(FAMILY_OF[own[1]]) if own else None)
        lab = lab or signed(tail)
        evidence = "tuned" if lab else "unsigned"
        return _answer(evidence, lab, known.family, generation, _key(tail), _variant(outside))

    def _read_brand(self, outside: OutsideId) -> Resolution | None:
        own = BRAND.match(outside.tail)
        if own is None:
            return None
        family = FAMILY_OF[own[1]]
        home = self._homes.get(family)
        lab = self._maker_or_stranger(outside) or home
        generation = None if outside.moving else brand_generation(outside.tail, own[1])
        evidence = "brand" if lab == home else "guess"
        return _answer(evidence, lab, family, generation, _key(outside.tail), _variant(outside))

    def _guess(self, outside: OutsideId, provider: str) -> Resolution:
        """No rule knows the name: its maker where one is given, and what the words look like."""
        lab = self._maker_or_stranger(outside) or signed(outside.tail) or self._first_parties.get(provider)
        if lab is None or not _key(outside.tail):
            return _nothing(outside)
        family, generation = guess(outside.tail)
        generation = None if outside.moving else _key(generation or "")
        return _answer("guess", lab, slug(family) or None, generation, _key(outside.tail), _variant(outside))

    def _maker(self, outside: OutsideId) -> str | None:
        """The registry's lab that the id names, innermost first."""
        return next((self._labs[slug(word)] for word in reversed(outside.makers) if slug(word) in self._labs), None)

    def _stranger(self, outside: OutsideId) -> str | None:
        """A slug for the nearest named maker, where the registry does not know it."""
        word = slug(outside.makers[-1]) if outside.makers else ""
        return None if word in self._labs else word or None

    def _maker_or_stranger(self, outside: OutsideId) -> str | None:
        return self._stranger(outside) or self._maker(outside)


@lru_cache(maxsize=1)
def default_resolver() -> Resolver:
    """The resolver of the registry that ships with this code; read once."""
    from kbase.registry.validate import read_registry  # reading YAML is not needed where a registry is handed in

    return Resolver(read_registry())


def variant(provider: str, outside_id: str) -> str:
    """``Resolver.variant`` by the shipped registry."""
    return default_resolver().variant(provider, outside_id)


def _first_parties(registry: Registry, labs: set[str]) -> dict[str, str]:
    """Provider id → lab, for the platforms on which a lab sells its own models."""
    return {
        provider.id: owner.company
        for platform in registry.platforms
        if platform.kind == "first_party"
        for owner in platform.owners
        if owner.company in labs
        for provider in platform.providers
    }


def _answer(
    evidence: str, lab: str | None, family: str | None, generation: str | None, key: str | None, variant: str
) -> Resolution:
    said = generation if generation and GENERATION.fullmatch(generation) else None
    return Resolution(lab, family, said, key, CONFIDENCE[evidence], variant, evidence)


def _finer(told: str, so_far: str) -> bool:
    """``deepseek-v3.1`` is finer than ``deepseek-v3``, and any number than none."""
    if re.search(r"\d", so_far):
        return told[:-1] == f"{so_far}."
    return bool(re.search(r"\d", told))


SYNONYMS = {
    "think": "thinking",
    "thought": "thinking",
    "reasoning": "thinking",
    "reasoner": "thinking",
    "nothinking": "nothink",
}


def _variant(outside: OutsideId, folded: frozenset[str] = frozenset()) -> str:
    words = {SYNONYMS.get(word, word) for word in outside.marks | folded if not re.fullmatch(r"v\d", word)}
    if any(word.startswith("thinking-") for word in words):
        words.discard("thinking")
    return "+".join(sorted(words))[:60]


def _nothing(outside: OutsideId) -> Resolution:
    return Resolution(variant=_variant(outside))


def _key(text: str) -> str | None:
    key = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")
    return key if MODEL.fullmatch(key) else None
