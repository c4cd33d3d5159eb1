"""The proxy of `deploy/nginx.conf` before any server: TLS, compression, one address."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.web.places import HOUSE, STARTS_WITHIN, end, free_port, run
from tests.browser.install import nginx

AROUND = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    include {folder}/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/unused_1;
    uwsgi_temp_path {folder}/unused_2;
    scgi_temp_path {folder}/unused_3;
    include {folder}/site.conf;
}}
"""


@contextmanager
def before(port: int) -> Iterator[str]:
    """The address, with TLS, of a proxy before the server at `port`, set up as our example says."""
    with TemporaryDirectory() as made:
        folder, plain, encrypted = Path(made), free_port(), free_port()
        folder.chmod(0o755)
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        _certify(certificate, key)
        site = (HOUSE / "deploy" / "nginx.conf").read_text("utf-8")
        for written, meant in {
            "/run/secrets/tls_certificate": str(certificate),
            "/run/secrets/tls_key": str(key),
            "listen 80;": f"listen {plain};",
            "listen 443": f"listen {encrypted}",
            "dashboard:8501 resolve": f"127.0.0.1:{port}",
        }.items():
            site = site.replace(written, meant)
        (folder / "site.conf").write_text(site)
        (folder / "mime.types").write_text("types { text/html html; }")
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
        process = psutil.Popen([str(nginx()), "-p", made, "-c", str(folder / "nginx.conf")])
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while not (folder / "nginx.pid").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((folder / "error.log").read_text())
                time.sleep(0.05)
            yield f"https://127.0.0.1:{encrypted}"
        finally:
            end(process)


def _certify(certificate: Path, key: Path) -> None:
    """A certificate that nobody has signed but itself."""
    asked = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    run(*asked, "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate))
