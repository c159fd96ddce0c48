"""Work done in groups: together where possible, alone where one is at fault."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from app.errors import Busy, Gone
from app.services import grouping
from app.services.grouping import SMALLEST_BESIDE, Groups

SPOILT = 13


class Desk:
    """Doubles numbers. Refuses 7 by itself; 13 makes the database refuse the whole group."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None

    async def work(self, numbers: Sequence[int]) -> list[int | Exception]:
        await self.open.wait()
        self.groups.append(list(numbers))
        if self.error:
            raise self.error
        if SPOILT in numbers:
            raise IntegrityError("insert", {}, Exception("a constraint"))
        return [Gone("no sevens") if number == 7 else number * 2 for number in numbers]


async def _add_all(groups: Groups[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    return await asyncio.gather(*(groups.add(number) for number in numbers), return_exceptions=True)


async def _let_all_go_on() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_arrives_while_a_group_is_under_way_forms_the_next() -> None:
    desk = Desk()
    groups = Groups[int, int](desk.work)
    adding = asyncio.create_task(_add_all(groups, range(5)))
    await asyncio.sleep(0)
    desk.open.set()

    assert await adding == [0, 2, 4, 6, 8]
    assert sum(map(len, desk.groups)) == 5
    assert len(desk.groups) <= 2


@pytest.mark.parametrize(("first", "enough"), [(1, SMALLEST_BESIDE), (30, 30)])
async def test_beside_a_group_begins_only_another_as_large_and_never_a_small_one(first: int, enough: int) -> None:
    begun: list[int] = []
    go = asyncio.Event()

    async def work(numbers: Sequence[int]) -> list[int | Exception]:
        begun.append(len(numbers))
        await go.wait()
        return list(numbers)

    groups = Groups[int, int](work, at_once=2)
    adding = []
    for more, expected in (
        (first, [first]),
        (enough - 1, [first]),
        (1, [first, enough]),
        (100, [first, enough]),  # no more than two at once
    ):
        adding.append(asyncio.create_task(_add_all(groups, range(more))))
        await _let_all_go_on()
        assert begun == expected

    go.set()
    await asyncio.gather(*adding)
    assert begun == [first, enough, 100]


async def test_what_comes_alone_does_not_wait_for_company() -> None:
    desk = Desk()
    desk.open.set()
    assert await Groups[int, int](desk.work).add(3) == 6


async def test_one_refusal_spoils_no_neighbour() -> None:
    desk = Desk()
    desk.open.set()
    answers = await _add_all(Groups[int, int](desk.work), [6, 7, 8])
    assert (answers[0], answers[2]) == (12, 16)
    assert isinstance(answers[1], Gone)


async def test_the_one_at_fault_is_found_by_halving() -> None:
    desk = Desk()
    desk.open.set()
    numbers = list(range(40))
    answers = await _add_all(Groups[int, int](desk.work), numbers)
    assert isinstance(answers[SPOILT], IntegrityError)
    assert [answers[n] for n in numbers if n not in {7, SPOILT}] == [2 * n for n in numbers if n not in {7, SPOILT}]


async def test_a_database_that_is_gone_is_asked_once_and_told_to_everybody() -> None:
    desk = Desk()
    desk.error = OperationalError("insert", {}, Exception("gone"))
    groups = Groups[int, int](desk.work)
    adding = asyncio.create_task(_add_all(groups, range(6)))
    await asyncio.sleep(0)
    desk.open.set()
    assert all(isinstance(answer, OperationalError) for answer in await adding)
    assert len(desk.groups) <= 2

    desk.error = None
    assert await groups.add(1) == 2


async def test_who_stops_waiting_changes_nothing_for_the_others() -> None:
    desk = Desk()
    groups = Groups[int, int](desk.work)
    impatient = asyncio.create_task(groups.add(1))
    patient = asyncio.create_task(groups.add(2))
    await asyncio.sleep(0)
    impatient.cancel()
    desk.open.set()

    assert await patient == 4
    assert 1 in [number for group in desk.groups for number in group]
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_too_many_who_wait_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_WAITING", 3)
    desk = Desk()
    groups = Groups[int, int](desk.work)
    adding = asyncio.create_task(_add_all(groups, range(10)))
    await asyncio.sleep(0)
    desk.open.set()
    answers = await adding
    assert {type(answer) for answer in answers} == {int, Busy}


class _Deadlock(Exception):
    sqlstate = "40P01"


async def test_a_group_that_was_given_up_for_anothers_sake_is_done_again() -> None:
    tries = 0

    async def work(numbers: Sequence[int]) -> list[int | Exception]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OperationalError("update", {}, _Deadlock())
        return [number * 2 for number in numbers]

    assert await Groups[int, int](work).add(4) == 8
    assert tries == 2
