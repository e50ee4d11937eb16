"""The best device there is, or the one asked for."""

import pytest
import torch

from rnnviz.training.process import devices


def machine(monkeypatch, *, cuda=0, mps=False):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(("here", "best"), [({"cuda": 2, "mps": True}, "cuda:0"), ({"mps": True}, "mps"), ({}, "cpu")])
def test_auto_takes_cuda_then_mps_then_the_processor(monkeypatch, here, best):
    machine(monkeypatch, **here)
    assert devices.pick("auto") == torch.device(best)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("cuda", "cuda:0"),
        ("CUDA", "cuda:0"),
        ("cuda:1", "cuda:1"),
        ("cpu", "cpu"),
        ("CPU", "cpu"),
        ("Auto", "cuda:0"),
        (torch.device("cpu"), "cpu"),
    ],
)
def test_a_device_that_exists_is_taken(monkeypatch, asked, got):
    machine(monkeypatch, cuda=2)
    assert devices.pick(asked) == torch.device(got)


@pytest.mark.parametrize("asked", ["cuda", "mps", "tpu"])
def test_a_missing_device_is_refused_with_those_there_are(monkeypatch, asked):
    machine(monkeypatch)
    with pytest.raises(ValueError, match=f"device '{asked}' does not exist here; there is 'auto' or 'cpu'"):
        devices.pick(asked)


@pytest.mark.parametrize("asked", ["cuda", "CUDA", "cuda:1", "gpu"])
def test_a_missing_gpu_is_told_with_where_to_look(monkeypatch, asked):
    machine(monkeypatch)
    with pytest.raises(
        ValueError, match="PyTorch sees no such GPU: `rnnviz doctor` tells whether it was built for one"
    ):
        devices.pick(asked)


@pytest.mark.parametrize(
    ("cores", "device", "threads"), [(4, "cpu", 1), (5, "cpu", 5), (64, "cpu", 7), (4, "cuda", 7), (1, "cpu", 1)]
)
def test_few_cores_are_shared_with_the_browser_and_no_thread_waits_for_a_processor(monkeypatch, cores, device, threads):
    monkeypatch.setattr(devices, "usable_processors", lambda: cores)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(7)
        with devices.considerate_threads(torch.device(device)):
            assert torch.get_num_threads() == threads
        assert torch.get_num_threads() == 7
    finally:
        torch.set_num_threads(before)
