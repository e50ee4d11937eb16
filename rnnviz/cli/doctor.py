"""``rnnviz doctor``: the versions, the device that will be used, and what is known not to work together."""

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import rnnviz
from rnnviz.cli import gpu
from rnnviz.i18n import t

__all__ = ["PACKAGES", "RULES", "Problem", "Rule", "examine", "main"]

PACKAGES = (
    "torch",
    "numpy",
    "plotly",
    "ipywidgets",
    "anywidget",
    "jupyterlab",
    "jupyterlab_widgets",
    "ipykernel",
    "statsmodels",
    "babel",
    "faker",
    "jupyterlab-language-pack-zh-cn",
    "optuna",
    "platformdirs",
    "pypi-simple",
    "rouge-score",
    "sacrebleu",
    "scikit-learn",
    "tokenizers",
    "torchao",
    "vega_datasets",
    "nbval",
)


@dataclass(frozen=True)
class Rule:
    """Versions of a package that are known to cause trouble.

    Attributes
    ----------
    package : str
        Its name in the index.
    oldest : str
        The first version without the trouble.
    what : str
        The key of the sentence that says what goes wrong before it.
    needed_by : str or None
        The package that cannot work without this one; None if its absence is no trouble here.
    """

    package: str
    oldest: str
    what: str = "cli.doctor.old"
    needed_by: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing to put right: ``package`` in ``version``, ``what`` goes wrong, and the ``fix``."""

    package: str
    version: str | None
    what: str
    fix: str


# The oldest versions are those of pyproject.toml, and a test compares the two.
RULES = (
    Rule("torch", "2.6", needed_by="rnnviz"),
    Rule("numpy", "1.26", needed_by="rnnviz"),
    Rule("plotly", "6.0", needed_by="rnnviz"),
    Rule("ipywidgets", "8.1.9", "cli.doctor.ipywidgets.old", needed_by="rnnviz"),
    Rule("anywidget", "0.9.18", needed_by="rnnviz"),
    Rule("jupyterlab", "4.6"),
    Rule("jupyterlab_widgets", "3.0", "cli.doctor.jupyterlab_widgets.old", needed_by="jupyterlab"),
    Rule("ipykernel", "7.4", "cli.doctor.ipykernel.old", needed_by="jupyterlab"),
    Rule("statsmodels", "0.15", "cli.doctor.statsmodels.old"),
    Rule("babel", "2.18"),
    Rule("faker", "40.63", "cli.doctor.faker.old"),
    Rule("jupyterlab-language-pack-zh-cn", "4.5"),
    Rule("optuna", "5.0"),
    Rule("platformdirs", "4.3"),
    Rule("pypi-simple", "1.8"),
    Rule("rouge-score", "0.1.2"),
    Rule("sacrebleu", "2.6"),
    Rule("scikit-learn", "1.7"),
    Rule("tokenizers", "0.22"),
    Rule("torchao", "0.18"),
    Rule("vega_datasets", "0.9"),
)


def examine(versions: Mapping[str, str | None]) -> list[Problem]:
    """Return what is known to go wrong with these versions.

    Parameters
    ----------
    versions : mapping of str to (str or None)
        The installed version of each package; None, or no entry, for one that is absent.

    Returns
    -------
    list of Problem
        Empty if nothing known is wrong.

    Examples
    --------
    >>> [problem.package for problem in examine({**installed(), "ipykernel": "7.0.1"})]
    ['ipykernel']
    """
    problems = []
    for rule in RULES:
        version = versions.get(rule.package)
        fix = t("cli.doctor.fix", requirement=f"{rule.package}>={rule.oldest}")
        if version is not None and _release(version) < _release(rule.oldest):
            problems.append(Problem(rule.package, version, t(rule.what, oldest=rule.oldest), fix))
        elif version is None and rule.needed_by and (rule.needed_by == "rnnviz" or versions.get(rule.needed_by)):
            what = t("cli.doctor.missing", needed_by=rule.needed_by)
            problems.append(Problem(rule.package, None, what, fix))
    return problems


def installed() -> dict[str, str | None]:
    """Return the version of each of ``PACKAGES`` in this environment, None where it is absent."""
    return {package: _version(package) for package in PACKAGES}


def main(*, as_json: bool = False) -> int:
    """Print the report; return 0 if nothing known is wrong and 1 otherwise.

    Parameters
    ----------
    as_json : bool
        Whether to print one JSON object in place of lines for a person.

    Returns
    -------
    int
        The exit code.
    """
    versions = installed()
    problems = examine(versions)
    device: dict[str, Any] | None = None
    idle: str | None = None
    try:
        if versions["torch"]:
            idle, device = gpu.unusable(), _device()
    except (ImportError, OSError, RuntimeError) as error:  # a missing library, a numpy it was not built for, …
        what = t("cli.doctor.torch.broken", error=f"{type(error).__name__}: {error}")
        problems.append(Problem("torch", versions["torch"], what, t("cli.doctor.fix", requirement="torch")))
    report = {"python": platform.python_version(), "rnnviz": rnnviz.__version__, **versions}
    if as_json:
        answer = {"ok": not problems, "versions": report, "device": device, "unused_gpu": idle}
        answer["problems"] = [asdict(problem) for problem in problems]
        print(json.dumps(answer, indent=2))
    else:
        print("\n".join(_lines(report, device, idle, problems)))
    return 1 if problems else 0


def _lines(
    report: Mapping[str, str | None], device: dict[str, Any] | None, idle: str | None, problems: list[Problem]
) -> list[str]:
    lines = [f"{package:<32}{version or t('cli.doctor.absent')}" for package, version in report.items()]
    if device:
        lines.append(f"{t('cli.doctor.device'):<32}{t('cli.doctor.device.line', **device)}")
    if idle:
        lines.append(idle)
    # asked here and not of the package, whose torch may be what is broken
    runner = "asyncio" if os.environ.get("RNNVIZ_RUNNER") == "asyncio" else "thread"
    lines.append(f"{t('cli.doctor.runner'):<32}{t(f'cli.doctor.runner.{runner}')}")
    lines += [t("cli.doctor.front_ends"), ""]
    for problem in problems:
        lines += [
            f"{problem.package} {problem.version or ''}".rstrip() + f": {problem.what}",
            "  " + t("cli.doctor.fix.line", fix=problem.fix),
        ]
    if not problems:
        lines.append(t("cli.doctor.fine"))
    if report["jupyterlab"] is None:
        lines.append(t("cli.doctor.no_jupyterlab"))
    return lines


def _device() -> dict[str, Any]:
    """Return the device and the threads a lab takes by itself, after one training step of a small layer there."""
    import torch

    from rnnviz.training.process.devices import considerate_threads, pick

    device = pick("auto")
    layer = torch.nn.LSTM(2, 3, device=device)
    # a training step, as a card that is too new or too old fails only when a kernel runs
    x = torch.ones(4, 1, 2, device=device, requires_grad=True)
    (gradient,) = torch.autograd.grad(layer(x)[0].sum(), x)
    gradient.cpu().numpy()  # waits until the device is done, and crosses into numpy
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    with considerate_threads(device):
        threads = torch.get_num_threads()
    return {"kind": str(device), "name": name, "threads": threads}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version without trailing zeros: ``"2.6.0+cpu"`` is ``(2, 6)``."""
    found = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    numbers = [int(number) for number in found[1].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
