"""Alarms, and where they go. On one machine they exist and go nowhere."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

NAMESPACE = "Corelab"  # of the metrics that doors write
MINUTE = Duration.minutes(1)
OLDEST_WAITING_SECONDS = 300  # five sweeps missed it
CHECKPOINT_AGE_SECONDS = 900  # a checkpoint follows growth within 60 s; a quarter of an hour is a fault


class Alarms(Construct):
    """Every alarm of the App.

    Parameters
    ----------
    topic : sns.ITopic or None
        The Guard's destination.
    """

    def __init__(self, scope: Construct, id: str, *, topic: sns.ITopic | None) -> None:
        super().__init__(scope, id)
        self._topic = topic

    def above(
        self,
        id: str,
        metric: cloudwatch.IMetric,
        *,
        limit: float,
        why: str,
        minutes: int = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        """Alarm when the metric is above the limit for so many minutes in a row."""
        alarm = cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            threshold=limit,
            evaluation_periods=minutes,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=missing,
            alarm_description=why,
        )
        if self._topic is not None:
            alarm.add_alarm_action(actions.SnsAction(self._topic))
            alarm.add_ok_action(actions.SnsAction(self._topic))

    def watch_ledger(self) -> None:
        """Alarm on what the ledger's sweep measures every minute; its silence is an alarm too."""
        breaching = cloudwatch.TreatMissingData.BREACHING
        self.above(
            "OldestUnsequenced",
            _ledger_metric("OldestUnsequencedSeconds"),
            limit=OLDEST_WAITING_SECONDS,
            why="An entry waits for its place, or the sweep is silent: look at audit-sweep's log.",
            minutes=5,
            missing=breaching,
        )
        self.above(
            "CheckpointAge",
            _ledger_metric("CheckpointAgeSeconds"),
            limit=CHECKPOINT_AGE_SECONDS,
            why="A log grew and has no checkpoint: look at audit-sequence's log and at the signing key.",
            minutes=5,
            missing=breaching,
        )
        self.above(
            "OldestUnrelayed",
            _ledger_metric("OldestUnrelayedSeconds"),
            limit=OLDEST_WAITING_SECONDS,
            why="An event waits for the bus: look at audit-relay's log.",
            minutes=5,
            missing=breaching,
        )
        self.above(
            "UnreadableEntries",
            _ledger_metric("UnreadableEntries"),
            limit=0,
            why="The outbox holds something that is no event: look at audit-sweep's log.",
        )
        self.above(
            "LogHalted",
            _ledger_metric("LogsHalted"),
            limit=0,
            why="A log halted itself: what is stored contradicts what was sequenced. Do not repair; verify.",
        )

    def watch_refusals(self) -> None:
        """Alarm when a signed-in caller was refused and the ledger does not say so."""
        self.above(
            "RefusalsNotEntered",
            _metric("RefusalsNotEntered", statistic="Sum"),
            limit=0,
            why="A refusal has no entry: look at the API doors' logs for api.refusal_not_entered.",
        )

    def watch_throttles(self) -> None:
        """Alarm when any function of the account and region is throttled: they share one limit."""
        metric = cloudwatch.Metric(
            namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=MINUTE
        )
        self.above(
            "Throttles", metric, limit=0, why="Doors are throttled: raise the account's limit.", minutes=3
        )


def _ledger_metric(name: str) -> cloudwatch.Metric:
    return _metric(name, statistic="Maximum")


def _metric(name: str, *, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(namespace=NAMESPACE, metric_name=name, statistic=statistic, period=MINUTE)
