"""Where lexicons and models lie: in the checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def data_file(*parts: str) -> Path:
    """A file below ``lexicons/`` or ``models/``, whichever installation this is."""
    bundled = PACKAGE / "data" / Path(*parts)
    return bundled if bundled.exists() else PACKAGE.parent.joinpath(*parts)
