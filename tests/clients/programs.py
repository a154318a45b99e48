"""Programs that a test starts, reads line by line, and ends."""

import os
import queue
import subprocess
import threading

PATIENCE_S = 60


class Running:
    """A program that goes on until it is ended."""

    def __init__(self, arguments, environment):
        self.process = subprocess.Popen(
            arguments,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def line(self, *words):
        """Return the next line that has all the words."""
        while True:
            line = self.lines.get(timeout=PATIENCE_S)
            assert line is not None, f"it has ended: {self.seen}"
            self.seen.append(line)
            if all(word in line for word in words):
                return line

    def end(self):
        """End it as Ctrl-C does, or harder."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class Programs:
    """Starts programs, and ends all that are left."""

    def __init__(self, more):
        self.environment = {
            name: value for name, value in os.environ.items() if "BEZANT" not in name
        } | {"STRIPE_CLI_TELEMETRY_OPTOUT": "1", **more}
        self.running = []

    def of(self, *before, after=()):
        """Return a program with some of its arguments."""
        return Program(self, before, after)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.running:
            program.end()


class Program:
    """A command that is run with further arguments."""

    def __init__(self, programs, before, after):
        self.programs = programs
        self.before = before
        self.after = after

    def run(self, *arguments):
        """Run it to its end and return what it printed; it must end well."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, *arguments):
        """Run it to its end, whatever that is."""
        return subprocess.run(
            [*self.before, *arguments, *self.after],
            env=self.programs.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self, *arguments):
        """Start it and let it go on."""
        started = Running([*self.before, *arguments, *self.after], self.programs.environment)
        self.programs.running.append(started)
        return started
