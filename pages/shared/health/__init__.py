"""The parts of the data health page: what is under way, held, late, refused, checked, and the way of the data."""
