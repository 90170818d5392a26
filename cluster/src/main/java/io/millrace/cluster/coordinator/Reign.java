package io.millrace.cluster.coordinator;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.producer.TransactionTicket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The time in which this node leads a partition and coordinates the groups in it. What is written under it is refused by the log once
 * another one has begun.
 */
final class Reign {

    private final TopicPartition partition;
    private final int epoch;

    /** By producer id: of those that commit offsets in a transaction. */
    private final Map<Long, TransactionTicket> tickets = new ConcurrentHashMap<>();

    /** The high watermark when the library had read the log; -1 before. */
    private volatile long committedOffset = -1;

    Reign(TopicPartition partition, int epoch) {
        this.partition = partition;
        this.epoch = epoch;
    }

    TopicPartition partition() {
        return partition;
    }

    int epoch() {
        return epoch;
    }

    long committedOffset() {
        return committedOffset;
    }

    void committed(long offset) {
        committedOffset = offset;
    }

    /** A producer may commit offsets in its transaction, as long as the ticket is valid. */
    void admit(TransactionTicket ticket) {
        tickets.put(ticket.producerId(), ticket);
    }

    boolean isAdmitted(long producerId, short producerEpoch) {
        TransactionTicket ticket = tickets.get(producerId);
        return ticket != null && ticket.isValid() && ticket.producerEpoch() == producerEpoch;
    }

    /** The transaction of a producer has ended here. */
    void ended(long producerId) {
        tickets.computeIfPresent(producerId, (id, ticket) -> ticket.isValid() ? ticket : null);
    }
}
