package io.millrace.cluster.transaction;

import java.util.Optional;

/** What a transactional id is in; names and numbers are Kafka's, for tools and for the log. */
public enum TransactionState {
    EMPTY(0, "Empty"),
    ONGOING(1, "Ongoing"),
    PREPARE_COMMIT(2, "PrepareCommit"),
    PREPARE_ABORT(3, "PrepareAbort"),
    COMPLETE_COMMIT(4, "CompleteCommit"),
    COMPLETE_ABORT(5, "CompleteAbort"),
    DEAD(6, "Dead"),
    PREPARE_EPOCH_FENCE(7, "PrepareEpochFence");

    private final byte id;
    private final String kafkaName;

    TransactionState(int id, String kafkaName) {
        this.id = (byte) id;
        this.kafkaName = kafkaName;
    }

    /** The number in the log. */
    public byte id() {
        return id;
    }

    /** What tools show and filter by. */
    public String kafkaName() {
        return kafkaName;
    }

    /** Whether the outcome is decided and markers are under way. */
    public boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    static TransactionState ofId(byte id) {
        for (TransactionState each : values()) {
            if (each.id == id) {
                return each;
            }
        }
        throw new IllegalArgumentException("there is no transaction state " + id);
    }

    /** The state that tools name so. */
    public static Optional<TransactionState> ofKafkaName(String name) {
        for (TransactionState each : values()) {
            if (each.kafkaName.equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
