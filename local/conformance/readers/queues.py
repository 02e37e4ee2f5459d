"""Queues, topics, and their policies."""

from local.conformance.found import Found, Reader, Resource, tag_list


def queue(resource: Resource) -> Found:
    """AWS::SQS::Queue."""
    queues, url = resource.client("sqs"), resource.physical
    found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    tags = queues.list_queue_tags(QueueUrl=url).get("Tags", {})
    name = found["QueueArn"].rpartition(":")[2]
    return Found(
        properties={**found, "QueueName": name, "Tags": tag_list(tags)},
        attributes={"Arn": found["QueueArn"], "QueueName": name, "QueueUrl": url},
    )


def queue_policy(resource: Resource) -> Found:
    """AWS::SQS::QueuePolicy: the same document on every queue it names, or nothing."""
    queues = resource.client("sqs")
    documents = [
        queues.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        for url in resource.asked["Queues"]
    ]
    same = all(document == documents[0] for document in documents)
    return Found(
        properties={"PolicyDocument": documents[0] if same else None, "Queues": resource.asked["Queues"]}
    )


def topic(resource: Resource) -> Found:
    """AWS::SNS::Topic."""
    topics, arn = resource.client("sns"), resource.physical
    found = topics.get_topic_attributes(TopicArn=arn)["Attributes"]
    listed = topics.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    name = arn.rpartition(":")[2]
    return Found(
        properties={
            **found,
            "TopicName": name,
            "Subscription": [{"Endpoint": s["Endpoint"], "Protocol": s["Protocol"]} for s in listed],
            "Tags": topics.list_tags_for_resource(ResourceArn=arn)["Tags"],
        },
        attributes={"TopicArn": arn, "TopicName": name},
    )


def topic_policy(resource: Resource) -> Found:
    """AWS::SNS::TopicPolicy: the same document on every topic it names, or nothing."""
    topics = resource.client("sns")
    documents = [
        topics.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"] for arn in resource.asked["Topics"]
    ]
    same = all(document == documents[0] for document in documents)
    return Found(
        properties={"PolicyDocument": documents[0] if same else None, "Topics": resource.asked["Topics"]}
    )


READERS: dict[str, Reader] = {
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::TopicPolicy": topic_policy,
}
