"""Pages over a real warehouse, heard and read back: what they say in words and numbers, held against the figures themselves."""
