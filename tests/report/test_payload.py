"""JSON of the page: what Python's own encoder writes, with nothing that ends the script element."""

from __future__ import annotations

import json
import math

from hypothesis import example, given
from hypothesis import strategies as st

from qa_nlp.report.payload import _number, script_json

ODD = "<>&\u2028\u2029"
VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False).map(_number) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
@example(["</script>", "\u2028", "\x7f\x00", "坏\ud800", 1 << 80, 0.0001])
def test_the_page_gets_plain_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in ODD:
        text = text.replace(char, f"\\u{ord(char):04x}")
    made = script_json(value)
    assert made == text.encode("utf-8", "replace")
    assert not any(char in made.decode() for char in ODD)


@given(st.floats() | st.floats(0, 1e4).map(lambda value: round(value, 2)) | st.integers(-9, 1 << 60))
@example(True)
@example(-0.0)
@example(0.00005)
@example(2.675)
def test_numbers_are_rounded_to_four_decimals(value: float) -> None:
    rounded = round(float(value), 4)
    expected = rounded if math.isfinite(rounded) else None
    shown = _number(value)
    assert shown == expected
    assert isinstance(shown, int) == (expected is not None and float(expected).is_integer())
