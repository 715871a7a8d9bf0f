# One image; web, workers and scheduler differ by their command (docker-compose.yml).

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
ENV UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /portal
RUN python -m venv .venv
COPY requirements/ requirements/
RUN pip install --require-hashes -r requirements/uv.txt \
    && uv pip sync --require-hashes --python .venv/bin/python requirements/base.txt
COPY . .
# Values of no use anywhere else: collecting files reaches no service.
RUN DOTENV=/dev/null ENVIRONMENT=production PUBLIC_URL=https://build.invalid VENDOR_NAME=build \
    SECRET_KEY=only-while-building-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEF \
    ENCRYPTION_KEYS=aaaaaaaa:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
    DATABASE_URL=postgres://build.invalid/build REDIS_URL=redis://build.invalid/0 \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /portal --no-create-home portal
COPY --from=build /portal /portal
WORKDIR /portal
ENV PATH=/portal/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-m", "portal.healthcheck"]
# No access log by default; gunicorn.conf.py keeps links and codes out of one that is switched on.
CMD ["python", "-m", "gunicorn", "portal.wsgi", "--bind=0.0.0.0:8000", "--no-control-socket", \
     "--worker-class=gthread", "--workers=2", "--threads=8", "--worker-tmp-dir=/dev/shm", \
     "--timeout=60", "--graceful-timeout=30"]
