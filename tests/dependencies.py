"""`python -m tests.dependencies`: does any pinned dependency have a known vulnerability? Says so where no database can be asked."""

import json
import subprocess
import sys
from pathlib import Path

PINNED = Path(__file__).parents[1] / "requirements.txt"
SERVICES = ("pypi", "osv")
PATIENCE_SECONDS = 60


def main() -> int:
    """Print what is known of every pinned dependency; 1 where one is vulnerable."""
    for service in SERVICES:
        asked = _asked(service)
        known = [each for each in asked if "skip_reason" not in each]
        if not known:
            continue
        vulnerable = [each for each in known if each["vulns"]]
        for each in vulnerable:
            found = ", ".join(
                f"{flaw['id']} (mended in {' or '.join(flaw['fix_versions']) or 'no version yet'})"
                for flaw in each["vulns"]
            )
            sys.stdout.write(f"{each['name']} {each['version']}: {found}\n")
        sys.stdout.write(
            f"pip-audit: {len(known)} of {len(asked)} dependencies known to {service}, {len(vulnerable)} vulnerable\n"
        )
        return int(bool(vulnerable))
    sys.stdout.write(
        "pip-audit: no vulnerability database can be reached from here; the dependencies were not audited\n"
    )
    return 0


def _asked(service: str) -> list[dict[str, object]]:
    """What a service says of each dependency; nothing where it cannot be reached."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--no-deps", "--disable-pip"]
    command += ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        return list(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return []


if __name__ == "__main__":
    sys.exit(main())
