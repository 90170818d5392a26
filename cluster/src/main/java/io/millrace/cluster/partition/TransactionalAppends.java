package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
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

    /** Writes, or says why not. */
    private record Waiting(Consumer<TransactionTicket> write, Consumer<MillraceException> refuse) {}

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

    /** What is too short for a batch is refused by the log. */
    static boolean isTransactional(ByteBuffer batches) {
        return batches.remaining() >= BatchHeader.SIZE_BYTES
                && BatchHeader.isTransactional(batches, batches.position());
    }

    /**
     * Lets a batch in when it may be: on this thread or on that of the coordinator's answer.
     *
     * @param write appends it with the ticket
     * @param refuse told why it is not to be appended
     */
    void append(AppendCommand command, Consumer<TransactionTicket> write, Consumer<MillraceException> refuse) {
        ProducerTransaction transaction = command.transaction();
        if (transaction == null) {
            refuse.accept(new MillraceException(
                    ErrorCode.INVALID_TXN_STATE,
                    "The batch belongs to a transaction, and no transactional id came with it"));
            return;
        }
        ByteBuffer batch = command.batches();
        long producerId = BatchHeader.producerId(batch, batch.position());
        short epoch = BatchHeader.producerEpoch(batch, batch.position());
        Verification verification;
        boolean begin = false;
        boolean waits;
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
            waits = !verification.passed;
            if (waits) {
                verification.waiting.add(new Waiting(write, refuse));
            }
        }
        if (!waits) {
            write.accept(verification.ticket);
        } else if (begin) {
            verify(verification, transaction);
        }
    }

    private void verify(Verification verification, ProducerTransaction transaction) {
        TransactionTicket ticket = verification.ticket;
        verifier.verify(log.topicPartition(), transaction, ticket.producerId(), ticket.producerEpoch())
                .onComplete(done -> {
                    if (done.succeeded()) {
                        release(verification, each -> each.write().accept(ticket));
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
        release(verification, each -> each.refuse().accept(failure));
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
