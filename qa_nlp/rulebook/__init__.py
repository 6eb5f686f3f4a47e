"""lexicons/ → one compiled Rulebook: the phrase language, its matcher, self-tests."""
