"""What holds for every task by name, and for a learner's own."""

import pytest
import torch

from rnnviz import tasks
from rnnviz.tasks import Batch, Task


class Own(Task):
    name, input_size, output_size, seq_len = "own", 1, 1, 4

    def __init__(self):
        self.data = torch.arange(40.0).reshape(10, 4, 1)

    def batch(self, batch_size, generator):
        chosen = torch.randint(10, (batch_size,), generator=generator)
        return Batch(self.data[chosen], self.data[chosen, -1])

    def held_out(self):
        return Batch(self.data, self.data[:, -1])

    def loss(self, outputs, targets):
        return (outputs - targets).abs().mean()


@pytest.fixture(params=tasks.KNOWN)
def task(request):
    return tasks.make(request.param)


def test_batches_have_the_promised_shapes(task):
    batch = task.batch(5, torch.Generator().manual_seed(0))
    feature = () if task.vocabulary else (task.input_size,)
    assert batch.inputs.shape == (5, task.seq_len, *feature)
    assert len(batch.targets) == 5


def test_the_same_generator_gives_the_same_batch(task):
    first, second = (task.batch(5, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.targets, second.targets)


def test_drawing_leaves_the_global_generator_alone(task):
    before = torch.get_rng_state()
    task.batch(5, torch.Generator().manual_seed(1))
    tasks.make(task.name, seed=1)
    assert torch.equal(before, torch.get_rng_state())


def test_a_probe_sequence_is_the_same_whatever_the_probes_size(task):
    small, large = task.probe(2), task.probe(8)
    assert torch.equal(small.inputs, large.inputs[:2])
    index = task.probe_index(1)
    assert torch.equal(small.inputs[1], task.held_out().inputs[index])


def test_every_probe_timestep_has_a_label(task):
    assert all(len(task.time_labels(sample)) == task.seq_len for sample in range(8))


def test_a_task_says_where_its_data_come_from(task):
    assert task.source.endswith(".")
    assert task.steps > 0
    assert task.baselines()


@pytest.mark.parametrize("end", [0, 1])
def test_the_shortest_and_longest_sequences_work(task, end):
    length = task.seq_lens[end]
    resized = task.with_seq_len(length)
    assert resized.seq_len == length
    assert resized.held_out().inputs.shape[1] == length
    assert len(resized.time_labels(0)) == length


def test_other_lengths_are_refused_with_the_range(task):
    low, high = task.seq_lens
    with pytest.raises(ValueError, match=rf"seq_len must be from {low} to {high} for the task '{task.name}'"):
        task.with_seq_len(high + 1)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match=rf"unknown task 'sunspot'; the tasks are {', '.join(tasks.KNOWN[:5])}, "):
        tasks.make("sunspot")


@pytest.mark.parametrize(
    ("typed", "name"),
    [("temporal_order", "temporal-order"), ("Python_Tokens", "python-tokens"), (" adding ", "adding")],
)
def test_a_name_typed_as_code_writes_it_is_the_same_task(typed, name):
    assert tasks.make(typed).name == name


def test_an_own_task_needs_only_five_things():
    own = Own()
    assert own.seq_lens == (4, 4)
    assert own.with_seq_len(4) is own
    assert own.time_labels(0) is own.sample_span(0) is own.prediction(torch.zeros(10, 1)) is None
    assert own.baselines() == {}
    assert len(own.probe(3)) == 3


def test_an_own_task_of_one_length_refuses_another():
    with pytest.raises(ValueError, match="seq_len must be from 4 to 4 for the task 'own', got 5"):
        Own().with_seq_len(5)


def test_a_task_moves_with_its_tensors_and_leaves_the_first_where_it_was():
    own = Own()
    moved = own.to("meta")
    assert moved.data.device.type == moved.device.type == "meta"
    assert own.data.device.type == own.device.type == "cpu"


def test_an_abstract_task_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Task()
