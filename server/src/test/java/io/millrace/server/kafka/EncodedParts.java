package io.millrace.server.kafka;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** The bytes that a socket would get. */
final class EncodedParts {

    private EncodedParts() {}

    static ByteBuffer toBuffer(List<Object> parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(bytes);
        for (Object part : parts) {
            if (part instanceof ByteBuf buffer) {
                buffer.readBytes(bytes, buffer.readableBytes());
                buffer.release();
            } else {
                LogFileRegion region = (LogFileRegion) part;
                while (region.transferred() < region.count()) {
                    region.transferTo(channel, region.transferred());
                }
                region.release();
            }
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
