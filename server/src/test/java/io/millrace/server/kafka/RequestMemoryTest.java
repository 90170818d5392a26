package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {

    private final RequestMemory memory = new RequestMemory(100);
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void whoeverWaitsIsCalledOnceWhenThereIsRoom() {
        memory.change(120);
        memory.whenRoom(calls::incrementAndGet);
        assertThat(memory.isExhausted()).isTrue();
        assertThat(calls).hasValue(0);

        memory.change(-10);
        assertThat(calls).hasValue(0);
        memory.change(-30);
        memory.change(-30);
        assertThat(calls).hasValue(1);
        assertThat(memory.usedBytes()).isEqualTo(50);
    }

    @Test
    void whenThereIsRoom_thenNobodyWaits() {
        memory.whenRoom(calls::incrementAndGet);

        assertThat(calls).hasValue(1);
    }

    @Test
    void theLargestRequestHasRoomInASmallHeapToo() {
        RequestMemory ofHeap = RequestMemory.ofHeap(Integer.MAX_VALUE);
        ofHeap.change(Integer.MAX_VALUE);

        assertThat(ofHeap.isExhausted()).isFalse();
    }
}
