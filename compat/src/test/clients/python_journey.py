"""What an application does with kafka-python: python_journey.py BOOTSTRAP"""
import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

COUNT = 200
bootstrap = sys.argv[1]


def values(what):
    return [f"{what} {i}".encode() for i in range(COUNT)]


admin = KafkaAdminClient(bootstrap_servers=bootstrap)
admin.create_topics([NewTopic("python", 2, 1)])
assert "python" in admin.list_topics()
print("ok admin")

producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="gzip")
for value in values("record"):
    producer.send("python", value, key=value)
producer.flush()
producer.close()
print("ok produce")


def consume(at_least):
    consumer = KafkaConsumer("python", bootstrap_servers=bootstrap, group_id="python-readers",
                             auto_offset_reset="earliest", enable_auto_commit=False,
                             consumer_timeout_ms=20000, max_poll_records=20)
    seen = []
    for record in consumer:
        seen.append(record.value)
        if len(seen) >= at_least:
            consumer.commit()
            break
    consumer.close()
    return seen


first = consume(COUNT // 2)
second = consume(COUNT - len(first))
assert sorted(first + second) == sorted(values("record")), (len(first), len(second))
assert admin.list_consumer_group_offsets("python-readers")[TopicPartition("python", 0)].offset > 0
print("ok group")
