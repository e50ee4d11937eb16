"""A notebook with its kernel and a reader: cells are run, buttons pressed, the file saved, as in JupyterLab."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager
from jupyter_core.paths import jupyter_runtime_dir
from nbformat.v4 import new_code_cell, new_notebook, output_from_msg

PATIENCE = 120.0


def saved(path: Path, *cells: str, tags: dict[int, list[str]] | None = None, title: str = "# 03 · LSTM") -> Path:
    """Write a notebook of these cells, a heading first."""
    path.parent.mkdir(exist_ok=True)
    book = new_notebook(cells=[nbformat.v4.new_markdown_cell(title)])
    for number, source in enumerate(cells):
        cell = new_code_cell(source, id=f"cell-{number}")
        cell.metadata["tags"] = (tags or {}).get(number, [])
        book.cells.append(cell)
    nbformat.write(book, path)
    return path


class Reader:
    """An open notebook with its kernel; made by `open_notebook`."""

    def __init__(self, path: Path, manager: Any, client: Any) -> None:
        self.path, self._manager, self._client = path, manager, client
        self.book = nbformat.read(path, as_version=4)
        self._places: dict[str, list[tuple[Any, int]]] = {}

    def run(self, number: int, source: str | None = None) -> str:
        """Run the code cell of this number and return what it printed; its former outputs go."""
        cell = [cell for cell in self.book.cells if cell.cell_type == "code"][number]
        cell.source = cell.source if source is None else source
        cell.outputs = []
        request = self._client.session.msg(
            "execute_request",
            {"code": cell.source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True},
            metadata={"cellId": cell.id},
        )
        self._client.shell_channel.send(request)
        self._collect(request, cell)
        return "".join(one.get("text", "") for one in cell.outputs if one.output_type == "stream")

    def comm(self, model: str, data: dict[str, Any]) -> None:
        """Send a widget what the page sends it: a new state, or the press of a button."""
        message = self._client.session.msg("comm_msg", {"comm_id": model, "data": data})
        self._client.shell_channel.send(message)
        self._collect(message, None)

    def restart(self) -> None:
        """Start the kernel again, as the menu does; nothing is saved."""
        self._manager.restart_kernel(now=True)
        self._client.wait_for_ready(timeout=PATIENCE)

    def save(self) -> None:
        nbformat.write(self.book, self.path)

    def _collect(self, request: Any, cell: Any) -> None:
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            kind, content = message["msg_type"], message["content"]
            if kind == "update_display_data":
                self._update(message)
            elif message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            elif kind == "status" and content["execution_state"] == "idle":
                return
            elif kind in {"stream", "display_data", "execute_result", "error"} and cell is not None:
                cell.outputs.append(output_from_msg(message))
                if place := content.get("transient", {}).get("display_id"):
                    self._places.setdefault(place, []).append((cell, len(cell.outputs) - 1))

    def _update(self, message: Any) -> None:
        content = message["content"]
        for cell, index in self._places.get(content["transient"]["display_id"], []):
            if index < len(cell.outputs):
                cell.outputs[index]["data"], cell.outputs[index]["metadata"] = content["data"], content["metadata"]


@contextmanager
def open_notebook(path: Path) -> Iterator[Reader]:
    """Open a notebook as JupyterLab does: its kernel is told the path, and ends when the notebook is closed."""
    place = Path(jupyter_runtime_dir(), f"kernel-{uuid.uuid4()}.json")
    place.parent.mkdir(parents=True, exist_ok=True)
    manager = KernelManager(kernel_name="python3", connection_file=str(place))
    manager.start_kernel(env=os.environ | {"JPY_SESSION_NAME": str(path)}, cwd=str(path.parent))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        yield Reader(path, manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
