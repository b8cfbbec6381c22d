"""An order of tasks in which they hold little memory at once.

To find the best order is NP-hard; programs come in an order that is nearly good. So the program's order is changed only
where it is highest: what is made there too early goes down to its first use, together with what is made for it alone,
and what frees more than it makes comes up. Each change makes the peak lower, so the result is never worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_TRIALS = 300
"""Orders that are looked at."""


@dataclass(frozen=True)
class Task:
    """`makes`: the bytes of each value that it makes. `uses`: values of earlier tasks, by the task and its value's
    index. `after`: further tasks that have to come before.
    """

    makes: tuple[int, ...] = ()
    uses: frozenset[tuple[int, int]] = frozenset()
    after: frozenset[int] = frozenset()


def heights(tasks: Sequence[Task], order: Sequence[int]) -> list[int]:
    """What is held while each task of an order runs: a value from the task that makes it to the last that uses it."""
    place = {task: index for index, task in enumerate(order)}
    last: dict[tuple[int, int], int] = {}
    for index, task in enumerate(order):
        last.update(dict.fromkeys(tasks[task].uses, index))
    changes = [0] * (len(order) + 1)
    for task, index in place.items():
        for which, size in enumerate(tasks[task].makes):
            changes[index] += size
            changes[last.get((task, which), index) + 1] -= size
    held, found = 0, []
    for change in changes[:-1]:
        held += change
        found.append(held)
    return found


def low_order(tasks: Sequence[Task]) -> list[int]:
    """An order of the tasks whose peak is that of their own order or lower. Every task comes after what it needs."""
    successors: list[set[int]] = [set() for _ in tasks]
    for index, task in enumerate(tasks):
        for before in {*(maker for maker, _ in task.uses), *task.after}:
            successors[before].add(index)
    order, trials = list(range(len(tasks))), MOST_TRIALS
    score = _score(tasks, order)
    is_better = True
    while is_better:
        is_better = False
        for changed in _changes(tasks, successors, order):
            if trials == 0:
                return order
            trials -= 1
            changed_score = _score(tasks, changed)
            if changed_score < score:
                order, score, is_better = changed, changed_score, True
                break
    return order


def _score(tasks: Sequence[Task], order: Sequence[int]) -> tuple[int, int]:
    """The peak, and how often it is reached."""
    found = heights(tasks, order)
    peak = max(found, default=0)
    return peak, found.count(peak)


def _changes(tasks: Sequence[Task], successors: Sequence[set[int]], order: list[int]) -> Iterator[list[int]]:
    """Orders that might be lower where this one is highest, those of the largest values first."""
    found = heights(tasks, order)
    if not found:
        return
    top = found.index(max(found))
    place = {task: index for index, task in enumerate(order)}
    for task in sorted(order[:top], key=lambda task: -sum(tasks[task].makes)):
        first_use = min((place[user] for user in successors[task]), default=0)
        if first_use > top and tasks[task].makes:
            group = _made_for(task, successors, order[:top])
            yield _moved(order, {task}, first_use)
            if len(group) > 1:
                yield _moved(order, group, first_use)
    for task in sorted(order[top + 1 :], key=lambda task: sum(tasks[task].makes)):
        needed = {*(maker for maker, _ in tasks[task].uses), *tasks[task].after}
        if all(place[before] < top for before in needed):
            yield _moved(order, {task}, top)


def _made_for(task: int, successors: Sequence[set[int]], before: Sequence[int]) -> set[int]:
    """A task and those of `before` that nothing else needs."""
    group = {task}
    for other in reversed(before):
        if successors[other] and successors[other] <= group:
            group.add(other)
    return group


def _moved(order: Sequence[int], group: set[int], place: int) -> list[int]:
    """The order with a group, in its own order, before what is at a place."""
    kept = [[task for task in part if task not in group] for part in (order[:place], order[place:])]
    return [*kept[0], *(task for task in order if task in group), *kept[1]]
