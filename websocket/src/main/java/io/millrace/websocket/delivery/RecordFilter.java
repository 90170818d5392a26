package io.millrace.websocket.delivery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which records of a stream are sent. Equal filters are equal values, so that streams with the same filter share frames.
 *
 * @param keys the exact keys that pass; empty lets everything pass
 */
public record RecordFilter(Set<ByteBuffer> keys) {

    /** Lets everything pass. */
    public static final RecordFilter ALL = new RecordFilter(Set.of());

    public RecordFilter {
        keys = Set.copyOf(keys);
    }

    /** Lets records with one of these keys pass. */
    public static RecordFilter byKey(List<String> keys) {
        return new RecordFilter(keys.stream()
                .map(key ->
                        ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer())
                .collect(Collectors.toSet()));
    }

    boolean accepts(byte[] key) {
        return keys.isEmpty() || (key != null && keys.contains(ByteBuffer.wrap(key)));
    }
}
