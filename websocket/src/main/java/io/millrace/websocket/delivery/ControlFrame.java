package io.millrace.websocket.delivery;

import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The bytes of what is sent beside records, framed for a transport. */
public final class ControlFrame {

    private ControlFrame() {}

    /**
     * A control message.
     *
     * @param resume the token of this point of the stream, for the {@code id} of an SSE event
     */
    public static ByteBuf of(WireForm form, ServerMessage message, String resume) {
        ByteSink out = new ByteSink(256);
        byte[] json = message.toJson().getBytes(StandardCharsets.UTF_8);
        if (form == WireForm.SSE) {
            out.writeAscii("event: ");
            out.writeAscii(message.type());
            out.writeAscii("\nid: ");
            out.writeAscii(resume);
            out.writeAscii("\ndata: ");
            out.write(json);
            out.writeAscii("\n\n");
        } else {
            Framing framing = form == WireForm.NDJSON ? Framing.NDJSON : Framing.WEBSOCKET;
            int start = framing.begin(out);
            out.write(json);
            framing.end(out, start);
        }
        return direct(out);
    }

    /** The end of an SSE event whose {@code data} lines are written: its token, and the empty line that dispatches it. */
    public static ByteBuf sseEventEnd(String resume) {
        return ascii("id: " + resume + "\n\n");
    }

    /** The SSE field that says how long a browser waits before it connects again. */
    public static ByteBuf sseRetry(long retryMs) {
        return ascii("retry: " + retryMs + "\n\n");
    }

    /** The sign of life of an idle HTTP response, which says nothing: a comment of SSE, an empty line of NDJSON. */
    public static ByteBuf heartbeat(Transport transport) {
        return ascii(transport == Transport.SSE ? ":\n\n" : "\n");
    }

    private static ByteBuf ascii(String text) {
        ByteSink out = new ByteSink(text.length());
        out.writeAscii(text);
        return direct(out);
    }

    private static ByteBuf direct(ByteSink out) {
        return ByteBufAllocator.DEFAULT.directBuffer(out.size(), out.size()).writeBytes(out.array(), 0, out.size());
    }
}
