"""The part of a script that holds the numbers, and the one that trains."""

from collections.abc import Mapping

from rnnviz.export.script.data import arguments
from rnnviz.i18n import t
from rnnviz.tasks import Pairs, Sunspots, Task
from rnnviz.training.settings import Settings

__all__ = ["constants", "loop", "numbers"]

_OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}


def numbers(task: Task, settings: Settings, steps: int, planned: int | None) -> dict[str, object]:
    """Return the numbers of the script by name, those alone that it uses."""
    values = {
        "STEPS": steps,
        "PLANNED": None if settings.schedule == "constant" else planned or steps,
        "SEED": settings.seed,
        "DEVICE": f'"{task.device}"',
        "SEQ_LEN": settings.seq_len,
        "HORIZON": task.horizon if isinstance(task, Sunspots) else None,
        "BATCH_SIZE": settings.batch_size,
        "HIDDEN_SIZE": settings.hidden_size,
        "LEARNING_RATE": settings.lr,
        "CLIP": settings.clip,
        "INPUT_NOISE": settings.input_noise if _is_noisy(task, settings) else None,
        "RHO": settings.rho,
        "TEACHER_FORCING": settings.teacher_forcing
        if isinstance(task, Pairs) and settings.teacher_forcing < 1
        else None,
        "FORGET_BIAS": None if settings.cell == "rnn" else settings.forget_bias,
    }
    return {name: value for name, value in values.items() if value is not None}


def constants(values: Mapping[str, object]) -> str:
    """Return the lines that give numbers their names."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def loop(task: Task, settings: Settings, tell: str = 'print(f"step {step} loss {loss.item():.9g}")') -> str:
    """Return the training loop.

    Parameters
    ----------
    task, settings : Task, Settings
        What it trains on, and how.
    tell : str
        The last line of a step, which has ``step`` and ``loss``.
    """
    shaped = settings.init != "default" or settings.rho is not None
    shaped = shaped or (settings.forget_bias is not None and settings.cell != "rnn")
    lines = [
        # the order of these lines is that of a session: each draws from generators that the next one goes on with
        "torch.manual_seed(SEED)",
        'with torch.device("cpu"):  # ' + t("script.cpu"),
        "    model = Model()",
        *(_first_weights(task) if shaped else []),
        "model.to(DEVICE)",
        f"optimizer = torch.optim.{_OPTIMIZERS[settings.optimizer]}(model.parameters(), lr=LEARNING_RATE, fused=True)",
        "batches = torch.Generator(DEVICE).manual_seed(SEED)",
        *(["noise = torch.Generator(DEVICE).manual_seed(SEED + 1)"] if _is_noisy(task, settings) else []),
        "",
        "for step in range(1, STEPS + 1):",
        *(f"    {line}" for line in [*_step(task, settings), tell]),
    ]
    return "\n".join(lines)


def _is_noisy(task: Task, settings: Settings) -> bool:
    return settings.input_noise > 0 and task.vocabulary is None  # a token has no noise


def _first_weights(task: Task) -> list[str]:
    if type(task).network is Task.network:
        return ["    set_first_weights(model.recurrent)"]
    lines = [
        "for layer in model.modules():",
        "    if isinstance(layer, nn.RNNBase):",
        "        set_first_weights(layer)",
    ]
    return [f"    {line}" for line in lines]


def _noise(padded: bool) -> list[str]:
    drawn = "INPUT_NOISE * torch.randn(inputs.shape, generator=noise, dtype=inputs.dtype, device=DEVICE)"
    if not padded:
        return [f"inputs = inputs + {drawn}"]
    return [
        f"changed = inputs + {drawn}",
        "valid = torch.arange(SEQ_LEN, device=DEVICE) < lengths.to(DEVICE)[:, None]",
        f"inputs = torch.where(valid[..., None], changed, inputs)  # {t('script.padded.noise')}",
    ]


def _step(task: Task, settings: Settings) -> list[str]:
    given = arguments(task)
    called = ", ".join(given)
    clip = f"nn.utils.clip_grad_norm_(model.parameters(), CLIP)  # {t('script.clip')}"
    rate = ["for group in optimizer.param_groups:", '    group["lr"] = rate(step - 1)']
    return [
        *(rate if settings.schedule != "constant" else []),
        f"{called}, targets = draw_batch(batches)",
        *(_noise("lengths" in given) if _is_noisy(task, settings) else []),
        f"loss = loss_of(model({called}), targets)",
        "optimizer.zero_grad()",
        "loss.backward()",
        *([clip] if settings.clip is not None else []),
        "optimizer.step()",
    ]
