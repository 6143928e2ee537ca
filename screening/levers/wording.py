"""How a lever's sentence begins, in plain words, with names where they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Names = Mapping[str, str]  # slug of a company or lab, or key of a generation -> its name
SHOWN = 4  # names in a sentence
ROLES = {"none": "no role", "participant": "a participant's role", "core": "a core role"}
SEGMENTS = {
    "accelerators": "accelerators",
    "compute": "compute and data centres",
    "optimisation": "GPU optimisation",
    "serving": "model serving",
    "tuning": "tuning",
}
HELD = {"made": "sold in a year", "owned": "owned"}


def named(key: str, names: Names) -> str:
    """The name of a company, lab or generation; the end of its key where nobody gave one."""
    return names.get(key) or key.rsplit("/", 1)[-1]


def listed(keys: Sequence[str], names: Names) -> str:
    """``a, b and 3 more``, in the order given."""
    shown = [named(key, names) for key in keys[:SHOWN]]
    if len(keys) > SHOWN:
        return f"{', '.join(shown)} and {len(keys) - SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _labs(keys: Sequence[str], names: Names) -> str:
    return listed([key.split("/", 1)[0] for key in keys], names)


def more_notable(keys: Sequence[str], names: Names) -> str:
    what = "one more notable release" if len(keys) == 1 else f"{len(keys)} more notable releases"
    return f"With {what} on offer ({listed(keys, names)})"


def new_labs(keys: Sequence[str], names: Names) -> str:
    if len(keys) == 1:
        return f"With a model of a lab that it does not serve yet ({_labs(keys, names)}: {listed(keys, names)})"
    return f"With a model of each of {len(keys)} labs that it does not serve yet ({_labs(keys, names)})"


def more_generations(keys: Sequence[str], names: Names) -> str:
    what = "one more generation of a lab" if len(keys) == 1 else f"{len(keys)} more generations of labs"
    return f"With {what} that it serves ({listed(keys, names)})"


def more_hosted(keys: Sequence[str], names: Names) -> str:
    what = "one more generation" if len(keys) == 1 else f"{len(keys)} more generations"
    return f"With {what} on its hosts ({listed(keys, names)})"


def newest_notable(keys: Sequence[str], names: Names) -> str:
    what = "newest notable release" if len(keys) == 1 else f"{len(keys)} newest notable releases"
    return f"Without its {what} ({listed(keys, names)})"


def largest_labs(labs: Sequence[str], names: Names) -> str:
    what = "the largest lab" if len(labs) == 1 else f"the {len(labs)} largest labs"
    return f"Without the models of {what} on offer ({listed(labs, names)})"


def more_integration(labs: Sequence[str], names: Names) -> str:
    if len(labs) == 1:
        return f"With one more integration story told by others, with a lab new to it ({listed(labs, names)})"
    return f"With {len(labs)} more integration stories told by others, with labs new to it ({listed(labs, names)})"


def newest_integration(stories: Sequence[str], names: Names) -> str:
    what = "newest integration story" if len(stories) == 1 else f"{len(stories)} newest integration stories"
    return f"Without its {what}"


def role(segment: str, before: str, after: str) -> str:
    return f"With {ROLES[after]} in {SEGMENTS.get(segment, segment)} instead of {ROLES[before]}"


def compute(held: str, times: float) -> str:
    named_sizes = {2: "twice", 0.5: "half"}
    size = named_sizes.get(times) or (f"{times:g} times" if times > 1 else f"1/{1 / times:g} of")
    return f"With {size} the compute {HELD[held]}"


def more_stories(segment: str, count: int) -> str:
    what = "one more story" if count == 1 else f"{count} more stories"
    return f"With {what} told by others of its {SEGMENTS.get(segment, segment)}"


def newest_stories(segment: str, count: int) -> str:
    what = "newest story" if count == 1 else f"{count} newest stories"
    return f"Without its {what} of {SEGMENTS.get(segment, segment)}"
