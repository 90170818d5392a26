package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.file.FileRegion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an encrypted connection is given: it cannot send files, and it says that there is room until it is flushed. */
class ResponseWriterTest {

    private static final int PIECE = ResponseEncoder.PIECE_BYTES_MAX;

    private final SlowSocket socket = new SlowSocket();
    private final EmbeddedChannel channel = new EmbeddedChannel(socket, new ChannelInboundHandlerAdapter());
    private final ResponseWriter writer =
            new ResponseWriter(channel.pipeline().context(ChannelInboundHandlerAdapter.class), true);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void close() {
        socket.takeAll();
        channel.finishAndReleaseAll();
    }

    @Test
    void regionsOfFilesAreReadAPieceAtATimeAsTheSocketTakesThem() {
        byte[] file = random(2 * PIECE + 1000);
        Region region = new Region(file);
        writer.write(List.of(bytes(1, 2, 3), new LogFileRegion(region), bytes(4)), done::incrementAndGet);

        writer.flush();
        assertThat(region.readBytes).isZero();
        socket.takeOne();
        assertThat(region.readBytes).isEqualTo(PIECE);
        socket.takeOne();
        assertThat(region.readBytes).isEqualTo(2 * PIECE);
        assertThat(done).hasValue(0);
        socket.takeAll();

        assertThat(done).hasValue(1);
        assertThat(socket.sizes).containsExactly(3, PIECE, PIECE, 1000, 1);
        assertThat(Arrays.copyOfRange(socket.taken(), 3, 3 + file.length)).isEqualTo(file);
    }

    @Test
    void anAnswerThatBecomesReadyWhileAnotherIsSentComesAfterIt() {
        byte[] file = random(PIECE + 1);
        writer.write(List.of(bytes(1)), () -> {
            writer.write(List.of(bytes(3)), done::incrementAndGet);
            writer.flush();
        });
        writer.write(List.of(new LogFileRegion(new Region(file)), bytes(2)), done::incrementAndGet);

        writer.flush();
        socket.takeAll();

        assertThat(done).hasValue(2);
        byte[] taken = socket.taken();
        assertThat(taken).hasSize(file.length + 3);
        assertThat(taken[0]).isEqualTo((byte) 1);
        assertThat(Arrays.copyOfRange(taken, 1, 1 + file.length)).isEqualTo(file);
        assertThat(taken[1 + file.length]).isEqualTo((byte) 2);
        assertThat(taken[2 + file.length]).isEqualTo((byte) 3);
    }

    @Test
    void whenTheFileEndsTooEarly_thenTheConnectionIsClosed() {
        writer.write(List.of(new LogFileRegion(new Region(null))), done::incrementAndGet);

        writer.flush();

        assertThat(channel.isOpen()).isFalse();
        writer.close();
        assertThat(done).hasValue(1);
    }

    private static ByteBuf bytes(int... values) {
        ByteBuf buffer = Unpooled.buffer(values.length);
        for (int value : values) {
            buffer.writeByte(value);
        }
        return buffer;
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    /** Is not writable while it has something, and keeps it until it is told to take it. */
    private static final class SlowSocket extends ChannelOutboundHandlerAdapter {

        private record Held(ByteBuf bytes, ChannelPromise promise) {}

        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private final List<Integer> sizes = new ArrayList<>();
        private final ByteBuf taken = Unpooled.buffer();
        private ChannelHandlerContext context;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            held.add(new Held((ByteBuf) message, promise));
            writable(false);
        }

        void takeOne() {
            Held first = held.poll();
            sizes.add(first.bytes().readableBytes());
            taken.writeBytes(first.bytes());
            first.bytes().release();
            writable(held.isEmpty());
            first.promise().setSuccess();
        }

        void takeAll() {
            while (!held.isEmpty()) {
                takeOne();
            }
        }

        byte[] taken() {
            byte[] all = new byte[taken.readableBytes()];
            taken.getBytes(0, all);
            return all;
        }

        private void writable(boolean is) {
            context.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, is);
        }
    }

    /** A file in memory; null for one that was cut. */
    private static final class Region implements FileRegion {

        private final byte[] content;
        private int readBytes;

        Region(byte[] content) {
            this.content = content;
        }

        @Override
        public int sizeBytes() {
            return content == null ? 10 : content.length;
        }

        @Override
        public long transferTo(long position, WritableByteChannel target) {
            throw new AssertionError("sendfile cannot encrypt");
        }

        @Override
        public void read(long position, ByteBuffer target) throws IOException {
            if (content == null) {
                throw new EOFException("cut");
            }
            assertThat(position).isEqualTo(readBytes);
            readBytes += target.remaining();
            target.put(content, (int) position, target.remaining());
        }

        @Override
        public void readInto(ByteBuffer target) {
            throw new AssertionError("not asked for");
        }

        @Override
        public FileRegion retain() {
            return this;
        }

        @Override
        public void close() {}
    }
}
