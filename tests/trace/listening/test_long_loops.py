"""Long loops whose states change on the way: their graph is deep, and has to be freed without a deep recursion."""

import subprocess
import sys

PROGRAM = """
import threading
import torch
from torch import nn
from rnnviz.trace import trace

class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(1, 2)

    def forward(self, x):
        h = torch.zeros(1, 2)
        for x_t in x:
            h = 0.5 * self.cell(x_t, h)
        return h

def run():
    layers = trace(Loop(), torch.zeros(2000, 1, 1), loss=torch.sum).layers
    print(layers["cell"].hidden.shape[3])

threading.stack_size(512 * 1024)  # as small as some systems give their threads
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


def test_two_thousand_steps_are_traced_on_a_small_stack():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "2000\n"), done.stderr


WATCHED = """
import threading
import torch
from torch import nn
from rnnviz.watching.watcher import Watcher

class Loop(nn.Module):
    def __init__(self, change):
        super().__init__()
        self.cell, self.change = nn.GRUCell(1, 2), change

    def forward(self, x):
        h = torch.zeros(1, 2)
        for x_t in x:
            h = self.change * self.cell(x_t, h) if self.change else self.cell(x_t, h)
        return h

def run():
    for change in (None, 0.5):
        model = Loop(change)
        with Watcher(model, every=1) as watcher:
            for keep in (True, False):
                loss = model(torch.zeros(2000, 1, 1)).sum()
                loss.backward()
                if not keep:
                    del loss
                watcher.step()
                print(watcher.trace.layers["cell"].hidden.shape[3])

threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


def test_two_thousand_steps_are_watched_on_a_small_stack_whenever_the_loss_is_let_go():
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "2000\n" * 4), done.stderr
