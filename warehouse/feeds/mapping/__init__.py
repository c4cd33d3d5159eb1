"""Mappings: how somebody else's columns become ours. README.md beside this file is the manual."""

from warehouse.feeds.mapping.check import check, check_file, check_headers, check_lookups
from warehouse.feeds.mapping.draft import draft
from warehouse.feeds.mapping.model import (
    ColumnMapping,
    FeedMapping,
    FileMapping,
    Source,
    contract_source,
    personal_columns,
    protections,
)
from warehouse.feeds.mapping.read import read_mapping
from warehouse.feeds.problems import MappingError, Problem

__all__ = [
    "ColumnMapping",
    "FeedMapping",
    "FileMapping",
    "MappingError",
    "Problem",
    "Source",
    "check",
    "check_file",
    "check_headers",
    "check_lookups",
    "contract_source",
    "draft",
    "personal_columns",
    "protections",
    "read_mapping",
]
