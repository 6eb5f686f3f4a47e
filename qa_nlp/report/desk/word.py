"""Word files that are the same for the same content: fixed times in the zip and in the properties, clean text."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document as WordDocument

# The first moment that a zip can name; a report tells its days in words.
EPOCH = (1980, 1, 1, 0, 0, 0)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def clean(value: Any) -> Any:
    """Text without what XML cannot hold, throughout dicts, lists and tuples; other values as they are."""
    if isinstance(value, str):
        return _UNPRINTABLE.sub(" ", value)
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(clean(item) for item in value)
    return value


def to_bytes(document: WordDocument, title: str) -> bytes:
    """The file; its properties say the title and nothing about when or by whom."""
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:200], "qa-nlp", "qa-nlp"
    properties.comments = properties.subject = properties.keywords = properties.category = ""
    properties.created = properties.modified = datetime(*EPOCH)
    properties.revision = 1
    buffer = BytesIO()
    document.save(buffer)
    return stilled(buffer.getvalue())


def stilled(blob: bytes) -> bytes:
    """The same zip with every entry at one fixed time."""
    out = BytesIO()
    with ZipFile(BytesIO(blob)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            still = ZipInfo(entry.filename, EPOCH)
            still.compress_type = ZIP_DEFLATED
            still.external_attr = 0o600 << 16
            target.writestr(still, source.read(entry))
    return out.getvalue()
