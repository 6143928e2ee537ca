"""What came on offer in a week, as the catalogues showed it by the week's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from kbase.models import Company, Lab
from screening.digest.weeks import Week
from screening.facts import FIRST_HAND, GenerationFacts
from screening.listings import Listed
from screening.offerings import on_the_day
from screening.supply import OnTheDay, first_offered, generation_facts

NEW = timedelta(days=60)  # a generation released longer ago is no release of the week, whenever a catalogue lists it
SHOWN, SHOWN_EACH = 8, 5
Json = dict[str, Any]


def _first_seen(rows: Iterable[Listed]) -> Mapping[str, Listed]:
    """generation -> the row by which it was seen first anywhere."""
    first: dict[str, Listed] = {}
    for row in sorted(rows, key=lambda row: (row.first_on, row.kind not in FIRST_HAND, row.platform, row.outside_id)):
        if row.generation:
            first.setdefault(row.generation, row)
    return first


def _previous_day(today: OnTheDay, row: Listed) -> str | None:
    """The observation of any provider before the row's first."""
    days = {day for seen in today.observed.values() for day in seen if day < row.first_on}
    return str(max(days)) if days else None


def _sellers(today: OnTheDay) -> Mapping[str, set[str]]:
    """generation -> the companies that offer it first-hand on the day."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in today.current:
        company = today.owner("platform", row.platform) if row.kind in FIRST_HAND else ""
        if company and row.generation:
            found[row.generation].add(company)
    return found


def _release(today: OnTheDay, row: Listed, facts: GenerationFacts, sellers: int) -> Json:
    lab, generation = row.generation.split("/", 1)
    return {
        "generation": generation,
        "lab": lab,
        "released_on": str(facts.released_on),
        "open": facts.is_open,
        "companies": sellers,
        "seen_after": _previous_day(today, row),
        "seen_by": str(row.first_on),
        "path": f"/models/{row.model}/",
        "evidence": f"/evidence/{row.evidence}/",
    }


def releases(week: Week, today: OnTheDay) -> Json:
    """The generations that the record saw for the first time in the week, those most offered first."""
    facts, sellers = generation_facts(today), _sellers(today)
    new = [
        row
        for generation, row in _first_seen(today.rows).items()
        if row.first_on in week
        and _previous_day(today, row)
        and sellers[generation]
        and (released := facts[generation].released_on)
        and week.ends_on - NEW <= released <= week.ends_on
    ]
    new.sort(key=lambda row: (-len(sellers[row.generation]), row.generation))
    rows = [_release(today, row, facts[row.generation], len(sellers[row.generation])) for row in new[:SHOWN]]
    return {"rows": rows, "all": len(new)}


def _row_behind(today: OnTheDay, company: str, generation: str, week: Week) -> Listed:
    rows = [
        row
        for row in today.rows
        if row.generation == generation
        and row.kind in FIRST_HAND
        and row.first_on in week
        and today.owner("platform", row.platform) == company
    ]
    return min(rows, key=lambda row: (row.first_on, row.platform, row.outside_id))


def _offering(today: OnTheDay, company: str, generation: str, week: Week, after: str | None) -> Json:
    row = _row_behind(today, company, generation, week)
    return {
        "generation": generation.split("/", 1)[1],
        "lab": row.lab,
        "seen_after": after,
        "seen_by": str(row.first_on),
        "path": f"/models/{row.model}/",
        "evidence": f"/evidence/{row.evidence}/",
    }


def first_offerings(week: Week, today: OnTheDay) -> Json:
    """Other labs' generations that companies offered first-hand for the first time (not: when we first looked)."""
    new: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for (company, generation), first in sorted(first_offered(today, FIRST_HAND).items()):
        own = today.owner("lab", generation.split("/", 1)[0]) == company
        if first.by in week and not first.censored and not own:
            new[company].append((generation, str(first.after) if first.after else None))
    sellers = _sellers(today)
    order = sorted(new, key=lambda company: (-len(new[company]), company))
    rows = []
    for company in order[:SHOWN]:
        widest = sorted(new[company], key=lambda item: (-len(sellers[item[0]]), item[0]))
        shown = [_offering(today, company, generation, week, after) for generation, after in widest[:SHOWN_EACH]]
        rows.append({"company": company, "rows": shown, "all": len(widest), "path": f"/companies/{company}/"})
    return {"rows": rows, "all": sum(map(len, new.values())), "companies": len(new)}


def _with_names(releases_found: Json, offered: Json) -> None:
    labs, companies = dict(Lab.objects.values_list("slug", "name")), dict(Company.objects.values_list("slug", "name"))
    for row in releases_found["rows"]:
        row["lab_name"] = labs.get(row["lab"], row["lab"])
    for company in offered["rows"]:
        company["name"] = companies.get(company["company"], company["company"])
        for row in company["rows"]:
            row["lab_name"] = labs.get(row["lab"], row["lab"])


def supply(week: Week) -> tuple[Json, Json]:
    """(releases, first offerings), as known by the week's end."""
    today = on_the_day(week.ends_on)
    found = releases(week, today), first_offerings(week, today)
    _with_names(*found)
    return found
