# docker build -t unsilenced .   The README shows how to run it: it wants a secret, its own address and a mail server.

FROM python:3.13-slim AS build
WORKDIR /srv
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml LICENSE ./
COPY app app
COPY migrations migrations
COPY templates templates
COPY demo demo
COPY docs/problems.md docs/problems.md
# An editable install, so that app/ finds its neighbours; the build tools come from the lock too and stay behind.
COPY requirements-dev.lock ./
RUN .venv/bin/pip install --no-cache-dir --no-deps --build-constraint requirements-dev.lock --editable . \
    && rm requirements-dev.lock && python -m compileall -q app

FROM python:3.13-slim
RUN useradd --system --home-dir /srv --shell /usr/sbin/nologin unsilenced \
    && install --directory --owner unsilenced /srv/var
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER unsilenced
VOLUME /srv/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["unsilenced", "serve", "--host", "0.0.0.0"]
