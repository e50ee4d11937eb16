"""A learner without a browser: a kernel behind a server, and a page that answers each frame as a real one does."""

import asyncio
import json
import struct
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PAINT = 0.05  # seconds that a page takes for a frame
PLAY = (
    "import os, rnnviz as rv\n"
    "lab = rv.Lab(task='adding', cell='lstm', hidden_size=32, seq_len=30, seed={seed}, device='cpu', steps=10**7)\n"
    "display(lab)\n"
    "lab.play()\n"
    "print(os.getpid())"
)


@dataclass
class Learner:
    """One kernel and the connection to it."""

    root: str
    token: str
    number: int
    frames: int = 0
    waited: list[float] = field(default_factory=list)
    process: int = 0
    deaths: int = 0
    _socket: WebSocketClientConnection | None = None
    _answers: dict[str, asyncio.Future[str]] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)
    _feeds: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def come(self) -> None:
        """Open a notebook, and play a lab in it."""
        asked = {"path": f"{self.number}.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = HTTPRequest(
            f"{self.root}api/sessions", "POST", headers, json.dumps(asked), connect_timeout=600, request_timeout=600
        )
        kernel = json.loads((await AsyncHTTPClient().fetch(request)).body)["kernel"]["id"]
        address = f"{self.root.replace('http', 'ws', 1)}api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        self._socket = await websocket_connect(
            HTTPRequest(address, headers=headers, connect_timeout=600, request_timeout=600), max_message_size=2**26
        )
        self._keep(self._listen())
        self.process = int(await self.ask(PLAY.format(seed=self.number)))

    async def ask(self, code: str) -> str:
        """Run a cell, and return what it has printed."""
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
        id = await self._send("execute_request", content)
        self._answers[id] = asyncio.get_running_loop().create_future()
        begin = time.monotonic()
        said = await self._answers[id]
        self.waited.append(time.monotonic() - begin)
        return said

    async def leave(self) -> None:
        if self._socket is not None:
            self._socket.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, running: Any) -> None:
        task = asyncio.ensure_future(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, kind: str, content: dict[str, Any]) -> str:
        id = uuid.uuid4().hex
        header = {"msg_id": id, "msg_type": kind, "session": "learner", "username": "", "version": "5.3", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        assert self._socket is not None
        await self._socket.write_message(json.dumps(message))
        return id

    async def _listen(self) -> None:
        assert self._socket is not None
        while (heard := await self._socket.read_message()) is not None:
            self._hear(json.loads(heard if isinstance(heard, str) else _first_part(heard)))

    def _hear(self, message: dict[str, Any]) -> None:
        kind, content = message["header"]["msg_type"], message["content"]
        parent = message["parent_header"].get("msg_id", "")
        if kind == "stream" and content["name"] == "stdout":
            self._said[parent] = self._said.get(parent, "") + content["text"]
        elif kind == "error" and parent in self._answers:
            self._answers.pop(parent).set_exception(RuntimeError(f"{content['ename']}: {content['evalue']}"))
        elif kind == "status":
            # what a cell prints comes before this, and may come after the reply
            if content["execution_state"] == "idle" and parent in self._answers:
                self._answers.pop(parent).set_result(self._said.pop(parent, ""))
            self.deaths += content["execution_state"] in {"restarting", "dead"}
        elif (
            kind == "comm_open"
            and "feed_id" in content["data"].get("state", {})
            and "ended" in content["data"]["state"]
        ):
            self._feeds.add(content["comm_id"])
            self._keep(self._tell(content["comm_id"], {"kind": "hello"}))
        elif kind == "comm_msg" and content["comm_id"] in self._feeds:
            frame = content["data"].get("content", {})
            if frame.get("kind") == "frame":
                self.frames += 1
                self._keep(self._paint(content["comm_id"], frame["id"]))

    async def _paint(self, comm: str, frame: int) -> None:
        await asyncio.sleep(PAINT)
        answer = {"kind": "ack", "ids": [frame], "sizes": {"hidden": [400, 120]}, "spent": 1000 * PAINT}
        await self._tell(comm, answer)

    async def _tell(self, comm: str, said: dict[str, Any]) -> None:
        await self._send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": said}})


def _first_part(message: bytes) -> str:
    """Return the words of a message that carries numbers: they lie between its first two offsets."""
    (count,) = struct.unpack(">I", message[:4])
    offsets = [*struct.unpack(f">{count}I", message[4 : 4 + 4 * count]), len(message)]
    return message[offsets[0] : offsets[1]].decode()
