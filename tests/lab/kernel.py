"""A real kernel with no browser, and what a cell that runs in it says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager

PATIENCE = 120  # seconds: the machine may be busy


@dataclass
class Ran:
    """What a cell has sent, and how it ended."""

    status: str = ""
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def printed(self) -> str:
        return "".join(content["text"] for kind, content in self.messages if kind == "stream").strip()

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [content for kind, content in self.messages if kind in kinds]


class Kernel:
    """Runs cells one after another."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client

    def run(
        self, code: str, *, then: Callable[[str, dict[str, Any]], None] = lambda *_: None, asks: bool = True
    ) -> Ran:
        """Run a cell to its end; ``then`` is called with each message while it runs; ``asks``: somebody reads along."""
        while True:
            ran = Ran()

            def heard(message: dict[str, Any], ran: Ran = ran) -> None:
                ran.messages.append((message["msg_type"], message["content"]))
                then(message["msg_type"], message["content"])

            reply = self._client.execute_interactive(code, allow_stdin=asks, timeout=PATIENCE, output_hook=heard)
            ran.status = reply["content"]["status"]
            if ran.status != "aborted":  # an interrupted kernel drops what it is asked next
                return ran

    def value(self, expression: str) -> str:
        """Return what an expression is worth, as text."""
        ran = self.run(f"print({expression})")
        assert ran.status == "ok", ran.messages
        return ran.printed

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start a kernel; it is gone at the end."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
