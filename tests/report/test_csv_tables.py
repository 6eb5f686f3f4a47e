"""Lines of the CSV tables, against Python's own writer."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from qa_nlp.report.csv_tables import csv_line
from qa_nlp.report.tables import texts


@given(st.lists(st.text() | st.sampled_from(('"', '","', "a\r\nb")), min_size=1))
def test_a_line_is_what_the_csv_module_writes(cells: list[str]) -> None:
    file = StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(texts(cells))
    assert csv_line(cells) == file.getvalue()
