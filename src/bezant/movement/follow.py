"""Follow: what was heard of one movement is told to the others that it concerns, after all."""

from bezant.api.runtime import Runtime
from bezant.movement.answer import apply
from bezant.movement.heard import told_in
from bezant.store.jobs import JobRow


class Follower:
    """Does again what is done at once; what has been done already changes nothing."""

    def __init__(self, runtime: Runtime) -> None:
        """Take the ports."""
        self._runtime = runtime

    async def run(self, job: JobRow) -> None:
        """Tell the movements in a job."""
        heard, livemode = told_in(job.payload)
        await apply(self._runtime, heard, livemode=livemode)
