"""Staging: landed text becomes typed rows, feed by feed, in SQL; what does not fit is quarantined with its reason."""

from warehouse.reasons import REASONS, reason_words
from warehouse.staging.compile import HeaderAbsent, LandedFile
from warehouse.staging.stage import RowsDoNotAddUp, StagedFeed, stage, sums

__all__ = ["REASONS", "HeaderAbsent", "LandedFile", "RowsDoNotAddUp", "StagedFeed", "reason_words", "stage", "sums"]
