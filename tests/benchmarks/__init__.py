"""The benchmarks at toy size: that they measure what they say, not how quick anything is."""
