package io.millrace.server.kafka;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the memory that requests hold, over all connections of a listener: those that are being received and those that are
 * not answered yet. When it is used up no socket is read until some of it is free again, so that many clients together cannot
 * fill the heap, however large a request each of them may send.
 *
 * <p>The limit is passed by what one connection reads at a time: it stops reading, it does not refuse. Thread-safe.
 */
final class RequestMemory {

    /** The part of the heap that requests may hold. */
    private static final int HEAP_DIVISOR = 4;

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    RequestMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A quarter of the heap, and room for one request of the largest size in any case. */
    static RequestMemory ofHeap(int maxFrameBytes) {
        return new RequestMemory(
                Math.max(2L * maxFrameBytes, Runtime.getRuntime().maxMemory() / HEAP_DIVISOR));
    }

    /** Adds to what is used, or with a negative number gives back. */
    void change(long bytes) {
        usedBytes.addAndGet(bytes);
        if (bytes < 0) {
            wakeWaiting();
        }
    }

    boolean isExhausted() {
        return usedBytes.get() >= maxBytes;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /** Calls back once when there is room, on the thread that gave it back, or at once. */
    void whenRoom(Runnable callback) {
        waiting.add(callback);
        wakeWaiting();
    }

    private void wakeWaiting() {
        Runnable callback;
        while (!isExhausted() && (callback = waiting.poll()) != null) {
            callback.run();
        }
    }
}
