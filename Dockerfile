# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.txt ./
RUN /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY db db
COPY monitoring monitoring
COPY sample_data sample_data
COPY dashboard dashboard
RUN /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --editable .

FROM python:3.13-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STORMWATCH_DATABASE_URL=sqlite:////data/stormwatch.db
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin stormwatch \
    && install -d -o stormwatch -g stormwatch /data
WORKDIR /app
COPY --from=build /app /app
COPY .streamlit/config.toml .streamlit/config.toml
USER stormwatch
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/healthz', timeout=2)"]
CMD ["streamlit", "run", "dashboard/server.py"]
