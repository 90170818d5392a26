package io.millrace.storage.producer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The tickets of one log: one for each producer, the newest. Issued by any thread, taken back by the shard thread. */
public final class TransactionTickets {

    private final Map<Long, TransactionTicket> byProducer = new ConcurrentHashMap<>();

    /** A new ticket; one that the producer had before does not count any more. */
    public TransactionTicket issue(long producerId, short producerEpoch, boolean beginsAtZero) {
        TransactionTicket ticket = new TransactionTicket(producerId, producerEpoch, beginsAtZero);
        TransactionTicket before = byProducer.put(producerId, ticket);
        if (before != null) {
            before.revoke();
        }
        return ticket;
    }

    /** It is not used. */
    public void giveBack(TransactionTicket ticket) {
        ticket.revoke();
        byProducer.remove(ticket.producerId(), ticket);
    }

    /** A marker of an epoch ends the transaction of a producer. One that has a new epoch for each may be in the next already. */
    void revoke(long producerId, short markerEpoch) {
        TransactionTicket ticket = byProducer.get(producerId);
        if (ticket != null
                && (ticket.producerEpoch() < markerEpoch
                        || ticket.producerEpoch() == markerEpoch && !ticket.beginsAtZero())) {
            giveBack(ticket);
        }
    }

    /** Another reign has begun. */
    void revokeAll() {
        byProducer.values().forEach(this::giveBack);
    }

    public int size() {
        return byProducer.size();
    }
}
