# The server: a worker by default; "python manage.py ..." for everything else.

# All packages, each checked against its hash. The stages below install from these files alone.
FROM python:3.12-slim AS wheels
COPY requirements.lock ./
RUN pip download --no-cache-dir --require-hashes --no-deps --only-binary :all: --requirement requirements.lock --dest /wheels

FROM python:3.12-slim AS packages
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
COPY --from=wheels /wheels /wheels
RUN python -m venv /venv
COPY requirements.txt requirements-observability.txt constraints.txt ./
# SENTRY_DSN and OTEL_EXPORTER_OTLP_ENDPOINT need these packages; OBSERVABILITY=false leaves them out.
ARG OBSERVABILITY=true
RUN /venv/bin/pip install --no-cache-dir --requirement requirements.txt --constraint constraints.txt \
    $(test "$OBSERVABILITY" = false || echo --requirement requirements-observability.txt)

# This stage has a C compiler; the final image has none.
FROM python:3.12 AS compiled
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
COPY --from=wheels /wheels /wheels
COPY --from=packages /venv /venv
COPY requirements-compile.txt constraints.txt ./
RUN /venv/bin/pip install --no-cache-dir --requirement requirements-compile.txt --constraint constraints.txt
WORKDIR /srv/gameplatform
COPY . .
RUN /venv/bin/python -m gameplatform.compiled

# This stage has Node, which only bundles the page's scripts.
FROM packages AS page
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 DEBUG=false
COPY requirements-page.txt ./
RUN pip install --no-cache-dir --requirement requirements-page.txt --constraint constraints.txt
WORKDIR /srv/gameplatform
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --omit=dev --ignore-scripts
COPY . .
# Extra apps can have static files too.
ARG EXTRA_APPS
RUN SECRET_KEY=for-this-one-command-and-never-again python manage.py collectstatic --no-input

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /srv/gameplatform gameplatform
WORKDIR /srv/gameplatform
COPY --from=packages /venv /venv
COPY --chown=gameplatform . .
COPY --chown=gameplatform --from=compiled /srv/gameplatform/.compiled .compiled
COPY --chown=gameplatform --from=page /srv/gameplatform/staticfiles staticfiles
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=false
USER gameplatform
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s CMD ["python", "-m", "deploy.healthcheck", "--live"]
CMD ["python", "-m", "gameplatform", "--host", "0.0.0.0", "--port", "8000"]
