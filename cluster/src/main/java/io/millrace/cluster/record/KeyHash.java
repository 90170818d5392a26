package io.millrace.cluster.record;

import org.apache.kafka.common.utils.Utils;

/** The hash that Kafka's producers place keyed records by. */
public final class KeyHash {

    private KeyHash() {}

    /** Murmur2 of a key, made non-negative by clearing the sign bit. */
    public static int of(byte[] key) {
        return Utils.toPositive(Utils.murmur2(key));
    }
}
