package io.millrace.websocket.session;

import io.millrace.websocket.delivery.MessageDeflate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Puts the frames of a client together to messages (RFC 6455 §5.4). Keeps at most one message, of at most so many bytes; what breaks the
 * rules ends the connection. Belongs to the event loop of the connection.
 */
public final class MessageAssembler {

    private static final int RSV1 = 4;

    private final int messageBytesMax;
    private ByteArrayOutputStream fragments;
    private final boolean deflated;
    private boolean text;
    private boolean compressed;
    private boolean broken;

    /**
     * An assembler of messages of at most so many bytes.
     *
     * @param deflated whether compression was agreed on
     */
    public MessageAssembler(int messageBytesMax, boolean deflated) {
        this.messageBytesMax = messageBytesMax;
        this.deflated = deflated;
    }

    /** Bytes that wait for the rest of their message. */
    int waitingBytes() {
        return fragments == null ? 0 : fragments.size();
    }

    void add(WebSocketFrame frame, Outlet.Listener listener) {
        if (broken || listener == null) {
            return;
        }
        ByteBuf content = frame.content();
        int had = fragments == null ? 0 : fragments.size();
        if ((long) had + content.readableBytes() > messageBytesMax) {
            broke(StreamEnd.messageTooBig(messageBytesMax), listener);
            return;
        }
        if (fragments == null) {
            // The decoder lets no continuation through that continues nothing.
            text = frame instanceof TextWebSocketFrame;
            compressed = (frame.rsv() & RSV1) != 0;
        }
        if ((frame.rsv() & ~RSV1) != 0 || (frame.rsv() != 0 && (!deflated || fragments != null))) {
            broke(StreamEnd.protocolError("a reserved bit is set that was not agreed on"), listener);
            return;
        }
        byte[] bytes = ByteBufUtil.getBytes(content);
        if (!frame.isFinalFragment()) {
            if (fragments == null) {
                fragments = new ByteArrayOutputStream(bytes.length * 2);
            }
            fragments.writeBytes(bytes);
            return;
        }
        if (fragments != null) {
            fragments.writeBytes(bytes);
            bytes = fragments.toByteArray();
            fragments = null;
        }
        if (compressed) {
            try {
                bytes = MessageDeflate.inflate(bytes, messageBytesMax);
            } catch (MessageDeflate.BadMessage e) {
                broke(
                        e.isTooBig()
                                ? StreamEnd.messageTooBig(messageBytesMax)
                                : StreamEnd.protocolError(e.getMessage()),
                        listener);
                return;
            }
        }
        if (text && !ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8)) {
            broke(StreamEnd.notUtf8(), listener);
            return;
        }
        listener.message(text, bytes);
    }

    private void broke(StreamEnd end, Outlet.Listener listener) {
        broken = true;
        fragments = null;
        listener.broke(end);
    }
}
