"""Epoch AI's estimates: how much AI compute each maker has sold and each owner holds, and its notable models.

The chips come as captured (a CSV with short names of columns) or live (a ZIP of the site with the long names of today,
or those that its repository announced on 2026-09-24), the models as the site's CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ingest.catalogues.common import CatalogueError, Precision, Rejection, number, stated_date
from ingest.catalogues.labs import lab_of
from ingest.catalogues.sheets import read_sheet

__all__ = ["CatalogueError", "ChipTable", "ComputeRow", "NotableModel", "NotableTable", "makers", "notable", "owners"]

# Our name of a column, and how it was called: in the capture, on the site today, on the site as announced.
CHIP_COLUMNS = {
    "manufacturer": ("manufacturer", "Chip manufacturer", "Designer"),
    "start": ("start", "Start date", "Series start date"),
    "end": ("end", "End date"),
    "h100e": ("h100e", "Compute estimate in H100e (median)", "H100e (median)"),
    "h100e_p5": ("h100e_p5", "Compute estimate in H100e (5th percentile)", "H100e (5th percentile)"),
    "h100e_p95": ("h100e_p95", "Compute estimate in H100e (95th percentile)", "H100e (95th percentile)"),
    "units": ("units", "Number of units (median)", "Number of Units (median)", "Number of Units"),
    "power_mw": ("power_mw", "Power in MW (median)", "Power (MW) (median)"),
    "incomplete": ("incomplete", "Incomplete"),
}
CHIP_FILES = ("cumulative_by_designer.csv", "cumulative_timelines_by_designer.csv")
COMPLETE = ("", "false", "no", "0")  # what the column for quarters under way says of the others
MODEL_COLUMNS = (
    "Model", "Organization", "Publication date", "Parameters", "Training compute (FLOP)", "Country (of organization)",
    "Base model", "Model accessibility", "Link",
)  # fmt: skip
# The names that Epoch gives to companies; China and Other are none.
COMPANIES = {
    "AMD": "amd",
    "Amazon": "amazon",
    "Cambricon": "cambricon",
    "CoreWeave": "coreweave",
    "Google": "google",
    "Huawei": "huawei",
    "Meta": "meta",
    "Microsoft": "microsoft",
    "Nvidia": "nvidia",
    "Oracle": "oracle",
    "xAI": "xai",
}
NO_COMPANIES = frozenset({"China", "China (smuggled)", "Other"})
# The names that Epoch gives to labs; one that is not here is looked for among the registry's names and aliases.
LABS = {
    "01.AI": "01-ai",
    "AI21 Labs": "ai21",
    "Alibaba": "alibaba",
    "Allen Institute for AI": "ai2",
    "Allen Institute for AI (Ai2)": "ai2",
    "Amazon": "amazon",
    "Ant Group": "inclusionai",
    "Anthropic": "anthropic",
    "Apple": "apple",
    "Baidu": "baidu",
    "Beijing Academy of Artificial Intelligence / BAAI": "baai",
    "ByteDance": "bytedance",
    "Cohere": "cohere",
    "Databricks": "databricks",
    "DeepMind": "google",
    "DeepSeek": "deepseek",
    "EleutherAI": "eleutherai",
    "Facebook": "meta",
    "Facebook AI": "meta",
    "Facebook AI Research": "meta",
    "Google": "google",
    "Google Brain": "google",
    "Google Cloud": "google",
    "Google DeepMind": "google",
    "Google Research": "google",
    "Huawei": "huawei",
    "Huawei Noah's Ark Lab": "huawei",
    "Hugging Face": "huggingface",
    "IBM": "ibm",
    "Inception Labs": "inception",
    "Inflection AI": "inflection",
    "Kunlun Inc.": "skywork",
    "LG AI Research": "lg",
    "Meituan Inc": "meituan",
    "Meta AI": "meta",
    "Microsoft": "microsoft",
    "Microsoft Research": "microsoft",
    "Microsoft Research Asia": "microsoft",
    "Midjourney": "midjourney",
    "MiniMax": "minimax",
    "Mistral AI": "mistral",
    "Moonshot": "moonshot",
    "NAVER": "naver",
    "NC AI": "nc-ai",
    "NVIDIA": "nvidia",
    "OpenAI": "openai",
    "Perplexity": "perplexity",
    "Prime Intellect": "prime-intellect",
    "Reka AI": "reka",
    "Runway": "runway",
    "SK Telecom": "sk-telecom",
    "Salesforce": "salesforce",
    "Salesforce Research": "salesforce",
    "Samsung": "samsung",
    "Saudi Data and Artificial Intelligence Authority": "sdaia",
    "SenseTime": "sensetime",
    "Shanghai AI Lab": "shanghai-ai-lab",
    "Stability AI": "stability",
    "Suno": "suno",
    "Technology Innovation Institute": "tii",
    "Tencent": "tencent",
    "Upstage": "upstage",
    "Writer": "writer",
    "Z.ai (Zhipu AI)": "zhipu",
    "xAI": "xai",
}
OPEN = {
    "Open weights (unrestricted)": True,
    "Open weights (restricted use)": True,
    "Open weights (non-commercial)": True,
    "API access": False,
    "Hosted access (no API)": False,
    "Unreleased": False,
}


@dataclass(frozen=True, slots=True)
class ComputeRow:
    """AI compute, cumulative from ``start`` to ``end``, in H100 equivalents, with Epoch's 5th and 95th percentile.

    ``holder`` is the maker (made) or the owner (owned) as Epoch names it, ``company`` its slug, None where it is no
    company. The percentiles of a difference of two rows, or of a sum over makers, are not given and not computable.
    """

    holder: str
    company: str | None
    manufacturer: str
    start: date
    end: date
    h100e: float
    p5: float | None
    p95: float | None
    units: float | None
    power_mw: float | None
    locator: str


@dataclass(frozen=True, slots=True)
class ChipTable:
    """The rows of complete quarters; ``rejections`` say what was left out, quarters under way among it."""

    rows: tuple[ComputeRow, ...]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class NotableModel:
    """One of Epoch's notable models. ``labs`` are the registry's slugs of those ``organisations`` that are labs."""

    name: str
    organisations: tuple[str, ...]
    labs: tuple[str, ...]
    countries: tuple[str, ...]
    published: tuple[date, Precision] | None
    parameters: float | None
    training_flop: float | None
    base_model: str
    accessibility: str
    open_weights: bool | None
    link: str
    locator: str


@dataclass(frozen=True, slots=True)
class NotableTable:
    rows: tuple[NotableModel, ...]
    rejections: tuple[Rejection, ...]


def makers(document: bytes) -> ChipTable:
    """Compute that each maker has sold, by quarter. Raises ``CatalogueError`` where the columns are others."""
    return _chips(document, "manufacturer", CHIP_COLUMNS)


def owners(document: bytes) -> ChipTable:
    """Compute that each owner holds, by maker and quarter. Raises ``CatalogueError`` where the columns are others."""
    return _chips(document, "owner", CHIP_COLUMNS | {"owner": ("owner", "Owner")})


def notable(document: bytes) -> NotableTable:
    """Epoch's notable models. Raises ``CatalogueError`` where the columns are others."""
    found, rejections = [], []
    for locator, row in read_sheet(document, {name: (name,) for name in MODEL_COLUMNS}).numbered():
        model = _notable(row, locator)
        if model.name and model.organisations:
            found.append(model)
        else:
            rejections.append(Rejection(model.locator, "the model has no name or no organisation"))
    return NotableTable(tuple(found), tuple(rejections))


def _chips(document: bytes, holder: str, columns: Mapping[str, tuple[str, ...]]) -> ChipTable:
    rows: list[ComputeRow] = []
    rejections: list[Rejection] = []
    for locator, row in read_sheet(document, columns, CHIP_FILES).numbered():
        made = _compute(row, holder, locator)
        if isinstance(made, Rejection):
            rejections.append(made)
        else:
            rows.append(made)
    return ChipTable(tuple(rows), tuple(rejections))


def _compute(row: dict[str, str], holder: str, locator: str) -> ComputeRow | Rejection:
    if row["incomplete"].strip().lower() not in COMPLETE:
        return Rejection(locator, "the quarter is still under way")
    name, start, end = row[holder].strip(), stated_date(row["start"]), stated_date(row["end"])
    amount, low, high = number(row["h100e"]), number(row["h100e_p5"]), number(row["h100e_p95"])
    if not start or not end or amount is None or amount < 0 or end[0] < start[0] or len(row["manufacturer"]) > 60:
        return Rejection(locator, "the row has no amount or no quarter")
    if name not in COMPANIES and name not in NO_COMPANIES:
        return Rejection(locator, f"{name!r} is no company that is known here")
    if low is not None and high is not None and not low <= amount <= high:
        return Rejection(locator, "the amount lies outside its own percentiles")
    return ComputeRow(
        holder=name,
        company=COMPANIES.get(name),
        manufacturer=row["manufacturer"].strip(),
        start=start[0],
        end=end[0],
        h100e=amount,
        p5=low,
        p95=high,
        units=number(row["units"]),
        power_mw=number(row["power_mw"]),
        locator=locator,
    )


def _notable(row: dict[str, str], locator: str) -> NotableModel:
    organisations = _split(row["Organization"])
    accessibility = row["Model accessibility"].strip()
    return NotableModel(
        name=row["Model"].strip(),
        organisations=organisations,
        labs=tuple(dict.fromkeys(lab for name in organisations if (lab := LABS.get(name) or lab_of(name)))),
        countries=tuple(dict.fromkeys(_split(row["Country (of organization)"]))),
        published=stated_date(row["Publication date"]),
        parameters=number(row["Parameters"]),
        training_flop=number(row["Training compute (FLOP)"]),
        base_model=row["Base model"].strip(),
        accessibility=accessibility,
        open_weights=OPEN.get(accessibility),
        link=row["Link"].strip(),
        locator=locator,
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(",") if part.strip())
