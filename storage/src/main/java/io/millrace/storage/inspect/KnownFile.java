package io.millrace.storage.inspect;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * A small file that lies in a data directory and belongs to another module: what it is called, how it is read, and what it means when it
 * cannot be.
 *
 * @param name of the file
 * @param kind the four characters that begin it
 * @param version the one that is understood
 * @param advice what an operator does when it is damaged; ends with a full stop
 * @param content hands out what a payload says
 */
public record KnownFile(String name, String kind, int version, String advice, Content content) {

    /** Reads a payload whose checksum is right. */
    @FunctionalInterface
    public interface Content {

        /** @throws BufferUnderflowException when it is shorter than it says */
        void read(ByteBuffer payload, EntrySink sink);
    }
}
