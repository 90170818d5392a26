package io.millrace.cluster.group.member;

import java.util.Objects;

/**
 * What is committed for a partition.
 *
 * @param offset of the next record to read
 * @param metadata a note of the client, shown to administrators; empty for none
 */
public record Position(long offset, String metadata) {

    public Position {
        Objects.requireNonNull(metadata, "metadata");
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative: " + offset);
        }
    }

    /** Without a note. */
    public static Position at(long offset) {
        return new Position(offset, "");
    }
}
