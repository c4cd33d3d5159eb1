"""Superset as it is measured: its own data in Postgres, results in Redis, no limits, nothing from elsewhere."""

import os

SECRET_KEY = os.environ["BENCH_SECRET"]
SQLALCHEMY_DATABASE_URI = os.environ["BENCH_METADATA"]
A_DAY = 86_400


def _kept(what: str) -> dict[str, object]:
    return {
        "CACHE_TYPE": "RedisCache",
        "CACHE_DEFAULT_TIMEOUT": A_DAY,
        "CACHE_KEY_PREFIX": f"{what}_",
        "CACHE_REDIS_URL": os.environ["BENCH_REDIS"],
    }


CACHE_CONFIG = _kept("meta")
DATA_CACHE_CONFIG = _kept("data")
FILTER_STATE_CACHE_CONFIG = _kept("filter")
EXPLORE_FORM_DATA_CACHE_CONFIG = _kept("form")
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = False
SESSION_COOKIE_SECURE = False
RATELIMIT_ENABLED = False
FEATURE_FLAGS = {"ALERT_REPORTS": False, "DASHBOARD_VIRTUALIZATION": False}
