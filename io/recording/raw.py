"""The signal of a glove into a file, line by line as it comes."""

from pathlib import Path

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Message
from jihwa.data.signal.monitor import SensorMonitor


class RawRecorder:
    """Writes whole lines to a file at once, and reads them to say how the signal is.

    Args:
        path: The file; it must not exist.
        layout: What lines without a header mean; None if they mean nothing.

    Raises:
        FileExistsError: It exists.
        OSError: It cannot be written.
    """

    def __init__(self, path: Path, layout: Layout | None) -> None:
        self._file = path.open("xb", buffering=0)
        self._parser = LineParser(layout, self._write)
        self._sensors = SensorMonitor()

    @property
    def samples(self) -> int:
        """How many samples came."""
        return self._parser.report.samples

    @property
    def elapsed_s(self) -> float:
        """How long the signal is, by the glove's clock."""
        return self._parser.report.clock.elapsed_s

    def feed(self, data: bytes, at_s: float) -> None:
        """Write the lines that these bytes complete.

        Args:
            data: Bytes as they came.
            at_s: When, on `time.monotonic()`.

        Raises:
            OSError: They cannot be written.
        """
        self._sensors.feed(self._parser.feed(data, at_s))

    def interrupt(self) -> None:
        """Forget a line that was torn with the connection."""
        self._parser.interrupt()

    def close(self, at_s: float) -> None:
        """Write what is left of the last line, and close the file."""
        if self._file.closed:
            return
        try:
            self._sensors.feed(self._parser.flush(at_s))
        finally:
            self._file.close()

    def warnings(self) -> list[Message]:
        """What to tell about the signal."""
        return [*self._parser.report.warnings(), *self._sensors.warnings()]

    def _write(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[self._file.write(rest) :]
