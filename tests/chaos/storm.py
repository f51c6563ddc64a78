"""Passes under seeded faults and kills over both desks: counts what is doubled and what is lost."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos_desk import KINDS
from chaos_storm import Storm, Tally, may_stop

from sdtools.emulator.server import listen

_ALL = sys.maxsize
_FORK = get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much of a storm is wanted over one desk; 0 for none of it."""

    kind: str
    faults: int
    kills: int
    losses: int  # kills with the journal lost
    stops: int  # runs that lose their lease in their sleep
    size: int  # tickets, under faults
    small: int  # tickets, where passes are killed
    seed: int
    rate: float
    chain: int
    round: int  # the only one to run; 0 for all
    at: int  # the only boundary; 0 for all


def run(wish: Wish) -> Tally:
    """Let the storm come over one desk."""
    tally = Tally()
    with TemporaryDirectory() as folder, listen() as bell:
        for size, part in ((wish.size, _faults), (wish.small, _kills)):
            if part is _faults and not wish.faults:
                continue
            room = Path(folder) / part.__name__
            room.mkdir()
            storm = Storm(
                kind=wish.kind,
                size=size,
                seed=wish.seed,
                rate=wish.rate,
                chain=wish.chain,
                room=room,
                bell=bell,
                say=_print,
            )
            part(storm, wish)
            _print(f"{wish.kind}, {size} tickets, {storm.tally.passes} passes: {storm.tally}")
            tally.add(storm.tally)
    return tally


def _faults(storm: Storm, wish: Wish) -> None:
    """Deal so many faults, in rounds that each begin with a fresh desk."""
    number = wish.round or 1
    while (left := wish.faults - storm.tally.faults.total()) > 0:
        storm.fail(number, left)
        if wish.round:
            break
        number += 1


def _kills(storm: Storm, wish: Wish) -> None:
    every = range(1, len(storm.boundaries) + 1)
    dice = random.Random(wish.seed)
    for wanted, losing in ((wish.kills, False), (wish.losses, True)):
        until = storm.tally.kills + wanted
        for place in _places(every, wanted, wish, dice):
            if storm.tally.kills < until:
                storm.kill(place, until - storm.tally.kills, losing)
    for place in _places(may_stop(storm.boundaries), wish.stops, wish, dice)[: wish.stops]:
        storm.stop(place)


def _places(those: Sequence[int], wanted: int, wish: Wish, dice: random.Random) -> Sequence[int]:
    """Return the boundaries to begin with: all in order, or mixed when only some are wanted."""
    if not wanted:
        return ()
    if wish.at:
        return (wish.at,)
    return those if wanted == _ALL else dice.sample(those, len(those))


def main(arguments: Sequence[str]) -> int:
    """Run the storm over both desks side by side, and print what was dealt and what came of it."""
    given = _parser().parse_args(arguments)
    kinds = KINDS if given.desk == "both" else (given.desk,)
    rest = {name: value for name, value in vars(given).items() if name not in {"desk", "faults"}}
    faults = -(-given.faults // len(kinds))
    tally = Tally()
    for one in _side_by_side([Wish(kind=kind, faults=faults, **rest) for kind in kinds]):
        tally.add(one)
    dealt = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.faults.items()))
    _print(f"seed {given.seed}, {tally.passes} passes; {dealt or 'no faults'}")
    _print(f"stops {tally.stops} writes after that {tally.late}")
    _print(str(tally))
    return 1 if tally.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    add = parser.add_argument
    add("--desk", choices=(*KINDS, "both"), default="both")
    add("--faults", type=int, default=0, help="requests that fail, in all")
    add("--kills", type=_amount, default=0, help="on each desk, or all: at every boundary")
    add("--losses", type=_amount, default=0, help="the same, with the journal lost")
    add("--stops", type=_amount, default=0, help="runs stopped until they lose their lease, or all")
    add("--size", type=int, default=200, help="tickets of a desk, under faults")
    add("--small", type=int, default=20, help="tickets, where passes are killed or stopped")
    add("--seed", type=int, default=1)
    add("--rate", type=float, default=0.15, help="share of the reads that fail")
    add("--chain", type=int, default=1, help="kills that follow each, on average")
    add("--round", type=int, default=0, help="of the faults, to repeat it alone")
    add("--at", type=int, default=0, help="the boundary, to repeat it alone")
    return parser


def _amount(text: str) -> int:
    return _ALL if text == "all" else int(text)


def _side_by_side(wishes: Sequence[Wish]) -> list[Tally]:
    """Run each desk's storm in a process of its own."""

    ends: list[Connection] = []
    for wish in wishes:
        ours, theirs = Pipe(duplex=False)
        _FORK.Process(target=_alone, args=(wish, theirs)).start()
        theirs.close()
        ends.append(ours)
    return [pipe.recv() for pipe in ends]


def _alone(wish: Wish, pipe: Connection) -> None:
    pipe.send(run(wish))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
