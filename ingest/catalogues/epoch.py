"""Epoch AI's estimates: how much AI compute each maker has sold and each owner holds, and its notable models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ingest.catalogues.common import CatalogueError, Precision, Rejection, number, stated_date, table

__all__ = ["CatalogueError", "ChipTable", "ComputeRow", "NotableModel", "NotableTable", "makers", "notable", "owners"]

CHIP_COLUMNS = {"manufacturer", "start", "end", "h100e", "h100e_p5", "h100e_p95", "units", "power_mw", "incomplete"}
MODEL_COLUMNS = {
    "Model", "Organization", "Publication date", "Parameters", "Training compute (FLOP)", "Country (of organization)",
    "Base model", "Model accessibility", "Link",
}  # fmt: skip
# The names that Epoch gives to companies; China and Other are none.
COMPANIES = {
    "AMD": "amd",
    "Amazon": "amazon",
    "CoreWeave": "coreweave",
    "Google": "google",
    "Meta": "meta",
    "Microsoft": "microsoft",
    "Nvidia": "nvidia",
    "Oracle": "oracle",
    "xAI": "xai",
}
NO_COMPANIES = frozenset({"China", "Other"})
# The names that Epoch gives to labs, where several are one, or differ from the registry's.
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
    return _chips(document, "owner", CHIP_COLUMNS | {"owner"})


def notable(document: bytes) -> NotableTable:
    """Epoch's notable models. Raises ``CatalogueError`` where the columns are others."""
    found, rejections = [], []
    for index, row in enumerate(table(document, MODEL_COLUMNS), 1):
        model = _notable(row, f"row[{index}]")
        if model.name and model.organisations:
            found.append(model)
        else:
            rejections.append(Rejection(model.locator, "the model has no name or no organisation"))
    return NotableTable(tuple(found), tuple(rejections))


def _chips(document: bytes, holder: str, columns: set[str]) -> ChipTable:
    rows: list[ComputeRow] = []
    rejections: list[Rejection] = []
    for index, row in enumerate(table(document, columns), 1):
        made = _compute(row, holder, f"row[{index}]")
        if isinstance(made, Rejection):
            rejections.append(made)
        else:
            rows.append(made)
    return ChipTable(tuple(rows), tuple(rejections))


def _compute(row: dict[str, str], holder: str, locator: str) -> ComputeRow | Rejection:
    if row["incomplete"].strip():
        return Rejection(locator, "the quarter is still under way")
    name, start, end = row[holder].strip(), stated_date(row["start"]), stated_date(row["end"])
    amount, low, high = number(row["h100e"]), number(row["h100e_p5"]), number(row["h100e_p95"])
    if not start or not end or amount is None or amount < 0 or end[0] < start[0]:
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
        labs=tuple(dict.fromkeys(LABS[name] for name in organisations if name in LABS)),
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
