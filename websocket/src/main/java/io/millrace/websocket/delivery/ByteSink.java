package io.millrace.websocket.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A byte array that grows, to be written front to back, cleared and used again. Records are encoded into it and then leave in
 * one copy. Not thread-safe.
 */
public final class ByteSink {

    private static final byte[] LONG_MIN = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int size;

    public ByteSink(int initialCapacity) {
        this.bytes = new byte[initialCapacity];
    }

    /** Number of bytes written. */
    public int size() {
        return size;
    }

    /** The bytes themselves: valid up to {@link #size()}, until the next write. */
    public byte[] array() {
        return bytes;
    }

    /** The room that is held, whether used or not. */
    public int capacity() {
        return bytes.length;
    }

    /** Cuts what was written at and after {@code newSize}. */
    public void truncate(int newSize) {
        size = newSize;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public void write(int oneByte) {
        ensure(1);
        bytes[size++] = (byte) oneByte;
    }

    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    public void write(byte[] source, int from, int length) {
        ensure(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
    }

    /** Writes text that is known to be ASCII. */
    @SuppressWarnings(
            "deprecation") // String.getBytes(int, int, byte[], int) is the one way to copy ASCII without an encoder
    public void writeAscii(String text) {
        int length = text.length();
        ensure(length);
        text.getBytes(0, length, bytes, size);
        size += length;
    }

    /** Writes a number in decimal digits. */
    public void writeDecimal(long number) {
        if (number == Long.MIN_VALUE) {
            write(LONG_MIN);
            return;
        }
        ensure(20);
        if (number < 0) {
            bytes[size++] = '-';
            number = -number;
        }
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        for (int at = size + digits - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + number % 10);
            number /= 10;
        }
        size += digits;
    }

    /** Writes a number as Kafka does: zig-zag, seven bits to a byte, lowest first. */
    public void writeVarlong(long number) {
        long rest = (number << 1) ^ (number >> 63);
        ensure(10);
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Writes bytes with their length before them, -1 for null. */
    public void writeLengthAndBytes(byte[] source) {
        if (source == null) {
            writeVarlong(-1);
        } else {
            writeVarlong(source.length);
            write(source);
        }
    }

    /** Moves everything from {@code from} on by {@code distance} bytes, forward or back; what lies between is undefined. */
    void shift(int from, int distance) {
        if (distance > 0) {
            ensure(distance);
        }
        System.arraycopy(bytes, from, bytes, from + distance, size - from);
        size += distance;
    }

    /** Replaces one byte that was written. */
    void set(int at, int oneByte) {
        bytes[at] = (byte) oneByte;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(
                    bytes, Math.max(Math.addExact(size, more), (int) Math.min(bytes.length * 2L, 1 << 30)));
        }
    }
}
