"""Verdicts → files that people open. Nothing is judged here."""
