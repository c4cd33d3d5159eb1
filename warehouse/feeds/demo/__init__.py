"""A made-up health-products company, seeded and of any size, with known truth in it; clean and dirty deliveries."""

from warehouse.feeds.demo.company import Company, read_company, write_company, write_week
from warehouse.feeds.demo.dirty import DIRTY_KINDS, Broken, write_correction, write_dirty
from warehouse.feeds.demo.effects import ALL, NONE, Effects

__all__ = [
    "ALL",
    "DIRTY_KINDS",
    "NONE",
    "Broken",
    "Company",
    "Effects",
    "read_company",
    "write_company",
    "write_correction",
    "write_dirty",
    "write_week",
]
