"""One inspected call on its way into the reports, read only as far as each of them needs it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec

from qa_nlp.privacy.shield import ShownVerdict
from qa_nlp.records import Call, Verdict
from qa_nlp.report.counted import Counted
from qa_nlp.report.pieces import WHOLE, Makers

_CALL = msgspec.json.Decoder(Call)
_VERDICT = msgspec.json.Decoder(ShownVerdict)
_COUNTED = msgspec.json.Decoder(Counted)
_ENCODER = msgspec.json.Encoder()


class Entry:
    """A call as it may be shown and its verdict."""

    def __init__(
        self,
        call: Call | msgspec.Raw,
        verdict: Verdict | msgspec.Raw,
        makers: Makers,
        ready: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Call and verdict may be JSON. ``ready`` are pieces that came with them; ``makers`` make the others."""
        self._call, self._verdict = call, verdict
        self._makers, self._ready = makers, ready

    @cached_property
    def whole(self) -> tuple[Call, Verdict]:
        """The call and all of its verdict."""
        if WHOLE in self._ready:
            call, verdict = self._ready[WHOLE]
            return call, verdict
        call = _CALL.decode(self._call) if isinstance(self._call, msgspec.Raw) else self._call
        return call, _VERDICT.decode(self._verdict) if isinstance(self._verdict, msgspec.Raw) else self._verdict

    @property
    def line(self) -> msgspec.Raw | bytes:
        """The verdict as JSON."""
        return self._verdict if isinstance(self._verdict, msgspec.Raw) else _ENCODER.encode(self._verdict)

    @cached_property
    def counted(self) -> Counted | Verdict:
        """What is counted of the verdict."""
        if WHOLE in self._ready:
            return self.whole[1]
        return _COUNTED.decode(self._verdict) if isinstance(self._verdict, msgspec.Raw) else self._verdict

    def piece(self, name: str) -> Any:
        """What the call adds to the report of that format; made now unless it came with the call."""
        ready = self._ready.get(name)
        return self._makers.make(name, *self.whole) if ready is None else ready
