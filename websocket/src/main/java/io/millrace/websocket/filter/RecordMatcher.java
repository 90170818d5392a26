package io.millrace.websocket.filter;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Looks whether the records of one partition pass a filter: what compares bytes first, the expression last. Keeps scratch
 * space: one caller at a time.
 */
public final class RecordMatcher {

    private final RecordFilter filter;
    private final byte[] keyPrefix;
    private final RecordVariables variables;
    private long failures;

    public RecordMatcher(RecordFilter filter, int partition) {
        this.filter = filter;
        this.keyPrefix = new byte[filter.keyPrefix().remaining()];
        filter.keyPrefix().duplicate().get(keyPrefix);
        this.variables = new RecordVariables(partition);
    }

    /** Whether a record passes. An expression that cannot be evaluated for it is false, and counted. */
    public boolean matches(StreamRecord record) {
        return keyPasses(record.key())
                && headersPass(record.headers())
                && (filter.where() == null || expressionPasses(record));
    }

    /** Records for which the expression could not be evaluated, since this was last asked. */
    public long takeFailures() {
        long taken = failures;
        failures = 0;
        return taken;
    }

    /** Whether a key passes: what does not depend on anything else of a record. */
    public boolean keyPasses(byte[] key) {
        if (!filter.keys().isEmpty() && (key == null || !filter.keys().contains(ByteBuffer.wrap(key)))) {
            return false;
        }
        return keyPrefix.length == 0 || (key != null && startsWith(key, keyPrefix));
    }

    private boolean headersPass(List<RecordHeader> headers) {
        for (Map.Entry<String, ByteBuffer> required : filter.headers().entrySet()) {
            byte[] value = lastValue(headers, required.getKey());
            if (value == null || !required.getValue().equals(ByteBuffer.wrap(value))) {
                return false;
            }
        }
        return true;
    }

    private boolean expressionPasses(StreamRecord record) {
        if (sizeBytes(record) > WhereExpression.RECORD_BYTES_MAX) {
            failures++;
            return false;
        }
        Boolean passes = filter.where().evaluate(variables.of(record));
        if (passes == null) {
            failures++;
            return false;
        }
        return passes;
    }

    private static byte[] lastValue(List<RecordHeader> headers, String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).name().equals(name)) {
                return headers.get(i).value();
            }
        }
        return null;
    }

    private static long sizeBytes(StreamRecord record) {
        long size = length(record.key()) + length(record.value());
        for (RecordHeader header : record.headers()) {
            size += header.name().length() + length(header.value());
        }
        return size;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
