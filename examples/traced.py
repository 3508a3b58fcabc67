"""See what happens to a question (pip install "dateline[traces]"): python examples/traced.py [INDEX] [QUESTION]."""

import sys

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from dateline import Assistant, Index, Retriever
from dateline.rag.apps.telemetry import trace


def main(location: str = ".dateline", question: str = "Who spoke with whom?") -> None:
    """Print a line for each step with its milliseconds; trace() alone exports over OTLP."""
    provider = TracerProvider()
    line = "{0.name}: {1:.1f} ms\n".format
    exporter = ConsoleSpanExporter(
        out=sys.stdout, formatter=lambda span: line(span, (span.end_time - span.start_time) / 1e6)
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace(provider)
    Assistant(Retriever(Index.open(location, read_only=True), k=10)).ask(question)


if __name__ == "__main__":
    main(*sys.argv[1:])
