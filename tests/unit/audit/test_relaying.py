"""The relay: at least once, marked only when the bus took it."""

from corelab.audit.leaf import event_bytes
from corelab.audit.relay import relay
from tests.fakes.memory_ledger import MemoryBus, MemoryLedger, an_event, later


def test_an_event_is_on_the_bus_once_however_often_it_is_delivered():
    world = MemoryLedger()
    event = an_event("DEMO01", object="tms-1", version=1)
    world.write(event)
    bus = MemoryBus(world)

    done = [
        relay(world.ports().outbox, bus, event_ids=[event.event_id] * 2, now=later(number)).relayed
        for number in range(2)
    ]

    assert done == [1, 0]
    assert world.on_bus == {event.event_id: 1}


def test_what_the_bus_refuses_stays_unrelayed_and_its_neighbours_do_not():
    world = MemoryLedger()
    events = [an_event("DEMO01", object=f"tms-{number}", version=1) for number in range(3)]
    for event in events:
        world.write(event)
    refused = events[1].event_id

    done = relay(
        world.ports().outbox,
        MemoryBus(world, refuses=lambda event_id: event_id == refused),
        event_ids=[event.event_id for event in events],
        now=later(1),
    )

    assert (done.relayed, done.refused) == (2, (refused,))
    assert not world.rows[refused].item.is_relayed


def test_a_poison_item_does_not_keep_others_off_the_bus():
    world = MemoryLedger()
    poison, good = (an_event("DEMO01", object=name, version=1) for name in ("poison", "good"))
    world.write(poison, raw=event_bytes(poison)[:-1])
    world.write(good)

    done = relay(
        world.ports().outbox, MemoryBus(world), event_ids=[poison.event_id, good.event_id], now=later(1)
    )

    assert (done.relayed, done.unreadable) == (1, (poison.event_id,))
