"""The eight matrices as people read them, one topic a file."""
