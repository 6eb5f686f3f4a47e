"""Whose call it was stays covered: what names a person is masked before anything is written."""

from qa_nlp.privacy.masking import mask, mask_turns
from qa_nlp.privacy.span import KINDS, MASK, NUMERIC, Masked, Span

__all__ = ["KINDS", "MASK", "NUMERIC", "Masked", "Span", "mask", "mask_turns"]
