"""The names that people read for the slugs that the record uses."""

from __future__ import annotations

from collections.abc import Mapping

from kbase.models import Company, Lab, Platform

REGIONS: Mapping[str, str] = {"us": "US", "europe": "Europe", "china": "China", "other": "Other"}
GROUPS: Mapping[str, str] = {
    "hyperscaler": "Hyperscaler",
    "ai_cloud": "AI cloud",
    "lab": "Lab",
    "chip_maker": "Chip maker",
    "serving_platform": "Serving platform",
    "software": "Software",
    "gateway": "Gateway",
    "hardware": "Hardware",
}
GROUP_ONE: Mapping[str, str] = {
    **{key: name if name.startswith("AI") else name.lower() for key, name in GROUPS.items()},
    "software": "software firm",
    "hardware": "hardware maker",
}
GROUPS_MANY: Mapping[str, str] = {key: f"{name}s" for key, name in GROUP_ONE.items()}
CAUSES: Mapping[str, str] = {
    "company": "What the company did",
    "field": "What the others did",
    "catching_up": "The record catching up",
    "decay": "Time passing",
    "method": "Method or registry",
    "untold": "Not told",
}
PEERS: Mapping[str, str] = {
    "hosts": "Hosts and first-party platforms",
    "gateways": "Gateways",
    "integrators": "Integrators, without a platform in the catalogue",
}
PEERS_SHORT: Mapping[str, str] = {
    "hosts": "hosts",
    "gateways": "gateways",
    "integrators": "integrators",
    "all": "companies",
}
SEGMENTS: Mapping[str, str] = {
    "accelerators": "Accelerators and systems",
    "compute": "Compute and data centres",
    "optimisation": "GPU optimisation and compilers",
    "serving": "Model serving",
    "tuning": "Tuning and customisation",
}
PILLARS: Mapping[str, str] = {
    "breadth": "Breadth",
    "reach": "Reach",
    "timeliness": "Timeliness",
    "freedom": "Freedom",
    "integration": "Integration",
    **SEGMENTS,
    "share": "Share of the firm",
}
INDICATORS: Mapping[str, str] = {
    "labs_served": "Labs served",
    "generations": "Generations on offer",
    "evenness": "Evenness over labs",
    "regions": "Lab regions",
    "open_and_closed": "Open and closed weights",
    "release_lag": "Release lag",
    "frontier_cover": "Frontier cover",
    "others_share": "Share of other labs' models",
    "substitutability": "Substitutability",
    "integration_events": "Integration stories",
    "partner_labs": "Partner labs",
    "compute_made": "AI compute sold",
    "compute_owned": "AI compute owned",
    "models_served": "Models served for others",
    "share": "Share of the firm",
    "weights": "What each segment weighs (the best one weighs most)",
}
KINDS: Mapping[str, str] = {
    "compatibility": "Multi-model compatibility",
    "infrastructure": "Infrastructure exposure",
}
PLATFORM_KINDS: Mapping[str, str] = {
    "host": "host",
    "first_party": "first-party",
    "gateway": "gateway",
    "subscription": "subscription",
    "app": "app",
    "local": "local",
}
STATES: Mapping[str, str] = {
    "observed": "observed",
    "zero": "none found",
    "unobserved": "unobserved",
    "not_applicable": "not applicable",
    "listed": "listed",
    "deprecated": "deprecated",
    "not_seen": "not seen",
    "withdrawn": "withdrawn",
    "reported": "reported",
}


def indicator_name(key: str) -> str:
    """The name of an indicator; those of a segment are said after their segment."""
    for suffix, said in (("_role", "Role"), ("_events", "Stories")):
        segment = key.removesuffix(suffix)
        if segment != key and segment in SEGMENTS:
            return said
    return INDICATORS.get(key, key.replace("_", " ").capitalize())


def indicator_in_full(key: str) -> str:
    """The name of an indicator as it can stand alone: with its segment, where it has one."""
    if key in INDICATORS:  # "compute_made" has no segment's role or stories
        return INDICATORS[key]
    said, segment = indicator_name(key), key.rpartition("_")[0]
    return f"{said} in {SEGMENTS[segment].lower().replace('gpu', 'GPU')}" if segment in SEGMENTS else said


def company_names() -> dict[str, str]:
    return dict(Company.objects.values_list("slug", "name"))


def lab_names() -> dict[str, str]:
    return dict(Lab.objects.values_list("slug", "name"))


def platform_names() -> dict[str, str]:
    return dict(Platform.objects.values_list("slug", "name"))
