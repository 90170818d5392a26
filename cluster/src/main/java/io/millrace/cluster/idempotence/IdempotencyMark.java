package io.millrace.cluster.idempotence;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * What is kept with a record that came with an idempotency key: the header {@value #HEADER}, ASCII text of four parts with ';' between
 * them. {@code 1}, the version; when it came, milliseconds since 1970 as 13 or more digits; {@link KeyId} and the hash of the record, each as base64url. Consumers
 * may see it: it holds neither the key nor who sent it.
 *
 * @param timeMs when the record came
 * @param key whose retry it is
 * @param bodyHash of what was sent: the first 64 bits of a SHA-256
 */
public record IdempotencyMark(long timeMs, KeyId key, long bodyHash) {

    public static final String HEADER = "millrace-idempotency";

    /** Of the text; what is longer is not one. */
    private static final int LENGTH_MAX = 80;

    private static final String VERSION = "1";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    /**
     * The mark of a record of a request.
     *
     * @param number the place of the record in its request, counted from 0, in whatever form that came
     */
    public static IdempotencyMark of(String principal, String key, int number, NewRecord record, long nowMs) {
        MessageDigest sha = sha256();
        add(sha, principal.getBytes(StandardCharsets.UTF_8));
        add(sha, key.getBytes(StandardCharsets.UTF_8));
        addInt(sha, number);
        ByteBuffer id = ByteBuffer.wrap(sha.digest());
        return new IdempotencyMark(nowMs, new KeyId(id.getLong(), id.getLong()), bodyHash(sha, record));
    }

    private static long bodyHash(MessageDigest sha, NewRecord record) {
        add(sha, record.key());
        add(sha, record.value());
        sha.update(ByteBuffer.allocate(Long.BYTES).putLong(record.timestampMs()).flip());
        for (RecordHeader header : byName(record.headers())) {
            add(sha, header.name().getBytes(StandardCharsets.UTF_8));
            add(sha, header.value());
        }
        return ByteBuffer.wrap(sha.digest()).getLong();
    }

    /** Attributes of an event come in the order of JSON members or of HTTP headers, which is none. Those of one name keep theirs. */
    private static List<RecordHeader> byName(List<RecordHeader> headers) {
        if (headers.size() < 2) {
            return headers;
        }
        List<RecordHeader> sorted = new ArrayList<>(headers);
        sorted.sort(Comparator.comparing(RecordHeader::name));
        return sorted;
    }

    /** Lengths go in too: otherwise the end of a key could be the beginning of a value. */
    private static void add(MessageDigest sha, byte[] bytes) {
        addInt(sha, bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            sha.update(bytes);
        }
    }

    private static void addInt(MessageDigest sha, int number) {
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The record with this mark; one that it had before, of another record perhaps, is gone. */
    public NewRecord on(NewRecord record) {
        List<RecordHeader> headers = new ArrayList<>(record.headers().size() + 1);
        headers.addAll(without(record).headers());
        headers.add(new RecordHeader(HEADER, text().getBytes(StandardCharsets.US_ASCII)));
        return new NewRecord(record.timestampMs(), record.key(), record.value(), headers);
    }

    /** The record without a mark: what a client sends as one means nothing. */
    public static NewRecord without(NewRecord record) {
        for (RecordHeader header : record.headers()) {
            if (header.name().equals(HEADER)) {
                return new NewRecord(
                        record.timestampMs(),
                        record.key(),
                        record.value(),
                        record.headers().stream()
                                .filter(each -> !each.name().equals(HEADER))
                                .toList());
            }
        }
        return record;
    }

    private String text() {
        byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(key.high())
                .putLong(key.low())
                .array();
        byte[] body = ByteBuffer.allocate(Long.BYTES).putLong(bodyHash).array();
        return VERSION + ';' + timeMs + ';' + ENCODER.encodeToString(id) + ';' + ENCODER.encodeToString(body);
    }

    /** The mark that a header holds, or null when it holds something else. */
    public static IdempotencyMark parse(byte[] header) {
        if (header == null || header.length > LENGTH_MAX) {
            return null;
        }
        String[] parts = new String(header, StandardCharsets.US_ASCII).split(";", -1);
        if (parts.length != 4 || !parts[0].equals(VERSION)) {
            return null;
        }
        try {
            ByteBuffer id = ByteBuffer.wrap(DECODER.decode(parts[2]));
            ByteBuffer body = ByteBuffer.wrap(DECODER.decode(parts[3]));
            if (id.remaining() != 2 * Long.BYTES || body.remaining() != Long.BYTES) {
                return null;
            }
            return new IdempotencyMark(Long.parseLong(parts[1]), new KeyId(id.getLong(), id.getLong()), body.getLong());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
