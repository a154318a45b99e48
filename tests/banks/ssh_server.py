"""A real SSH server for the tests: SFTP by OpenSSH's program where there is one, and by asyncssh.

Between it and the client stands a line that can be cut after so many bytes.
"""

import asyncio
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncssh

PLACES = ["/usr/lib/openssh", "/usr/libexec/openssh", "/usr/libexec", "/usr/lib/ssh"]
OPENSSH = shutil.which("sftp-server") or shutil.which("sftp-server", path=":".join(PLACES))
KINDS = ["asyncssh", *(["openssh"] if OPENSSH else [])]


class Line:
    """The network: connections through it break when a budget of bytes is spent."""

    def __init__(self, port):
        self.port = port
        self.cuts = []
        self.connections = 0
        self.writers = []

    async def carry(self, reader, writer):
        self.connections += 1
        budget = [self.cuts.pop(0)] if self.cuts else [None]
        there, onward = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers += [writer, onward]
        await asyncio.gather(
            _pump(reader, onward, budget, writer), _pump(there, writer, [None], onward)
        )


async def _pump(reader, writer, budget, other):
    try:
        while data := await reader.read(4096):
            if budget[0] is not None:
                budget[0] -= len(data)
                if budget[0] < 0:
                    break
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # The other side has gone, which is what a cut line looks like.
    for each in (writer, other):
        each.transport.abort() if budget[0] is not None and budget[0] < 0 else each.close()


class Server(NamedTuple):
    """What a client needs to know, and the line to cut."""

    port: int
    root: Path
    line: Line
    host_key: asyncssh.SSHKey
    client_key: Path


class _Users(asyncssh.SSHServer):
    def __init__(self, root=None):
        self.root = root
        self.connection = None

    def connection_made(self, conn):
        self.connection = conn

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("us", "secret")


class _OpenSSHUsers(_Users):
    def session_requested(self):
        return self.connection.create_server_channel(encoding=None), _Program(self.root)


class _Program(asyncssh.SSHServerSession):
    """OpenSSH's own program behind the channel."""

    def __init__(self, root):
        self.root = root
        self.input = asyncio.Queue()

    def connection_made(self, chan):
        self.channel = chan

    def subsystem_requested(self, subsystem):
        return subsystem == "sftp"

    def session_started(self):
        self.tasks = [asyncio.ensure_future(self.run())]

    def data_received(self, data, datatype):
        self.input.put_nowait(data)

    def eof_received(self):
        self.input.put_nowait(b"")

    def connection_lost(self, exc):
        self.input.put_nowait(b"")

    async def run(self):
        program = await asyncio.create_subprocess_exec(
            OPENSSH, "-d", str(self.root),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.tasks.append(asyncio.ensure_future(self.answer(program)))
        while data := await self.input.get():
            program.stdin.write(data)
        program.stdin.close()
        await program.wait()

    async def answer(self, program):
        while data := await program.stdout.read(65536):
            if self.channel.is_closing():
                return
            self.channel.write(data)
        self.channel.exit(0)


@contextmanager
def served(kind, root, keys):
    """Run a server on its own thread; it shares the folder `root`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        server, listeners = asyncio.run_coroutine_threadsafe(_start(kind, root, keys), loop).result(
            30
        )
        yield server
        asyncio.run_coroutine_threadsafe(_stop(server.line, listeners), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(kind, root, keys):
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    (keys / "client").write_bytes(client_key.export_private_key())
    options = (
        {"sftp_factory": lambda channel: asyncssh.SFTPServer(channel, chroot=str(root))}
        if kind == "asyncssh"
        else {}
    )
    users = _Users if kind == "asyncssh" else _OpenSSHUsers
    authorized = asyncssh.import_authorized_keys(client_key.export_public_key().decode())
    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[host_key], server_factory=lambda: users(root),
        authorized_client_keys=authorized, **options,
    )  # fmt: skip
    line = Line(listener.get_port())
    front = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    port = front.sockets[0].getsockname()[1]
    return Server(port, root, line, host_key, keys / "client"), (front, listener)


async def _stop(line, listeners):
    for each in listeners:
        each.close()
    for writer in line.writers:
        writer.transport.abort()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
