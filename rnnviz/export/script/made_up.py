"""How a script draws what is made up: the adding problem, temporal order and copy memory, exactly as the tasks do."""

from string import Template

from rnnviz.export.script.text import CROSS_ENTROPY, CROSS_ENTROPY_EACH_STEP, SQUARED, TORCH
from rnnviz.i18n import t
from rnnviz.tasks import Adding, CopyMemory, Task

__all__ = ["blocks"]

_ADDING = '''
def draw_batch(generator):
    """$about"""
    half = SEQ_LEN // 2
    values = torch.rand(BATCH_SIZE, SEQ_LEN, generator=generator, dtype=torch.float32, device=DEVICE)
    first = torch.randint(half, (BATCH_SIZE, 1), generator=generator, device=DEVICE)
    second = torch.randint(half, SEQ_LEN, (BATCH_SIZE, 1), generator=generator, device=DEVICE)
    marks = torch.zeros_like(values).scatter_(1, torch.cat([first, second], 1), 1.0)
    return torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True)
'''

_TEMPORAL_ORDER = '''
def draw_batch(generator):
    """$about"""
    column = (BATCH_SIZE, 1)
    symbols = torch.randint(4, (BATCH_SIZE, SEQ_LEN), generator=generator, device=DEVICE)
    symbols[:, 0], symbols[:, -1] = 6, 7
    early = torch.randint(SEQ_LEN // 10, SEQ_LEN // 5 + 1, column, generator=generator, device=DEVICE)
    late = torch.randint(SEQ_LEN // 2, 6 * SEQ_LEN // 10 + 1, column, generator=generator, device=DEVICE)
    signs = torch.randint(2, (BATCH_SIZE, 2), generator=generator, device=DEVICE)
    symbols.scatter_(1, torch.cat([early, late], 1), 4 + signs)
    return nn.functional.one_hot(symbols, 8).float(), 2 * signs[:, 0] + signs[:, 1]
'''

_COPY_MEMORY = '''
def draw_batch(generator):
    """$about"""
    kept = torch.randint(8, (BATCH_SIZE, 10), generator=generator, device=DEVICE)
    symbols = torch.full((BATCH_SIZE, SEQ_LEN), 8, dtype=torch.int64, device=DEVICE)
    targets = symbols.clone()
    symbols[:, :10], symbols[:, -11], targets[:, -10:] = kept, 9, kept
    return nn.functional.one_hot(symbols, 10).float(), targets
'''


def blocks(task: Task) -> list[str]:
    """Return the imports, the function that draws a batch, and the loss."""
    if isinstance(task, Adding):
        return [TORCH, Template(_ADDING).substitute(about=t("script.adding")), SQUARED]
    if isinstance(task, CopyMemory):
        return [TORCH, Template(_COPY_MEMORY).substitute(about=t("script.copy_memory")), CROSS_ENTROPY_EACH_STEP]
    return [TORCH, Template(_TEMPORAL_ORDER).substitute(about=t("script.temporal_order")), CROSS_ENTROPY]
