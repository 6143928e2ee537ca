"""Made documents of the catalogues, in the forms in which their publishers give them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow
from pyarrow import parquet

from tests.ingest.test_observations_stored import listing

SALES = """\
Name,Chip manufacturer,Start date,End date,Compute estimate in H100e (median),\
Compute estimate in H100e (5th percentile),Compute estimate in H100e (95th percentile),\
Number of units (median),Power in MW (median),Incomplete,Notes
"""
ANNOUNCED = """\
Name,Owner,Designer,Series start date,End date,Number of units (median),H100e (5th percentile),H100e (median),\
H100e (95th percentile),Power (MW) (median),Incomplete,Source,Notes
"""


def api(**providers: Sequence[str]) -> dict[str, Any]:
    """``api.json``: for each provider the ids of its models."""
    return {
        name.replace("_", "-"): {"id": name, "name": name, "models": {key: {"id": key, **listing(key)} for key in ids}}
        for name, ids in providers.items()
    }


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def archive(**members: str) -> bytes:
    """A ZIP; ``a_b`` is the file ``a_b.csv`` in a folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.md", "See the website.")
        for name, text in members.items():
            file.writestr(f"data/{name}.csv", text)
    return packed.getvalue()


def as_parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    packed = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows)), packed)
    return packed.getvalue()


def board_row(name: str, average: float, **more: Any) -> dict[str, Any]:
    """A row of the Open LLM Leaderboard's dataset."""
    scores = dict.fromkeys(("IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO"), average)
    about = {"fullname": name, "Average ⬆️": average, "#Params (B)": 7, "Type": "🟢 pretrained", "Not_Merged": True}
    return {**about, **scores, "Hub License": "apache-2.0", "MoE": False, "Architecture": "Qwen2ForCausalLM", **more}


def rating(name: str, organisation: str, value: float, day: str = "2026-11-20", **more: Any) -> dict[str, Any]:
    """A row of LMArena's dataset."""
    return {
        "model_name": name,
        "organization": organisation,
        "license": "Proprietary",
        "rating": value,
        "rating_lower": value - 5,
        "rating_upper": value + 5,
        "vote_count": 1000.0,
        "rank": 1.0,
        "category": "overall",
        "leaderboard_publish_date": day,
        **more,
    }
