"""qa-nlp: an offline linter for call-centre transcripts."""

__version__ = "0.1.0"
