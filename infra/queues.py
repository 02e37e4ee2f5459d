"""Queues: encrypted, TLS only, five tries, then the dead letter queue with its alarm."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import MINUTE
from infra.door import Door

TRIES = 5
KEPT = Duration.days(14)  # the longest that SQS keeps: time to look at what failed
BATCH = 10
TARGET_RETRIES = 185  # EventBridge's most, spread over a day
TARGET_AGE = Duration.hours(24)
VISIBILITY_TIMEOUTS = 6  # as AWS Lambda's guide asks: the door's timeout, six times


def dead_letters(door: Door, id: str) -> sqs.Queue:
    """A queue for what could not be delivered to the door. One message is an alarm."""
    queue = sqs.Queue(
        door,
        id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=KEPT,
    )
    acknowledge(queue, "It is a dead letter queue: of a rule's target, of a stream, of a queue.", "SQS3")
    door.platform.alarms.above(
        f"{door.title}{id}",
        queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
        limit=0,
        why=f"Something for {door.name} failed every try and waits in its dead letter queue.",
    )
    return queue


class Inbox(Construct):
    """A rule, its queue, and the door that empties it, each with its way out for what fails."""

    def __init__(
        self, door: Door, *, pattern: events.EventPattern, bus: events.IEventBus | None = None
    ) -> None:
        super().__init__(door, "Inbox")
        failed = dead_letters(door, "Failed")
        queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(VISIBILITY_TIMEOUTS * door.timeout.to_seconds()),
            retention_period=KEPT,
            dead_letter_queue=sqs.DeadLetterQueue(queue=failed, max_receive_count=TRIES),
        )
        rule = events.Rule(self, "Rule", event_pattern=pattern, event_bus=bus)
        rule.add_target(
            targets.SqsQueue(
                queue, dead_letter_queue=failed, retry_attempts=TARGET_RETRIES, max_event_age=TARGET_AGE
            )
        )
        door.function.add_event_source(
            sources.SqsEventSource(queue, batch_size=BATCH, report_batch_item_failures=True)
        )


def reacts_to(door: Door, reactions: dict[str, list[str]]) -> None:
    """Bring events of the bus to the door: room → the types of its events."""
    Inbox(
        door,
        bus=door.platform.bus,
        pattern=events.EventPattern(
            source=[f"corelab.{room}" for room in reactions],
            detail_type=sorted({name for names in reactions.values() for name in names}),
        ),
    )


def runs_every_minute(door: Door) -> None:
    """Start the door every minute."""
    runs_every(door, Duration.minutes(1))


def runs_every(door: Door, pause: Duration) -> None:
    """Start the door time and again. A start that fails is not repeated: the next one comes."""
    failed = dead_letters(door, "Unstarted")
    rule = events.Rule(door, "Schedule", schedule=events.Schedule.rate(pause))
    rule.add_target(
        targets.LambdaFunction(
            door.function, dead_letter_queue=failed, retry_attempts=0, max_event_age=Duration.minutes(1)
        )
    )
    lambda_.EventInvokeConfig(
        door, "Once", function=door.function, retry_attempts=0, max_event_age=Duration.minutes(1)
    )
