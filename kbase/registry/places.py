"""Countries (ISO 3166-1 alpha-2) and the region of the field that each belongs to."""

from __future__ import annotations


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EUROPE = _codes(
    "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK "
    "MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA "
)
CHINA = _codes("CN HK MO")
OTHER = _codes(
    "AE AF AG AI AM AO AQ AR AS AU AW AZ BB BD BF BH BI BJ BL BM BN BO BQ BR BS BT BV BW BZ CA CC CD CF CG CI CK CL "
    "CM CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET FJ FK FM GA GD GE GF GH GL GM GN GP GQ GS GT GU GW GY HM HN HT "
    "ID IL IN IO IQ IR JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LK LR LS LY MA MF MG MH ML MM MN MP MQ MR "
    "MS MU MV MW MX MY MZ NA NC NE NF NG NI NP NR NU NZ OM PA PE PF PG PH PK PM PN PR PS PW PY QA RE RW SA SB SC SD "
    "SG SH SL SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UG UM UY UZ VC VE VG VI VN "
    "VU WF WS YE YT ZA ZM ZW "
)


def region_of(country: str) -> str:
    """The region of a country code; empty where there is no such code."""
    if country == "US":
        return "us"
    if country in CHINA:
        return "china"
    if country in EUROPE:
        return "europe"
    return "other" if country in OTHER else ""
