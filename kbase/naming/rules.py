"""All rules, in the order in which they are tried."""

from __future__ import annotations

from kbase.naming.deepseek_to_mistral import DEEPSEEK, MINIMAX, MISTRAL, MOONSHOT, XAI, XIAOMI, ZHIPU
from kbase.naming.openai_to_alibaba import ALIBABA, ANTHROPIC, GOOGLE, META, OPENAI
from kbase.naming.other_labs import BAIDU, BYTEDANCE, OTHERS, TENCENT
from kbase.naming.rule import Rule

RULES: tuple[Rule, ...] = (
    *OPENAI,
    *ANTHROPIC,
    *GOOGLE,
    *META,
    *ALIBABA,
    *DEEPSEEK,
    *ZHIPU,
    *MOONSHOT,
    *MINIMAX,
    *XIAOMI,
    *XAI,
    *MISTRAL,
    *BYTEDANCE,
    *TENCENT,
    *BAIDU,
    *OTHERS,
)


def rule_for(tail: str, maker: str | None) -> Rule | None:
    """The first rule that reads ``tail``, a bare name offered by ``maker``."""
    return next((known for known in RULES if known.match.match(tail) and known.lab in ("", maker)), None)
