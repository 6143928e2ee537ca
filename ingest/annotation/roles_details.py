"""Amounts of money and capacities that a text states, as numbers that ``Decimal`` reads."""

from __future__ import annotations

import re
from decimal import Decimal

POWERS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mln": 6, "million": 6, "b": 9, "bn": 9, "bln": 9, "billion": 9}
POWERS |= {"t": 12, "tn": 12, "trn": 12, "trillion": 12, "万": 4, "亿": 8, "万亿": 12}
CURRENCIES = {
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "美元": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "hk$": "HKD",
    "nt$": "TWD",
    "s$": "SGD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "¥": "JPY",
    "jpy": "JPY",
    "yen": "JPY",
    "yuan": "CNY",
    "rmb": "CNY",
    "cny": "CNY",
    "cn¥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "₹": "INR",
    "rupee": "INR",
    "₩": "KRW",
    "won": "KRW",
}
NUMBER = r"(?P<number{0}>\d{{1,6}}(?:,\d{{3}}){{0,4}}(?:\.\d{{1,3}})?)(?!\d)\+?"
POWER = r"(?:[ -]?(?P<power{0}>thousand|million|billion|trillion|mln|bln|trn|bn|tn|mn|[kmbt])(?![a-z]))?"
MONEY = re.compile(
    rf"(?<![a-z])(?P<before>(?:us|a|au|c|ca|hk|nt|s)?\$|cn¥|[€£¥₹₩]|(?:usd|eur|gbp|rmb|cny|jpy) ?)"
    rf"{NUMBER.format(1)}{POWER.format(1)}|"
    rf"(?<![\w.,$€£¥]){NUMBER.format(2)}{POWER.format(2)}[ -]"
    rf"(?P<after>dollar|euro|pound|yen|yuan|rmb|rupee|won\b|usd|eur|gbp)|"
    r"(?P<number3>\d{1,6}(?:\.\d{1,3})?)(?P<power3>万亿|[万亿])(?P<sign>美元|元|人民币)",
    re.IGNORECASE,
)
WORTH = re.compile(
    r"(?:valuation|valued|market cap\w*|valuing|revenue)(?: \w+){0,3} (?:of |at |to |than |over |above )?~?$",
    re.IGNORECASE,
)
VALUED = re.compile(
    r"\+? (?:pre-|post-)?(?:money )?(?:valuation|market cap|market value|run[ -]rate|"
    r"(?:in )?(?:annual\w* )?revenue|"
    r"arr\b|(?:in )?(?:annual )?sales)",
    re.IGNORECASE,
)
YUAN = re.compile(r"\b(?:yuan|rmb|china|chinese|beijing|shanghai|shenzhen|hangzhou)\b|[一-龥]", re.IGNORECASE)
CAPACITY = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,5}(?:,\d{3})?(?:\.\d{1,3})?)\+?[ -]?(?P<unit>gw|mw|gigawatts?|megawatts?|吉瓦|"
    r"兆瓦)(?![a-z])",
    re.IGNORECASE,
)


def money(text: str) -> dict[str, str]:
    """``amount`` and ``currency`` of the first sum that is no valuation or revenue; empty where none is stated."""
    for found in MONEY.finditer(text):
        before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 40]
        if not WORTH.search(before) and not VALUED.match(after):
            return _sum(found, text)
    return {}


def megawatts(text: str) -> dict[str, str]:
    """``megawatts`` of the first capacity stated; empty where none is."""
    found = CAPACITY.search(text)
    if not found:
        return {}
    return {"megawatts": _plain(found["number"], 3 if found["unit"][0] in "gG吉" else 0)}


def _sum(found: re.Match[str], text: str) -> dict[str, str]:
    number = found["number1"] or found["number2"] or found["number3"]
    power = found["power1"] or found["power2"] or found["power3"]
    sign = (found["before"] or found["after"] or found["sign"]).strip().lower()
    currency = "CNY" if sign == "¥" and YUAN.search(text) else CURRENCIES[sign]
    return {"amount": _plain(number, POWERS[power.lower()] if power else 0), "currency": currency}


def _plain(number: str, power: int) -> str:
    """Without exponent or needless zeros."""
    return format(Decimal(number.replace(",", "")).scaleb(power).normalize(), "f")
