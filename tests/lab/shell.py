"""What stands in for the shell of a notebook, whose cells run again."""

import itertools


class Notebook:
    """Runs cells as a kernel does: each message has an id, each cell a name or at least its text."""

    def __init__(self) -> None:
        self._messages = itertools.count(1)
        self._parent: dict[str, object] | None = None
        self.get_parent = lambda: self._parent

    def run(self, cell: str | None, code: str = "lab = rv.Lab()") -> None:
        metadata = {} if cell is None else {"cellId": cell}
        self._parent = {
            "header": {"msg_id": f"message-{next(self._messages)}"},
            "metadata": metadata,
            "content": {"code": code},
        }
