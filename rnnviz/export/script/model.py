"""The part of a script that is the network: its layers, and its first weights, bit for bit."""

from string import Template

from rnnviz.export.script.data import arguments, network_blocks
from rnnviz.i18n import t
from rnnviz.tasks import Task
from rnnviz.training.settings import Settings

__all__ = ["model_blocks"]

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}

_MODEL = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        $embedding
        self.recurrent = nn.$kind($sizes)
        self.head = nn.Linear($answered, $output_size, dtype=torch.float32)

    def forward(self, $arguments):
        $states
        $answer
"""

_EMBEDDING = "self.embedding = nn.Embedding({vocabulary}, {input_size}, dtype=torch.float32)"

_STATES = "states, _ = self.recurrent({read})"

_PACKED_STATES = """read = {read}  # {about}
        packed = nn.utils.rnn.pack_padded_sequence(read, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.recurrent(packed)[0], batch_first=True, total_length=inputs.shape[1]  # {note}
        )"""

_EACH_STEP_ANSWER = "return self.head(states)  # {note}"

_FORWARD_ANSWER = "return self.head(states[{last}])  # {note}"

_BOTH_WAYS_ANSWER = """ends = [states[:, -1, :HIDDEN_SIZE], states[:, 0, HIDDEN_SIZE:]]  # {note}
        return self.head(torch.cat(ends, -1))"""

_PADDED_BOTH_WAYS_ANSWER = """last = states[range(len(states)), lengths - 1, :HIDDEN_SIZE]  # {note}
        return self.head(torch.cat([last, states[:, 0, HIDDEN_SIZE:]], -1))"""

_WEIGHTS = '''
@torch.no_grad()
def set_first_weights(layer):
    """$about"""
    for name, weight in layer.named_parameters():
        for place, gate in enumerate(weight.chunk($gates)):  # $order
'''

_RULES = {
    "xavier": """
            if name.startswith("weight"):
                nn.init.xavier_uniform_(gate)
""",
    "orthogonal": """
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            if name.startswith("weight_hh"):
                nn.init.orthogonal_(gate)
""",
    "identity": """
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(gate)
            if name.startswith("weight_hh"):
                nn.init.eye_(gate)
            if name.startswith("bias"):
                gate.zero_()
""",
}

_RHO = """
            if name.startswith("weight_hh"):
                gate.mul_(RHO / float(torch.linalg.eigvals(gate.double()).abs().max()))
"""

_FORGET_BIAS = """
            if name.startswith("bias") and place == 1:
                gate.fill_(FORGET_BIAS if "_ih_" in name else 0.0)
"""


def model_blocks(task: Task, settings: Settings) -> list[str]:
    """Return the class and, unless PyTorch's own first weights are wanted, the function that sets them."""
    rules, own = _rules(settings), network_blocks(task, settings)
    network = [_model(task, settings)] if own is None else own
    return [*network, *([_weights(settings) + rules] if rules else [])]


def _model(task: Task, settings: Settings) -> str:
    read = arguments(task)
    sizes = [str(task.input_size), "HIDDEN_SIZE"]
    sizes += [f"num_layers={settings.num_layers}"] if settings.num_layers > 1 else []
    sizes += ["batch_first=True"]
    sizes += ["bidirectional=True"] if settings.bidirectional else []
    sizes += [f'nonlinearity="{settings.nonlinearity}"'] if settings.nonlinearity != "tanh" else []
    sizes += ["dtype=torch.float32"]  # the curve is the lab's whatever the default is where this is pasted
    tokens = task.vocabulary is not None
    text = Template(_MODEL).substitute(
        embedding=_EMBEDDING.format(vocabulary=task.vocabulary, input_size=task.input_size) if tokens else "",
        arguments=", ".join(read),
        states=_states("self.embedding(inputs)" if tokens else "inputs", padded="lengths" in read),
        kind=settings.cell.upper(),
        sizes=_wrapped(", ".join(sizes)),
        answered="2 * HIDDEN_SIZE" if settings.bidirectional else "HIDDEN_SIZE",
        output_size=task.output_size,
        answer=_answer(task, settings, padded="lengths" in read),
    )
    # placeholders that stayed empty leave a line of blanks
    return text.replace(f"{' ' * 8}\n", "")


def _wrapped(sizes: str) -> str:
    return sizes if len(sizes) < 80 else f"\n{' ' * 12}{sizes}\n{' ' * 8}"


def _states(read: str, *, padded: bool) -> str:
    return (
        _PACKED_STATES.format(read=read, about=t("script.padded.about"), note=t("script.padded"))
        if padded
        else _STATES.format(read=read)
    )


def _answer(task: Task, settings: Settings, *, padded: bool) -> str:
    if task.each_step:
        return _EACH_STEP_ANSWER.format(note=t("script.each_step"))
    if settings.bidirectional:
        return (_PADDED_BOTH_WAYS_ANSWER if padded else _BOTH_WAYS_ANSWER).format(note=t("script.both_ends"))
    last = "range(len(states)), lengths - 1" if padded else ":, -1"
    return _FORWARD_ANSWER.format(last=last, note=t("script.last_state"))


def _weights(settings: Settings) -> str:
    order = t(f"script.order.{settings.cell}")
    return Template(_WEIGHTS).substitute(about=t("script.weights"), gates=_GATES[settings.cell], order=order)


def _rules(settings: Settings) -> str:
    """The changes to torch's own first weights, gate by gate, in the order in which a session makes them."""
    rules = _RULES.get(settings.init, "")
    rules += _RHO if settings.rho is not None else ""
    rules += _FORGET_BIAS if settings.forget_bias is not None and settings.cell != "rnn" else ""
    return rules.replace("\n\n", "\n").removeprefix("\n")
