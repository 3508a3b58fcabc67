# The chat, and everything else the command does: docs/START.md has the commands.
FROM python:3.12-slim AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# The address of PyTorch's CPU builds, as pytorch.org shows it. Left empty, pip's own index is asked, whose build for
# Linux brings CUDA along: 6 GB.
ARG TORCH_INDEX=""
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /wheels /tmp/wheels
RUN if [ -n "$TORCH_INDEX" ]; then \
        pip install --no-cache-dir -c /tmp/constraints.txt --index-url "$TORCH_INDEX" torch; \
    fi \
    && pip install --no-cache-dir -c /tmp/constraints.txt "$(echo /tmp/wheels/dateline-*.whl)[formats,mcp]" \
    && useradd --create-home dateline \
    && install -d -o dateline -g dateline /data

# All that is kept lies in /data: the index, the conversations, and what is cached of an index on a server.
ENV PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/data/cache
USER dateline
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/', timeout=9)"]
# A container's every address is reached from outside it: who may reach the chat is decided by where its port is
# published, on 127.0.0.1 alone in compose.yaml. It answers to this computer's names, not to whoever points one at it.
ENTRYPOINT ["dateline"]
CMD ["chat", "--host", "0.0.0.0", "--no-auth", "--allow-host", "localhost"]
