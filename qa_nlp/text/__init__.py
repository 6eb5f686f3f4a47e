"""Text: folding with offsets, sounds, words, numerals, the prepared call."""
