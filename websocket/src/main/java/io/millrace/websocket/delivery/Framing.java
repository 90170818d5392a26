package io.millrace.websocket.delivery;

import io.millrace.websocket.protocol.WireForm;

/**
 * Puts the frame of a transport around one record. The result is complete, so frames of many records stand one after the other
 * in one buffer and any run of them can be sent.
 *
 * <ul>
 *   <li>WebSocket: an unmasked, final text frame (RFC 6455 §5.2), header included: nothing encodes it again.
 *   <li>SSE: <code>\ndata: …\n</code>. The empty line that ends an event comes first in the next one, so that the last event of
 *       a flush can still be given its {@code id} (see {@code session.SseOutput}).
 *   <li>NDJSON: the record and a line break.
 *   <li>Elements: a comma and the record, to be put into an array by {@link RecordsMessage}.
 *   <li>Binary: the record, or the batch, alone, which says itself how long it is.
 * </ul>
 */
enum Framing {
    /** As WEBSOCKET, with payloads compressed that are long enough. */
    WEBSOCKET_DEFLATED {
        @Override
        int begin(ByteSink out) {
            return WEBSOCKET.begin(out);
        }

        @Override
        void end(ByteSink out, int start) {
            boolean deflated = MessageDeflate.deflate(out, start + HEADER_BYTES_USUAL);
            WEBSOCKET.end(out, start);
            if (deflated) {
                out.set(start, FINAL_TEXT | MessageDeflate.COMPRESSED);
            }
        }
    },
    WEBSOCKET {
        @Override
        int begin(ByteSink out) {
            int start = out.size();
            out.writeAscii("\0\0\0\0");
            return start;
        }

        @Override
        void end(ByteSink out, int start) {
            int length = out.size() - start - HEADER_BYTES_USUAL;
            int header = length < 126 ? 2 : length <= 0xFFFF ? 4 : 10;
            if (header != HEADER_BYTES_USUAL) {
                out.shift(start + HEADER_BYTES_USUAL, header - HEADER_BYTES_USUAL);
            }
            out.set(start, FINAL_TEXT);
            if (header == 2) {
                out.set(start + 1, length);
                return;
            }
            int lengthBytes = header - 2;
            out.set(start + 1, lengthBytes == 2 ? 126 : 127);
            for (int i = 0; i < lengthBytes; i++) {
                int shift = 8 * (lengthBytes - 1 - i);
                out.set(start + 2 + i, shift >= Integer.SIZE ? 0 : length >>> shift);
            }
        }
    },
    SSE {
        @Override
        int begin(ByteSink out) {
            int start = out.size();
            out.writeAscii("\ndata: ");
            return start;
        }

        @Override
        void end(ByteSink out, int start) {
            out.write('\n');
        }
    },
    NDJSON {
        @Override
        int begin(ByteSink out) {
            return out.size();
        }

        @Override
        void end(ByteSink out, int start) {
            out.write('\n');
        }
    },
    ELEMENTS {
        @Override
        int begin(ByteSink out) {
            int start = out.size();
            out.write(',');
            return start;
        }

        @Override
        void end(ByteSink out, int start) {
            // The next one begins with what separates them.
        }
    },
    BARE {
        @Override
        int begin(ByteSink out) {
            return out.size();
        }

        @Override
        void end(ByteSink out, int start) {
            // Its own lengths end it.
        }
    };

    /** The header of a payload of 126 to 65535 bytes, which most records are; others are moved into place. */
    private static final int HEADER_BYTES_USUAL = 4;

    private static final int FINAL_TEXT = 0x81;

    static Framing of(WireForm form, boolean deflated) {
        return switch (form) {
            case PLAIN -> deflated ? WEBSOCKET_DEFLATED : WEBSOCKET;
            case ARRAYS, MESSAGES -> ELEMENTS;
            case BINARY, BATCHES -> BARE;
            case SSE -> SSE;
            case NDJSON -> NDJSON;
        };
    }

    /** Begins a frame; answers what {@link #end} wants to know. */
    abstract int begin(ByteSink out);

    /** Ends the frame that began at {@code start}: everything since then is its payload. */
    abstract void end(ByteSink out, int start);
}
