package io.millrace.server.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A stock consumer in a group, on a thread of its own, that commits what it has read. */
public final class GroupMember implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaConsumer<String, String> consumer;
    private final Set<String> seen;
    private final Thread thread;
    private final AtomicInteger revocations = new AtomicInteger();
    private volatile Set<TopicPartition> assignment = Set.of();
    private volatile CloseOptions end;
    private volatile Exception failure;

    /**
     * @param settings of the consumer, by Kafka's names
     * @param seen where it adds the values that it has read
     */
    public GroupMember(Properties settings, Collection<String> topics, Set<String> seen) {
        this.seen = seen;
        this.consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                revocations.addAndGet(partitions.size());
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
        });
        this.thread = new Thread(this::run, "group-member");
        thread.start();
    }

    /** A set for values that several members share. */
    public static Set<String> seen() {
        return ConcurrentHashMap.newKeySet();
    }

    private void run() {
        try {
            while (end == null) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(50));
                assignment = new HashSet<>(consumer.assignment());
                for (ConsumerRecord<String, String> record : records) {
                    seen.add(record.value());
                }
                if (!records.isEmpty()) {
                    commit();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            assignment = Set.of();
            consumer.close(end == null ? CloseOptions.timeout(CLOSE_TIMEOUT) : end);
        }
    }

    private void commit() {
        try {
            consumer.commitSync();
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
            // Another member reads these records again.
            return;
        }
    }

    public Set<TopicPartition> assignment() {
        return assignment;
    }

    /** How many partitions were taken from it. */
    public int revocations() {
        return revocations.get();
    }

    /** What ended it, or null. */
    public Exception failure() {
        return failure;
    }

    /** Ends without a word: the group finds out by its silence. */
    public void crash() {
        end(CloseOptions.timeout(CLOSE_TIMEOUT).withGroupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP));
    }

    /** Leaves the group. */
    public void leave() {
        end(CloseOptions.timeout(CLOSE_TIMEOUT).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
    }

    private void end(CloseOptions how) {
        end = how;
        try {
            thread.join(CLOSE_TIMEOUT.multipliedBy(3).toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (thread.isAlive()) {
            leave();
        }
    }
}
