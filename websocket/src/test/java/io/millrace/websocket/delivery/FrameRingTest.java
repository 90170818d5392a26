package io.millrace.websocket.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameRingTest {

    private static final int FRAME_BYTES = 1_000;

    private final AtomicLong all = new AtomicLong();
    private final List<ByteBuf> buffers = new ArrayList<>();

    @Test
    void theNewestFramesStayWithinTheBytesAndOlderOnesAreReleased() {
        FrameRing ring = new FrameRing(4 * FRAME_BYTES, 1 << 20, all);
        for (int i = 0; i < 10; i++) {
            ring.append(frame(i * 5, i * 5 + 5));
        }
        assertThat(all.get()).isLessThanOrEqualTo(4 * FRAME_BYTES);
        assertThat(ring.covers(50)).isTrue();
        assertThat(ring.covers(40)).isTrue();
        assertThat(ring.covers(51)).isFalse();
        assertThat(ring.covers(10)).isFalse();
        assertThat(buffers.stream().filter(buffer -> buffer.refCnt() > 0)).hasSize(3);
        ring.clear();
        assertThat(all.get()).isZero();
        assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 0);
        assertThat(ring.covers(50)).isFalse();
    }

    @Test
    void aFrameThatSomebodyHoldsOutlivesTheRing() {
        FrameRing ring = new FrameRing(FRAME_BYTES, 1 << 20, all);
        ring.append(frame(0, 5));
        List<SharedFrame> held = new ArrayList<>();
        ring.acquire(3, held);
        ring.append(frame(5, 10));
        assertThat(held).hasSize(1);
        assertThat(buffers.get(0).refCnt()).isEqualTo(1);
        held.get(0).release();
        assertThat(buffers.get(0).refCnt()).isZero();
    }

    @Test
    void acquiringGivesWhatEndsBehindThePositionOldestFirst() {
        FrameRing ring = new FrameRing(1 << 20, 1 << 20, all);
        for (int i = 0; i < 4; i++) {
            ring.append(frame(i * 5, i * 5 + 5));
        }
        List<SharedFrame> held = new ArrayList<>();
        ring.acquire(10, held);
        assertThat(held).extracting(SharedFrame::start).containsExactly(10L, 15L);
        held.clear();
        ring.acquire(20, held);
        assertThat(held).isEmpty();
    }

    @Test
    void whenAllRingsTogetherAreFullOnlyTheNewestFrameStays() {
        all.set(1 << 20);
        FrameRing ring = new FrameRing(1 << 20, 1 << 20, all);
        ring.append(frame(0, 5));
        ring.append(frame(5, 10));
        assertThat(ring.covers(4)).isFalse();
        assertThat(ring.covers(5)).isTrue();
    }

    private SharedFrame frame(long start, long next) {
        ByteBuf bytes = Unpooled.directBuffer(FRAME_BYTES).writeZero(FRAME_BYTES);
        buffers.add(bytes);
        return new SharedFrame(start, next, bytes, 1, new long[] {start}, new int[] {0}, 0, null, null, null);
    }
}
