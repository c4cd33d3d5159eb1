"""Feeds: the contract of what may come in, readers of files, mappings, and the demo company."""
