# The dashboard and the command line in one image, without the right to anything but its own home.
#
#   docker build -t studio-cli .
#   docker run --rm -p 8501:8501 studio-cli                 the dashboard; its log shows the address
#   docker run --rm -it studio-cli bash                     the command line
#
# Credentials come in as the SDK's own variables or as a read-only mount of ~/.aws.

FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.txt requirements-build.txt pyproject.toml README.md LICENSE CHANGELOG.md ./
RUN python -m venv /opt/studio \
    && /opt/studio/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt
COPY .streamlit .streamlit
COPY pages pages
COPY streamlit_app.py ./
COPY studio_core studio_core
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/studio/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.12-slim
LABEL org.opencontainers.image.title="Studio CLI" \
      org.opencontainers.image.licenses="MIT-0"
RUN useradd --create-home --uid 10001 studio
COPY --from=build /opt/studio /opt/studio
ENV PATH=/opt/studio/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STUDIO_CONFIG=/home/studio/config/config.toml
USER 10001
WORKDIR /home/studio
VOLUME /home/studio/config
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["studio", "dashboard", "--address", "0.0.0.0", "--port", "8501"]
