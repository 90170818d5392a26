package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A message of {@code millrace.v1.bin}, read by a decoder that was written from the protocol's page alone. */
final class BinaryMessage {

    static final int MERGED = 1;
    static final int AFTER_GAP = 2;
    static final int IN_SNAPSHOT = 4;

    record Read(long offset, long timestampMs, byte[] key, byte[] value, List<String> headers) {}

    final int type;
    final int flags;
    final int sid;
    final long alias;
    final long partition;
    final long next;
    final List<Read> records = new ArrayList<>();

    /** Of type 2: whole batches; empty in others. */
    final ByteBuffer batches;

    BinaryMessage(ByteBuffer in) {
        type = in.get();
        flags = in.get();
        sid = (int) varlong(in);
        alias = varlong(in);
        partition = varlong(in);
        next = varlong(in);
        if (type == 2) {
            batches = in.slice();
            return;
        }
        assertThat(type).isEqualTo(1);
        batches = ByteBuffer.allocate(0);
        long baseOffset = varlong(in);
        long baseTimestamp = varlong(in);
        long count = varlong(in);
        for (int i = 0; i < count; i++) {
            long offset = baseOffset + varlong(in);
            long timestamp = baseTimestamp + varlong(in);
            byte[] key = bytes(in);
            byte[] value = bytes(in);
            List<String> headers = new ArrayList<>();
            for (long left = varlong(in); left > 0; left--) {
                headers.add(new String(bytes(in), UTF_8) + "=" + new String(bytes(in), UTF_8));
            }
            if ((flags & MERGED) != 0) {
                varlong(in);
            }
            records.add(new Read(offset, timestamp, key, value, headers));
        }
        assertThat(in.hasRemaining()).isFalse();
    }

    /** The next binary message; others are dropped. */
    static BinaryMessage next(TestMessages messages) {
        while (true) {
            if (messages.nextOfAnyKind() instanceof ByteBuffer bytes) {
                return new BinaryMessage(bytes);
            }
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        long length = varlong(in);
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    private static long varlong(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
    }

    /** Writes what a client sends, a piece at a time. */
    static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Writer u8(int value) {
            out.write(value);
            return this;
        }

        Writer varlong(long value) {
            long rest = value << 1 ^ value >> 63;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        Writer bytes(byte[] bytes) {
            varlong(bytes == null ? -1 : bytes.length);
            return bytes == null ? this : raw(bytes);
        }

        Writer text(String text) {
            return bytes(text == null ? null : text.getBytes(UTF_8));
        }

        Writer raw(byte... bytes) {
            out.writeBytes(bytes);
            return this;
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }
}
