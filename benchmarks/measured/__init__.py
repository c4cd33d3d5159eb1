"""What the benchmarks share: a server of their own, a refresh in a process of its own, ways in turns, words for what was found."""
