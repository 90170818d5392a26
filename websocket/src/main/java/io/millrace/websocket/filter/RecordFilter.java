package io.millrace.websocket.filter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which records of a stream are sent: those that pass all parts. Equal filters are equal values, so that streams with the same
 * filter share frames.
 *
 * @param keys the exact keys that pass; empty lets every key pass, and records without one
 * @param keyPrefix what a key must begin with; empty lets every key pass, and records without one
 * @param headers the value that the last header of each of these names must have
 * @param where an expression that must be true; may be null
 */
public record RecordFilter(
        Set<ByteBuffer> keys, ByteBuffer keyPrefix, Map<String, ByteBuffer> headers, WhereExpression where) {

    private static final ByteBuffer NO_PREFIX = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** Lets everything pass. */
    public static final RecordFilter ALL = new RecordFilter(Set.of(), NO_PREFIX, Map.of(), null);

    public RecordFilter {
        keys = Set.copyOf(keys);
        headers = Map.copyOf(headers);
    }

    /** This filter, with one of these keys required. */
    public RecordFilter withKeys(Collection<String> exactKeys) {
        Set<ByteBuffer> required = exactKeys.stream().map(RecordFilter::utf8).collect(Collectors.toSet());
        return new RecordFilter(required, keyPrefix, headers, where);
    }

    /** This filter, with a beginning of the key required. */
    public RecordFilter withKeyPrefix(String prefix) {
        return new RecordFilter(keys, utf8(prefix), headers, where);
    }

    /** This filter, with the values of these headers required. */
    public RecordFilter withHeaders(Map<String, String> values) {
        Map<String, ByteBuffer> required = values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, header -> utf8(header.getValue())));
        return new RecordFilter(keys, keyPrefix, required, where);
    }

    /** This filter, with an expression that must be true. */
    public RecordFilter withWhere(WhereExpression expression) {
        return new RecordFilter(keys, keyPrefix, headers, expression);
    }

    /** Whether looking at a record costs more than comparing bytes. */
    public boolean decodesValues() {
        return where != null;
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
    }
}
