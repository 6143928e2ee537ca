"""Search over names and titles: companies, labs, platforms, families, models and articles known by the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from ingest.models import Revision
from kbase.models import Company, Family, Lab, Platform
from kbase.times import next_day
from screening.api.problems import BadParameters, Fault
from screening.api.record_resources import on_record
from screening.api.resource import Asked, Parameter, Resource, news_horizon, news_observed
from screening.api.rows import ListRows
from screening.fields import Field, Record
from screening.offerings import models

ARTICLES = 200  # newest first
TYPES = ("company", "lab", "platform", "family", "model", "article")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be found, by any of its names."""

    type: str
    id: str
    title: str
    names: tuple[str, ...]
    url: str


def match(query: str, names: Iterable[str]) -> int | None:
    """0: a name is it, 1: begins with it, 2: a word begins with it, 3: has it; None: has it nowhere."""
    best = None
    for name in (name.casefold() for name in names):
        place = name.find(query)
        if place < 0:
            continue
        inner = 2 if any(word.startswith(query) for word in name.replace("-", " ").split()) else 3
        found = 0 if name == query else 1 if place == 0 else inner
        best = found if best is None else min(best, found)
    return best


def _of_record(asked: Asked) -> Iterator[Thing]:
    for company in on_record(Company.objects.all(), asked.as_of):
        names = (company.slug, company.name, *company.aliases)
        yield Thing("company", company.slug, company.name, names, f"/companies/{company.slug}/")
    for lab in on_record(Lab.objects.all(), asked.as_of):
        yield Thing("lab", lab.slug, lab.name, (lab.slug, lab.name, *lab.aliases), f"/labs/{lab.slug}/")
    for platform in on_record(Platform.objects.all(), asked.as_of):
        names = (platform.slug, platform.name, *platform.aliases)
        yield Thing("platform", platform.slug, platform.name, names, f"/platforms/{platform.slug}/")
    for family in on_record(Family.objects.select_related("lab"), asked.as_of):
        names = (family.slug, family.name, *family.aliases)
        yield Thing("family", family.slug, family.name, names, f"/labs/{family.lab.slug}/")
    for model in models(asked.as_of):
        key = f"{model.lab}/{model.key}"
        yield Thing("model", key, model.name, (key, model.key, model.name), f"/models/{key}/")


def _articles(query: str, asked: Asked) -> Iterator[Thing]:
    until = next_day(asked.as_of)
    newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"), knowable_at__lt=until)
    found = Revision.objects.filter(~Exists(newer), title__icontains=query, knowable_at__lt=until)
    for revision in found.select_related("article").order_by("-knowable_at", "pk")[:ARTICLES]:
        article = revision.article
        yield Thing("article", str(article.pk), revision.title, (revision.title,), f"/stories/{article.story_id}/")


API = {
    "company": "companies/{}/",
    "lab": "labs/{}/",
    "platform": "platforms/{}/",
    "model": "models/{}/",
    "article": "articles/{}/",
}


def _record(thing: Thing, matched: int) -> Record:
    api = API.get(thing.type)
    return {
        "type": thing.type,
        "id": thing.id,
        "title": thing.title,
        "match": matched,
        "rank": matched * len(TYPES) + TYPES.index(thing.type),
        "page": thing.url,
        "api": "/api/v1/" + api.format(thing.id) if api else "",
    }


def search(asked: Asked) -> ListRows:
    query = str(asked.given["q"]).strip()
    if not query:
        raise BadParameters([Fault("q", "is blank")])
    things = (*_of_record(asked), *_articles(query, asked))
    found = [(thing, match(query.casefold(), thing.names)) for thing in things]
    return ListRows([_record(thing, matched) for thing, matched in found if matched is not None])


SEARCH = Resource(
    name="search",
    title="SearchResult",
    about="Everything whose name or title has the text, best match first; of articles the 200 newest that do.",
    fields=(
        Field("type", "text", "What was found.", choices=TYPES),
        Field("id", "text", "Slug, `lab/model`, or number."),
        Field("title", "text", "Its name or title."),
        Field("match", "integer", "0: the name is it, 1: begins with it, 2: a word does, 3: has it."),
        Field("rank", "integer", "Place of the match and type in the default order.", filters=False),
        Field("page", "text", "Path of its page.", filters=False),
        Field("api", "text", "Path of it in this API; may be empty.", filters=False),
    ),
    key=("rank", "id"),
    order=("rank", "id"),
    rows=search,
    parameters=(Parameter("q", "text", "What to look for, in any case.", required=True),),
    horizon=news_horizon,
    observed=news_observed,
)
