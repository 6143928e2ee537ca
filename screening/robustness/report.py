"""The robustness report of a run: all figures, and the pictures of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ingest.models import Source
from screening.facts import Facts
from screening.gather import facts_as_of, read_inputs
from screening.inputs import Inputs
from screening.methodology import Methodology, load
from screening.models import Score, ScoringRun
from screening.priors import PEERS
from screening.robustness.aggregate import tree_of
from screening.robustness.choices import CHOICES, GOALPOSTS, model_of
from screening.robustness.clipping import clipping
from screening.robustness.correlations import correlations, with_size
from screening.robustness.drawn import pictures_of
from screening.robustness.drop_one import drop_one
from screening.robustness.geometric import geometric
from screening.robustness.influence import moves, summary
from screening.robustness.leaving_out import LeftOut, providers_of, without_provider, without_source, without_story
from screening.robustness.matrix import Matrix, matrix_of, ranked_of, ranks, rounded
from screening.robustness.sensitivity import Sensitivity, sensitivity
from screening.robustness.stability import runs_until, stability, standings_over_time
from screening.robustness.versions import compared, scores_by, side_by_side, version_before
from screening.robustness.weights import effective_weights
from screening.scoring import CompanyScore, score_all

SHOWN = 25
Pictures = dict[str, dict[str, str]]


class NothingToReport(ValueError):
    """The run ranks too few companies."""


@dataclass(frozen=True)
class Day:
    """A run's facts taken again, and its scores. ``steady``: those by facts of which no news fades."""

    run: ScoringRun
    inputs: Inputs
    methodology: Methodology
    facts: Facts
    scores: Sequence[CompanyScore]
    steady: Sequence[CompanyScore]


def _day(run: ScoringRun) -> Day:
    inputs, methodology = read_inputs(), load(run.methodology.version)
    facts = facts_as_of(inputs, run.as_of, methodology)
    unfading = replace(methodology, horizon=replace(methodology.horizon, news_half_life_days=None))
    steady = scores_by(inputs, run.as_of, unfading)
    return Day(run, inputs, methodology, facts, score_all(facts, methodology), steady)


def _checked(day: Day) -> dict[str, Any]:
    """Whether the scores taken again are those that were stored: evidence may have come since."""
    stored = {
        (slug, kind): v
        for slug, kind, v in Score.objects.filter(run=day.run).values_list("company__slug", "kind", "value")
    }
    apart = [abs((s.value or 0.0) - (stored.get((s.company, s.kind)) or 0.0)) for s in day.scores]
    return {"n": len(apart), "differ": sum(gap > 1e-6 for gap in apart), "largest": rounded(max(apart, default=0.0))}


def _influence(day: Day, left_out: Mapping[str, Sequence[LeftOut]], kind: str, peers: str, n: int) -> dict[str, Any]:
    ranked = {(s.company, s.kind): s for s in day.scores}
    found = {name: summary(moves(left, ranked, kind, peers), n, len(left)) for name, left in left_out.items()}
    sources = dict(Source.objects.values_list("pk", "name"))
    by = found["source"]["gone_by"]
    for row in (*found["source"]["largest"], *([by] if by else [])):
        row["name"] = sources.get(int(row["what"]), row["what"])
    return found


def _ranges(day: Day, matrix: Matrix, found: Sensitivity, other: Mapping[str, int]) -> list[dict[str, Any]]:
    """The first companies: rank, rank by the geometric mean, and what choices and facts leave open."""
    stored = {
        score.company.slug: score
        for score in Score.objects.filter(run=day.run, kind=matrix.kind).select_related("company").defer("levers")
    }
    points = ranks(matrix.scores)
    order = sorted(range(len(points)), key=lambda place: (points[place], matrix.companies[place]))[:SHOWN]
    return [
        {
            "company": company,
            "name": stored[company].company.name if company in stored else company,
            "value": rounded(matrix.scores[place], 2),
            "rank": int(points[place]),
            "geometric": other[company],
            "low": int(found.low[place]),
            "middle": int(found.middle[place]),
            "high": int(-(-found.high[place] // 1)),
            "rank_low": stored[company].rank_low if company in stored else None,
            "rank_high": stored[company].rank_high if company in stored else None,
        }
        for place in order
        for company in (matrix.companies[place],)
    ]


def _of_kind(day: Day, left_out: Mapping[str, Sequence[LeftOut]], kind: str, peers: str) -> dict[str, Any]:
    ranked = ranked_of(day.scores, kind, peers)
    if len(ranked) < 4:
        raise NothingToReport(
            f"{kind}: {len(ranked)} companies are ranked among {peers} as of {day.run.as_of}, 4 are needed"
        )
    matrix, tree = matrix_of(ranked), tree_of(matrix_of(ranked), day.methodology)
    by_company = {(s.company, s.kind): s for s in day.steady}
    steady = matrix_of([by_company[company, kind] for company in matrix.companies])
    found = sensitivity(matrix, model_of(matrix, steady, tree, day.methodology))
    other = geometric(matrix, tree)
    runs = runs_until(day.run)
    return {
        "peers": peers,
        "n": len(ranked),
        "weights": effective_weights(matrix),
        "clipping": clipping(matrix, day.methodology),
        "correlations": correlations(matrix),
        "sizes": with_size(matrix, day.facts),
        "drop_one": drop_one(matrix, tree),
        "sensitivity": found.content,
        "geometric": {name: value for name, value in other.items() if name != "ranks"},
        "ranges": _ranges(day, matrix, found, other["ranks"]),
        "stability": stability(standings_over_time(runs, kind, peers)),
        "influence": _influence(day, left_out, kind, peers, len(ranked)),
    }


def _versions(day: Day) -> dict[str, Any] | None:
    """The version before beside this one, on the same evidence."""
    before = version_before(day.methodology.version)
    if before is None:
        return None
    earlier = scores_by(day.inputs, day.run.as_of, load(before))
    kinds = {kind: side_by_side(earlier, day.scores, kind, peers) for kind, peers in PEERS.items()}
    return {"a": before, "b": day.methodology.version, **{kind: compared(rows) for kind, rows in kinds.items()}}


def robustness_report(run: ScoringRun, *, now: datetime) -> tuple[dict[str, Any], Pictures]:
    """(content, pictures: name -> theme -> SVG) of the run. Raises NothingToReport.

    Everything that is taken again rests on the facts of the run's day as the record has them at ``now``.
    """
    day = _day(run)
    left_out = {
        "source": list(without_source(day.inputs, day.facts, day.methodology)),
        "story": list(without_story(day.facts, day.methodology)),
        "provider": list(without_provider(day.inputs, day.facts, day.methodology)),
    }
    kinds = {kind: _of_kind(day, left_out, kind, peers) for kind, peers in PEERS.items()}
    pictures = pictures_of(kinds, CHOICES, f"as of {run.as_of}, methodology {run.methodology.version}")
    content = {
        "as_of": run.as_of.isoformat(),
        "methodology": run.methodology.version,
        "vintage": run.vintage_id,
        "made_at": now.isoformat(),
        "checked": _checked(day),
        "choices": dict(CHOICES),
        "goalposts": GOALPOSTS,
        "providers": providers_of(day.inputs, day.facts),
        "kinds": kinds,
        "versions": _versions(day),
        "pictures": sorted(pictures),
    }
    return content, pictures
