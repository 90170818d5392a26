package io.millrace.websocket.protocol;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Where a stream is, in a form that a client keeps and brings back (gateway protocol §4.4). The server keeps nothing: any node
 * understands it. Base64 with the URL alphabet, without padding, over
 *
 * <pre>
 *   version         u8       1
 *   topics          varint
 *     topicId       16 bytes
 *     nameHash      u32      CRC32C of the topic's name: tells a topic that was made again from one that is new
 *     partitions    varint
 *       step        varint   partition index, less the index before it (the first: less -1)
 *       position    varint   offset of the next record to send
 *       leaderEpoch varint   epoch of the leader at that moment
 *   crc             u32      CRC32C of everything before it
 * </pre>
 *
 * <p>Varints are unsigned, seven bits to a byte, lowest first. A token holds offsets, never times, and grants no rights.
 *
 * @param topics the topics of the stream
 */
public record ResumeToken(List<TopicPositions> topics) {

    /** A token is at most this long, so that it fits into a URL or a header anywhere. */
    public static final int CHARS_MAX = 4096;

    private static final byte VERSION = 2;
    /** What nodes gave out that had streams of one topic only; read for ever, because clients keep tokens over upgrades. */
    private static final byte VERSION_WITHOUT_NAMES = 1;
    /** Of topics in such tokens. */
    public static final int NAME_UNKNOWN = 0;

    private static final int TOPIC_BYTES_MAX = 16 + 4 + 3;
    /** No partition takes more in a token than this: three varints of 2, 9 and 5 bytes. */
    private static final int PARTITION_BYTES_MAX = 16;
    /** With so many partitions in one topic a token stays below {@link #CHARS_MAX}, whatever their offsets are. */
    public static final int PARTITIONS_MAX = (CHARS_MAX * 3 / 4 - 36) / PARTITION_BYTES_MAX;

    public ResumeToken {
        topics = List.copyOf(topics);
    }

    /** The positions in one topic, in ascending order of partitions. */
    public record TopicPositions(UUID topicId, int nameHash, List<Position> partitions) {
        public TopicPositions {
            partitions = List.copyOf(partitions);
        }
    }

    /** The position in one partition. */
    public record Position(int partition, long offset, int leaderEpoch) {}

    /** What tokens have of a topic's name. */
    public static int nameHash(String topic) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        return crc(name, name.length);
    }

    /** Whether a token of so many partitions in so many topics stays below {@link #CHARS_MAX}, whatever their offsets are. */
    public static boolean fits(long topics, long partitions) {
        return 1 + 3 + 4 + topics * TOPIC_BYTES_MAX + partitions * PARTITION_BYTES_MAX <= CHARS_MAX * 3 / 4;
    }

    /** The text for the client. */
    public String encode() {
        int partitions = topics.stream().mapToInt(t -> t.partitions().size()).sum();
        ByteBuffer out = ByteBuffer.allocate(16 + topics.size() * 28 + partitions * (PARTITION_BYTES_MAX + 4));
        out.put(VERSION);
        putVarint(out, topics.size());
        for (TopicPositions topic : topics) {
            out.putLong(topic.topicId().getMostSignificantBits());
            out.putLong(topic.topicId().getLeastSignificantBits());
            out.putInt(topic.nameHash());
            putVarint(out, topic.partitions().size());
            int previous = -1;
            for (Position position : topic.partitions()) {
                putVarint(out, position.partition() - previous);
                putVarint(out, position.offset());
                putVarint(out, position.leaderEpoch());
                previous = position.partition();
            }
        }
        out.putInt(crc(out.array(), out.position()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(out.array(), out.position()));
    }

    /**
     * Reads a token.
     *
     * @param parameter where the client put it, for the error
     * @throws MillraceException INVALID_REQUEST when it is damaged: to guess a position would lose or repeat records
     */
    public static ResumeToken parse(String parameter, String text) {
        if (text.length() > CHARS_MAX) {
            throw damaged(parameter, "is longer than " + CHARS_MAX + " characters");
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw damaged(parameter, "is not base64 with the URL alphabet");
        }
        int body = bytes.length - Integer.BYTES;
        if (body < 2 || ByteBuffer.wrap(bytes).getInt(body) != crc(bytes, body)) {
            throw damaged(parameter, "is cut or changed (its checksum does not match)");
        }
        if (bytes[0] != VERSION && bytes[0] != VERSION_WITHOUT_NAMES) {
            throw damaged(parameter, "has version " + bytes[0] + ", which this node does not know");
        }
        try {
            return read(ByteBuffer.wrap(bytes, 1, body - 1), bytes[0] == VERSION);
        } catch (RuntimeException e) {
            throw damaged(parameter, "has a valid checksum but an invalid content");
        }
    }

    private static ResumeToken read(ByteBuffer in, boolean hasNames) {
        int topicCount = count(in);
        List<TopicPositions> topics = new ArrayList<>(topicCount);
        for (int t = 0; t < topicCount; t++) {
            UUID topicId = new UUID(in.getLong(), in.getLong());
            int nameHash = hasNames ? in.getInt() : NAME_UNKNOWN;
            int partitionCount = count(in);
            List<Position> positions = new ArrayList<>(partitionCount);
            int partition = -1;
            for (int p = 0; p < partitionCount; p++) {
                partition = Math.addExact(partition, Math.toIntExact(getVarint(in)));
                positions.add(new Position(partition, getVarint(in), Math.toIntExact(getVarint(in))));
            }
            topics.add(new TopicPositions(topicId, nameHash, positions));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException("trailing bytes");
        }
        return new ResumeToken(topics);
    }

    /** A count is believed only as far as there are bytes left for what it counts. */
    private static int count(ByteBuffer in) {
        long count = getVarint(in);
        if (count > in.remaining()) {
            throw new IllegalArgumentException("count " + count);
        }
        return (int) count;
    }

    private static void putVarint(ByteBuffer out, long value) {
        while (value > 0x7f) {
            out.put((byte) (value & 0x7f | 0x80));
            value >>>= 7;
        }
        out.put((byte) value);
    }

    private static long getVarint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("varint too long");
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static MillraceException damaged(String parameter, String how) {
        return new MillraceException(
                ErrorCode.INVALID_REQUEST,
                parameter + ": the resume token " + how
                        + "; use the newest token that the server sent, unchanged, or leave it out and choose a start with from");
    }
}
