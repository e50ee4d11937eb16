"""Under which licences a package may come, read from what it says of itself."""

import re
from email.message import Message

# what may be given on without giving one's own source; of several that hold together, each must be among these
FREE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LLVM-exception",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
# asks for the source of its own changed files alone, and none of these is changed
UNCHANGED = {"MPL-2.0": {"certifi", "fqdn", "orjson", "tqdm"}}
# says nothing about it in its metadata; the file that comes with it was read
READ = {"torchao": "BSD-3-Clause"}
# NVIDIA's own terms, for torch with CUDA on Linux: given on by nobody but them
OF_NVIDIA = re.compile(r"(nvidia|cuda)-.*")
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
_WORDS = {
    "2-clause bsd": "BSD-2-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "mit": "MIT",
    "mit license": "MIT",
    "mpl-2.0": "MPL-2.0",
}


def stated(told: Message) -> set[str]:
    """Return the licences that a package's metadata name, one at least; "unknown: …" for what nobody here has read."""
    if expression := told.get("License-Expression"):
        # of two that one may choose between, the first that will do
        choices = [set(re.findall(r"[\w.-]+", part)) - {"AND", "WITH"} for part in expression.split(" OR ")]
        return next((choice for choice in choices if choice <= FREE), choices[0])
    classifiers = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License ::")
    ]
    named = [line for line in classifiers if line != "OSI Approved"]
    if named:
        return {_CLASSIFIERS.get(line, f"unknown: {line}") for line in named}
    words = [word.strip() for word in (told.get("License") or "nothing is said").lower().split(" and ")]
    return {_WORDS.get(word, f"unknown: {word[:60]}") for word in words}


def objections(name: str, told: Message) -> list[str]:
    """Return the licences under which a package must not come with ours."""
    if OF_NVIDIA.fullmatch(name):
        return []
    says = {READ[name]} if name in READ else stated(told)
    return sorted(one for one in says if one not in FREE and name not in UNCHANGED.get(one, ()))
