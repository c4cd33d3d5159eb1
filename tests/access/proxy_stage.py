"""What stands between people and the dashboard in earnest: nginx with TLS, set up as deploy/nginx.conf says, and a sign-in by secrets.toml."""

import datetime
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.access import sign_in_stage as stage

EXAMPLE = stage.HOUSE / "deploy" / "nginx.conf"
NAME = "figures.localhost"
"""A name that browsers look for on this machine."""
CERTIFICATES: dict[str, Path] = {}
"""By which certificate an address is known."""
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/unused_1;
    uwsgi_temp_path {folder}/unused_2;
    scgi_temp_path {folder}/unused_3;
    include {folder}/gatehouse.conf;
}}
"""
SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{cookie_secret}"
client_id = "gatehouse"
client_secret = "the client's secret"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid email", prompt = "select_account" }}
"""


@contextmanager
def proxied(nginx: str, folder: Path, environment: Mapping[str, str], *, issuer: str) -> Iterator[tuple[str, str]]:
    """The dashboard behind nginx; the address that people open, and the one in clear that leads there."""
    plain, encrypted = stage.free_port(), stage.free_port()
    address = f"https://{NAME}:{encrypted}"
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(address=address, cookie_secret=stage.COOKIE_SECRET, issuer=issuer)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets)
    own = {**environment, "HOME": str(folder), "GATEHOUSE_ADDRESS": address}
    with (
        stage.running([sys.executable, "serve.py", "--port"], "/_stcore/health", own) as port,
        fronted(nginx, folder, f"server 127.0.0.1:{port};", plain=plain, encrypted=encrypted),
    ):
        CERTIFICATES[address] = folder / "certificate.pem"
        yield address, f"http://{NAME}:{plain}"


@contextmanager
def fronted(nginx: str, folder: Path, servers: str, *, plain: int, encrypted: int) -> Iterator[None]:
    """The proxy as it is set up beside docker-compose.yml, with the servers, ports and certificate of the test."""
    _certify(folder)
    said = EXAMPLE.read_text("utf-8")
    here = {
        "server dashboard:8501 resolve;": servers,
        "listen 80;": f"listen {plain};",
        "listen 443 ": f"listen {encrypted} ",
        "/run/secrets/tls_certificate;": f"{folder}/certificate.pem;",
        "/run/secrets/tls_key;": f"{folder}/key.pem;",
    }
    for written, meant in here.items():
        assert written in said, f"the example says no {written}"
        said = said.replace(written, meant)
    (folder / "gatehouse.conf").write_text(said)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "user root;"])
    try:
        deadline = time.monotonic() + stage.STARTS_WITHIN
        while not (folder / "nginx.pid").exists():
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _certify(folder: Path) -> None:
    """A certificate that nobody has signed but itself."""
    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
