"""Traces by OpenTelemetry, off until asked for: ``trace()``, or the setting ``traces = "on"``; extra ``traces``.

Spans hold questions, passages and answers, never a key or a token. OpenTelemetry's own variables say where they go
(OTEL_EXPORTER_OTLP_ENDPOINT) and under which name; OPENINFERENCE_HIDE_INPUTS and …_OUTPUTS leave texts out.
"""

from __future__ import annotations

from typing import Any

from dateline.index.errors import ModelError


def trace(provider: Any = None) -> None:
    """Send LlamaIndex's spans and ours to OpenTelemetry; calling it again changes nothing.

    ``provider`` is an OpenTelemetry TracerProvider; without one the app's own is used, where it has set one, and else
    one that exports over OTLP. Raises ModelError naming the extra where a package is missing.
    """
    try:
        from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
    except ImportError as error:
        raise ModelError('traces need OpenInference; install it with: pip install "dateline[traces]"') from error
    from opentelemetry.trace import get_tracer_provider, set_tracer_provider

    instrumentor = LlamaIndexInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        return
    if provider is None:
        provider = get_tracer_provider()
        if not isinstance(provider, TracerProvider):
            provider = _exporting()
            set_tracer_provider(provider)
    instrumentor.instrument(tracer_provider=provider)


def stop() -> None:
    """Send no more spans."""
    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

    LlamaIndexInstrumentor().uninstrument()


def _exporting() -> Any:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # OTEL_SERVICE_NAME, where it is set, wins.
    provider = TracerProvider(resource=Resource({SERVICE_NAME: "dateline"}).merge(Resource.create()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
