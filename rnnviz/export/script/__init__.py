"""Script: the plain PyTorch program that trains as a session does, to read, to keep and to change."""

from rnnviz import limits
from rnnviz.export.script.comparison import together
from rnnviz.export.script.data import data_blocks
from rnnviz.export.script.loop import constants, loop, numbers
from rnnviz.export.script.model import model_blocks
from rnnviz.export.script.schedule import rate_blocks, with_import
from rnnviz.export.script.text import Script, program
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.training.settings import Settings

__all__ = ["Script", "script", "together"]


def script(task: Task, settings: Settings, steps: int, planned: int | None = None) -> Script:
    """Return a program without rnnviz that prints the curve of a session with these settings, bit for bit.

    The task is a built-in one (ValueError for another), on the device where the session trains; the settings have a
    sequence length. It trains ``steps`` steps, at least 1; the schedule of the learning rate is laid over ``planned``
    steps, by default over as many.

    >>> from rnnviz.training import Session
    >>> session = Session("adding", cell="gru", device="cpu")
    >>> program = script(session.task, session.settings, steps=300)
    >>> "nn.GRU(2, HIDDEN_SIZE, batch_first=True, dtype=torch.float32)" in program
    True
    >>> program.splitlines()[-1].strip()
    'print(f"step {step} loss {loss.item():.9g}")'
    """
    steps = limits.steps("steps", steps)
    imports, *data = data_blocks(task)
    title = t("script.about", task=task.name, cell=t(f"knob.cell.{settings.cell}"))
    values = constants(numbers(task, settings, steps, planned))
    blocks = [*data, *model_blocks(task, settings), *rate_blocks(settings), loop(task, settings)]
    return program(title, with_import(imports, settings), values, blocks)
