"""The record: one file per kind of noun."""

from .company import Company, CompanyName, InfrastructureShare, Listing, SegmentRole
from .facts import SourceKind
from .measurement import Benchmark, ComputeEstimate, Result
from .offering import CatalogueObservation, CatalogueRow, Offering, ShrinkVerdict
from .supply import AIModel, Family, Generation, Lab, Ownership, Platform, Provider

__all__ = [
    "AIModel",
    "Benchmark",
    "CatalogueObservation",
    "CatalogueRow",
    "Company",
    "CompanyName",
    "ComputeEstimate",
    "Family",
    "Generation",
    "InfrastructureShare",
    "Lab",
    "Listing",
    "Offering",
    "Ownership",
    "Platform",
    "Provider",
    "Result",
    "SegmentRole",
    "ShrinkVerdict",
    "SourceKind",
]
