package io.millrace.storage.producer;

/**
 * The permission for a producer to write transactional batches to one log, until its transaction is ended there. It is asked for before
 * the coordinator is, so that whatever ends the transaction in the meantime takes it back: a batch that comes late is refused and leaves
 * no transaction open that nobody will ever end (KIP-890).
 *
 * <p>Thread-safe.
 */
public final class TransactionTicket {

    private final long producerId;
    private final short producerEpoch;
    private final boolean beginsAtZero;
    private volatile boolean valid = true;

    /** @param beginsAtZero whether a producer that is not known must begin at sequence 0: it has a new epoch for each transaction */
    TransactionTicket(long producerId, short producerEpoch, boolean beginsAtZero) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.beginsAtZero = beginsAtZero;
    }

    public long producerId() {
        return producerId;
    }

    public short producerEpoch() {
        return producerEpoch;
    }

    boolean beginsAtZero() {
        return beginsAtZero;
    }

    void revoke() {
        valid = false;
    }

    public boolean isValid() {
        return valid;
    }

    boolean permits(long id, short epoch) {
        return valid && id == producerId && epoch == producerEpoch;
    }
}
