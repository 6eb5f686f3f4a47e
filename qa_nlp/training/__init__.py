"""Learning from labelled calls: read, fit, evaluate, compare, promote."""
