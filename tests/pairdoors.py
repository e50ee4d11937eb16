"""The public doors of translators and of tasks of pairs."""

import torch

import rnnviz as rv
from rnnviz.tasks import pairs
from tests.doors import Door

__all__ = ["pair_doors"]

NUMBERS = [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"), ("five", "5")]


def pair_doors() -> dict[str, Door]:
    """Return them by name."""
    sizes = {"embedding_size": 3, "hidden_size": 4, "num_layers": 1, "cell": "gru"}
    encoder, decoder = rv.models.Encoder(9, 3, 4, cell="gru"), rv.models.Decoder(7, 3, 4, cell="gru")
    translator = rv.models.Seq2Seq(encoder, decoder, "dot")
    task = pairs.from_pairs(NUMBERS)
    source, lengths = torch.tensor([[4, 5, 6], [7, 8, 0]]), torch.tensor([3, 2])
    read = {"source": source, "lengths": lengths}
    found = pairs.Translations(("a", "b"), ("x", "y"), ("x", "z"), (1, 1))
    named = {"source": ("sequence",), "lengths": ("sequences",)}
    return {
        "Encoder": Door(rv.models.Encoder, {"vocabulary": 9, **sizes, "bidirectional": True, "nonlinearity": "tanh"}),
        "Decoder": Door(rv.models.Decoder, {"vocabulary": 9, **sizes, "context_size": 0, "nonlinearity": "tanh"}),
        "Attention": Door(rv.models.Attention, {"kind": "dot", "state_size": 4, "memory_size": 8}),
        "Seq2Seq": Door(rv.models.Seq2Seq, {"encoder": encoder, "decoder": decoder, "attention": "general"}),
        "Seq2Seq.sized": Door(
            rv.models.Seq2Seq.sized,
            {"source_vocabulary": 9, "target_vocabulary": 7, **sizes, "bidirectional": True, "attention": "additive"},
            said={"source_vocabulary": ("vocabulary",), "target_vocabulary": ("vocabulary",)},
        ),
        "Encoder()": Door(encoder, read),
        "Seq2Seq()": Door(translator, {**read, "target_in": torch.tensor([[2, 4], [2, 0]])}, said=named),
        "Seq2Seq.greedy": Door(translator.greedy, {**read, "max_len": 3}),
        "Seq2Seq.beam": Door(translator.beam, {"source": source[:1], "lengths": lengths[:1], "width": 2, "max_len": 3}),
        "from_pairs": Door(
            rv.tasks.from_pairs,
            {"pairs": NUMBERS, "level": "char", "test_share": 0.4, "attention": None, "reverse_source": False},
        ),
        "Dates": Door(rv.tasks.Dates, {"pairs": 100, "seed": 0, "attention": "dot", "reverse_source": False}),
        "Pairs.encoded": Door(task.encoded, {"text": "one"}),
        "translations": Door(pairs.translations, {"task": task, "model": task.network(**_network(sizes))}),
        "bleu": Door(pairs.bleu, {"written": ["a"], "wanted": ["a"]}),
        "by_length": Door(pairs.by_length, {"found": found, "bins": 2}),
        "Lab.show_layer": Door(rv.Lab(task, hidden_size=4, device="cpu").show_layer, {"layer": "decoder"}),
    }


def _network(sizes: dict[str, object]) -> dict[str, object]:
    wanted = {name: one for name, one in sizes.items() if name != "embedding_size"}
    return {**wanted, "bidirectional": True, "nonlinearity": "tanh"}
