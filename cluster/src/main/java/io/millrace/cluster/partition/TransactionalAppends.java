package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.producer.TransactionTicket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The batches of transactions that come to one leader: the first one of each waits until the coordinator has said that this partition is
 * part of the transaction, and those behind it wait with it, in their order. What it said counts until a marker ends the transaction
 * here.
 *
 * <p>Any thread. How many wait is bounded by what connections may have in flight.
 */
final class TransactionalAppends {

    /** Does the append, or fails it. */
    interface Waiting {
        void append(TransactionTicket ticket);

        void fail(MillraceException refusal);
    }

    private final PartitionLog log;
    private final TransactionVerifier verifier;

    /** Of producers whose transaction is open here, or about to be. Guarded by this. */
    private final Map<Long, Verification> byProducer = new HashMap<>();

    TransactionalAppends(PartitionLog log, TransactionVerifier verifier) {
        this.log = log;
        this.verifier = verifier;
    }

    private static final class Verification {
        final TransactionTicket ticket;
        final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        boolean passed;
        MillraceException failure;

        Verification(TransactionTicket ticket) {
            this.ticket = ticket;
        }
    }

    /** Appends a batch when it may be, on this thread or on that of the coordinator's answer. */
    void append(ByteBuffer batch, ProducerTransaction transaction, Waiting append) {
        long producerId = BatchHeader.producerId(batch, batch.position());
        short epoch = BatchHeader.producerEpoch(batch, batch.position());
        Verification verification;
        boolean begin = false;
        synchronized (this) {
            verification = byProducer.get(producerId);
            if (verification == null
                    || verification.failure != null
                    || !verification.ticket.isValid()
                    || verification.ticket.producerEpoch() != epoch) {
                verification = new Verification(log.tickets().issue(producerId, epoch, transaction.addsPartitions()));
                byProducer.put(producerId, verification);
                begin = true;
            }
            if (!verification.passed) {
                verification.waiting.add(append);
                append = null;
            }
        }
        if (append != null) {
            append.append(verification.ticket);
        } else if (begin) {
            verify(verification, transaction);
        }
    }

    private void verify(Verification verification, ProducerTransaction transaction) {
        TransactionTicket ticket = verification.ticket;
        verifier.verify(log.topicPartition(), transaction, ticket.producerId(), ticket.producerEpoch())
                .onComplete(done -> {
                    if (done.succeeded()) {
                        release(verification, each -> each.append(ticket));
                    } else {
                        refuse(verification, LogErrors.translate(done.cause()));
                    }
                });
    }

    private void refuse(Verification verification, MillraceException failure) {
        log.tickets().giveBack(verification.ticket);
        synchronized (this) {
            verification.failure = failure;
            byProducer.remove(verification.ticket.producerId(), verification);
        }
        release(verification, each -> each.fail(failure));
    }

    /** One by one, so that nothing that comes meanwhile overtakes. */
    private void release(Verification verification, Consumer<Waiting> action) {
        while (true) {
            Waiting next;
            synchronized (this) {
                next = verification.waiting.poll();
                if (next == null) {
                    verification.passed = true;
                    return;
                }
            }
            action.accept(next);
        }
    }

    /** The transaction of a producer was ended here. */
    synchronized void ended(long producerId) {
        Verification verification = byProducer.get(producerId);
        if (verification != null && !verification.ticket.isValid()) {
            byProducer.remove(producerId);
        }
    }
}
