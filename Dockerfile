# Gatehouse: dashboard, refreshes, worker and backups are this one image with other commands (docker-compose.yml).
FROM python:3.13.15-slim-trixie AS packages
COPY requirements.txt /
RUN python -m venv /packages && /packages/bin/pip install --no-cache-dir --disable-pip-version-check -r /requirements.txt

FROM python:3.13.15-slim-trixie
COPY --from=packages /packages /packages
# The owner of what is kept; the code belongs to root, who never runs it.
RUN useradd --uid 10001 --home-dir /tmp --no-create-home gatehouse \
    && install --directory --owner gatehouse --mode 700 /var/lib/gatehouse /backups
ENV PATH=/packages/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp GATEHOUSE_HOME=/var/lib/gatehouse
WORKDIR /gatehouse
COPY . .
RUN python -m compileall -q . && python -m pages.shared.specified && chmod -R a+rX .
USER 10001
