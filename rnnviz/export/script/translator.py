"""The part of a script that is a translator: encoder, attention and decoder, and what they are put together to."""

from string import Template

from rnnviz.i18n import t
from rnnviz.tasks import Pairs
from rnnviz.training.settings import Settings

__all__ = ["translator_blocks"]

_READ = '''
def read(layer, vectors, lengths, state=None):
    """$about"""
    if bool((lengths == vectors.size(1)).all()):
        return layer(vectors, state)
    packed, last = layer(pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False), state)
    return pad_packed_sequence(packed, batch_first=True, total_length=vectors.size(1))[0], last
'''

_ENCODER = '''
class Encoder(nn.Module):
    """$about"""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding($vocabulary, $embedded, padding_idx=0, dtype=torch.float32)
        self.recurrent = nn.$kind($sizes)
$bridge
    def forward(self, source, lengths):
        memory, last = read(self.recurrent, self.embedding(source), lengths)
        $returned
'''

_ONE_WAY = "return memory, last"

_BRIDGE = """        self.hidden = nn.Linear(2 * HIDDEN_SIZE, HIDDEN_SIZE, dtype=torch.float32)
"""
_CELL_BRIDGE = """        self.cell = nn.Linear(2 * HIDDEN_SIZE, HIDDEN_SIZE, dtype=torch.float32)
"""
_BOTH_WAYS = """return memory, self.hidden(side_by_side(last)).tanh()  # {note}"""
_BOTH_WAYS_LSTM = """hidden, cell = map(side_by_side, last)
        return memory, (self.hidden(hidden).tanh(), self.cell(cell))  # {note}"""

_SIDE_BY_SIDE = '''
def side_by_side(last):
    """$about"""
    layers, batch, units = last.size(0) // 2, last.size(1), last.size(2)
    return last.view(layers, 2, batch, units).transpose(1, 2).reshape(layers, batch, 2 * units)
'''

_ATTENTION = '''
class Attention(nn.Module):
    """$about"""

    def __init__(self):
        super().__init__()
$weights        self.combine = nn.Linear($memory + HIDDEN_SIZE, HIDDEN_SIZE, bias=False, dtype=torch.float32)

    def forward(self, states, memory, mask):
        keys = $keys
        scores = $scores
        weights = scores.masked_fill(~mask[:, None], -torch.inf).softmax(-1)  # $note
        return weights @ memory

    def combined(self, states, context):
        return torch.tanh(self.combine(torch.cat([context, states], -1)))
'''
_KEY = "        self.key = nn.Linear({memory}, HIDDEN_SIZE, bias=False, dtype=torch.float32)\n"
_QUERY = """        self.query = nn.Linear(HIDDEN_SIZE, HIDDEN_SIZE, bias=False, dtype=torch.float32)
        self.score = nn.Linear(HIDDEN_SIZE, 1, bias=False, dtype=torch.float32)
"""
_KEYS = {"dot": "memory.view(*memory.shape[:2], -1, HIDDEN_SIZE).sum(2)  # {note}"}
_SCORES = {"additive": "self.score(torch.tanh(self.query(states)[:, :, None] + keys[:, None])).squeeze(-1)"}

_DECODER = '''
class Decoder(nn.Module):
    """$about"""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding($vocabulary, $embedded, padding_idx=0, dtype=torch.float32)
        self.recurrent = nn.$kind($sizes)
        self.head = nn.Linear(HIDDEN_SIZE, $vocabulary, dtype=torch.float32)
'''

_MODEL = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
$parts
    def forward(self, inputs, lengths, target_in):
        memory, state = self.encoder(inputs, lengths)
        mask = torch.arange(SEQ_LEN, device=DEVICE) < lengths.to(DEVICE)[:, None]
$decoded
"""
_AT_ONCE = """        written = (target_in != 0).sum(1).cpu()
        states, _ = read(self.decoder.recurrent, self.decoder.embedding(target_in), written, state)
{context}        return self.decoder.head({answered})"""
_STEPWISE = """        tokens, answers = target_in[:, 0], []
        for step in range(TARGET_LEN):
            vectors = self.decoder.embedding(tokens[:, None])
{before}            states, state = self.decoder.recurrent(vectors, state)
{context}            answers.append(self.decoder.head({answered}))
            if step + 1 < TARGET_LEN:
                tokens = {following}
        return torch.cat(answers, 1)"""
_LOOK_BEFORE = """            context = self.attention({hidden}[-1][:, None], memory, mask)  # {note}
            vectors = torch.cat([vectors, context], -1)
"""
_OWN_WORDS = """target_in[:, step + 1]
                true = torch.rand(BATCH_SIZE, generator=self.coins, device=DEVICE) < TEACHER_FORCING
                tokens = torch.where(true, tokens, answers[-1][:, 0].detach().argmax(-1))  # {note}"""
_COINS = "        self.coins = torch.Generator(DEVICE).manual_seed(SEED + 1)\n"


def translator_blocks(task: Pairs, settings: Settings) -> list[str]:
    """Return the classes of a translator with these settings, and what they share."""
    found = [Template(_READ).substitute(about=t("script.pairs.read"))]
    if settings.bidirectional:
        found.append(Template(_SIDE_BY_SIDE).substitute(about=t("script.pairs.side_by_side")))
    found.append(_encoder(task, settings))
    if task.attention is not None:
        found.append(_attention(task.attention, settings))
    return [*found, _decoder(task, settings), _model(task, settings)]


def _encoder(task: Pairs, settings: Settings) -> str:
    bridge, returned = "", _ONE_WAY
    if settings.bidirectional:
        lstm = settings.cell == "lstm"
        bridge = _BRIDGE + (_CELL_BRIDGE if lstm else "")
        returned = (_BOTH_WAYS_LSTM if lstm else _BOTH_WAYS).format(note=t("script.pairs.bridge"))
    return Template(_ENCODER).substitute(
        about=t("script.pairs.encoder"),
        vocabulary=len(task.symbols),
        embedded=task.input_size,
        kind=settings.cell.upper(),
        sizes=_sizes(settings, str(task.input_size), settings.bidirectional),
        bridge=bridge,
        returned=returned,
    )


def _attention(kind: str, settings: Settings) -> str:
    memory = _memory(settings)
    weights = "" if kind == "dot" else _KEY.format(memory=memory)
    return Template(_ATTENTION).substitute(
        about=t(f"script.pairs.attention.{kind}"),
        weights=weights + (_QUERY if kind == "additive" else ""),
        memory=memory,
        keys=_KEYS.get(kind, "self.key(memory)").format(note=t("script.pairs.sum")),
        scores=_SCORES.get(kind, "states @ keys.transpose(1, 2)"),
        note=t("script.pairs.mask"),
    )


def _decoder(task: Pairs, settings: Settings) -> str:
    read = f"{task.input_size} + {_memory(settings)}" if task.attention == "additive" else str(task.input_size)
    return Template(_DECODER).substitute(
        about=t("script.pairs.decoder"),
        vocabulary=len(task.target_symbols),
        embedded=task.input_size,
        kind=settings.cell.upper(),
        sizes=_sizes(settings, read, False),
    )


def _model(task: Pairs, settings: Settings) -> str:
    attends, draws = task.attention is not None, settings.teacher_forcing < 1
    parts = "        self.attention = Attention()\n" if attends else ""
    answered = "self.attention.combined(states, context)" if attends else "states"
    look = "context = self.attention(states, memory, mask)\n" if attends and task.attention != "additive" else ""
    if task.attention != "additive" and not draws:
        decoded = _AT_ONCE.format(context=" " * 8 * bool(look) + look, answered=answered)
    else:
        hidden = "state[0]" if settings.cell == "lstm" else "state"
        before = _LOOK_BEFORE.format(hidden=hidden, note=t("script.pairs.before"))
        following = _OWN_WORDS.format(note=t("script.pairs.own_words")) if draws else "target_in[:, step + 1]"
        decoded = _STEPWISE.format(
            before=before if task.attention == "additive" else "",
            context=" " * 12 * bool(look) + look,
            answered=answered,
            following=following,
        )
    text = Template(_MODEL).substitute(parts=parts + (_COINS if draws else ""), decoded=decoded)
    return text if attends else text.replace(_MASK, "")


_MASK = "        mask = torch.arange(SEQ_LEN, device=DEVICE) < lengths.to(DEVICE)[:, None]\n"


def _memory(settings: Settings) -> str:
    return "2 * HIDDEN_SIZE" if settings.bidirectional else "HIDDEN_SIZE"


def _sizes(settings: Settings, read: str, both_ways: bool) -> str:
    sizes = [read, "HIDDEN_SIZE", "batch_first=True"]
    sizes += [f"num_layers={settings.num_layers}"] if settings.num_layers > 1 else []
    sizes += ["bidirectional=True"] if both_ways else []
    sizes += [f'nonlinearity="{settings.nonlinearity}"'] if settings.nonlinearity != "tanh" else []
    sizes += ["dtype=torch.float32"]
    line = ", ".join(sizes)
    return line if len(line) < 80 else f"\n            {line}\n        "
