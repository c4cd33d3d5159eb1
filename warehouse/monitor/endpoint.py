"""Where metrics are told: at an address of their own, which no visitor of the dashboard comes to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import start_http_server
from prometheus_client.registry import CollectorRegistry

SETTING = "GATEHOUSE_METRICS"
THIS_MACHINE = "127.0.0.1"
PORTS = range(1, 65_536)


@dataclass(frozen=True)
class Address:
    """Host and port at which a process tells its metrics."""

    host: str
    port: int

    @classmethod
    def of(cls, said: str) -> "Address":
        """`9464` (this machine alone) or `host:9464`. Raises ValueError for anything else."""
        host, _, port = said.rpartition(":")
        if not port.isdecimal() or int(port) not in PORTS:
            raise ValueError(f"metrics are told at a port, or host:port, such as 9464, not {said!r}")
        return cls(host.strip("[]") or THIS_MACHINE, int(port))

    @classmethod
    def named(cls, environment: Mapping[str, str]) -> "Address | None":
        """The one that the environment names. Raises ValueError."""
        said = environment.get(SETTING)
        return cls.of(said) if said else None

    @property
    def is_of_this_machine(self) -> bool:
        """Whether nobody else can ask there."""
        return self.host in (THIS_MACHINE, "localhost", "::1")

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.host}:{self.port}"


@contextmanager
def told(registry: CollectorRegistry, at: Address | None) -> Iterator[None]:
    """Whatever `registry` holds, told at an address for the length of the block. Raises ValueError where that is taken."""
    if at is None:
        yield
        return
    try:
        server, thread = start_http_server(at.port, at.host, registry)
    except OSError as error:
        raise ValueError(
            f"metrics cannot be told at {at}: {error.strerror}; each process has an address of its own"
        ) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
