"""Where deliveries come from: a folder here or elsewhere, and queries on other people's databases.

Whatever it is, it is brought here as a file first, and is then read, checked and landed as a file of a folder is.
"""

from pathlib import Path

from warehouse.feeds.sources.databases import Answer, Asked, Reached, queries
from warehouse.feeds.sources.folders import RemoteFile, files_at, files_in

Offered = Path | RemoteFile | Asked
"""What lies ready: each has a `name`."""

__all__ = ["Answer", "Asked", "Offered", "Reached", "RemoteFile", "files_at", "files_in", "queries"]
