package io.millrace.server.kafka.quota;

/** What can be limited, by the name that it has in requests. */
public enum QuotaKind {
    /** Bytes of produce requests. */
    PRODUCE("producer_byte_rate"),
    /** Bytes of fetch answers. */
    FETCH("consumer_byte_rate");

    private final String quotaName;

    QuotaKind(String quotaName) {
        this.quotaName = quotaName;
    }

    public String quotaName() {
        return quotaName;
    }
}
